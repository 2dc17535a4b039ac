import ClaimMapping
import Configuration
import Cryptography
import Databases
import DemoProvider
import GatewayStores
import Grants
import Identities
import Server
import Time
import Tokens
import WorkspaceMetrics

/// The store's content before the load begins: an inventory, users who have signed in, and claim mappings.
struct SoakStore {
    private let database: Database
    private let organization: OrganizationID
    private let files: SoakFiles
    private let provider: DemoProvider

    static func fill(_ files: SoakFiles, _ provider: DemoProvider, _ options: SoakOptions) throws {
        let settings = try SettingsFile.load(path: files.configurationPath, environment: [:])
        let database = try GatewayStore.open(settings)
        defer { database.close() }
        guard let organization = OrganizationID("acme") else { throw SoakError("no organization") }
        let store = SoakStore(database: database, organization: organization, files: files, provider: provider)
        try store.addInventory()
        try store.addRules(options.rules)
        try store.addPeople(options.people)
    }

    private init(database: Database, organization: OrganizationID, files: SoakFiles, provider: DemoProvider) {
        (self.database, self.organization, self.files, self.provider) = (database, organization, files, provider)
    }

    private func addInventory() throws {
        let workspaces = (0..<50).map {
            "{\"id\":\"w\($0)\",\"name\":\"Workspace \($0)\",\"created_at\":\"2025-01-01T00:00:00Z\",\"workflows\":[],"
                + "\"members\":[],\"runners\":[]}"
        }
        var source = WholeDocument(Array("{\"roles\":[],\"workspaces\":[\(workspaces.joined(separator: ","))]}".utf8))
        _ = try MetricsStore(database: database).replaceInventoryBlocking(of: organization, from: &source).get()
    }

    /// Adds claim mappings. Every tenth one is a pattern.
    private func addRules(_ count: Int) throws {
        let organization = organization
        _ = try database.writeBlocking { transaction throws(DatabaseError) in
            for rank in 0..<count {
                try transaction.execute(
                    """
                    INSERT INTO claim_mapping (id, organization, rank, claim_name, match, claim_value, role)
                    VALUES ($1, $2, $3, 'groups', $4, $5, 'organization-viewer')
                    """, .text("soak-rule-\(rank)"), .text(organization.text), .integer(rank + 1),
                    .text(rank % 10 == 0 ? "glob" : "equals"),
                    .text(rank % 10 == 0 ? "team-\(rank)-*-leads" : "team-\(rank)"))
            }
        }
    }

    /// Adds viewers with thirty groups, as they are stored after a sign-in, before access is evaluated.
    private func addPeople(_ count: Int) throws {
        guard count > 0 else { return }
        let box = try SealedBox(keys: [files.secret])
        let now = Timestamp.now()
        let groups = (0..<30).map { "\"department-\($0)\"" } + ["\"soc-1\""]
        let verifier = try BearerTokenVerifier([files.trustedProvider], cacheSize: 0)
        let organization = organization
        for start in stride(from: 0, to: count, by: 500) {
            var people: [LastSignIn] = []
            for number in start..<min(count, start + 500) {
                let subject = "person-\(number)"
                let token = try provider.sign(
                    SoakFiles.claims(
                        issuer: files.issuer, subject: subject, groups: groups.joined(separator: ","), at: now))
                let claims = try verifier.verify(Array(token.utf8).span, at: now)
                let (id, email) = (try IdentityID(claims.identity), EmailAddress("\(subject)@acme.example"))
                people.append(
                    LastSignIn(
                        organization: organization, id: id, identity: claims.identity, provider: claims.provider,
                        verifiedEmail: email, email: email, seenAt: now,
                        claims: try claims.sealed(in: box, for: LastSignIn.owner(of: id)), access: nil))
            }
            let batch = people
            _ = try database.writeBlocking { transaction throws(DatabaseError) in
                for person in batch { try AccessStore.note(person, transaction) }
            }
        }
    }
}

extension SoakFiles {
    var trustedProvider: TrustedProvider {
        get throws {
            guard let id = ProviderID("demo") else { throw SoakError("no provider") }
            let parameters = try key.publicParameters().map { "\"\($0.name)\":\"\(Base64URL.encode($0.bytes))\"" }
            let jwk =
                "{\"kty\":\"EC\",\"crv\":\"P-256\",\"kid\":\"\(SoakFiles.keyID)\",\(parameters.joined(separator: ","))}"
            var provider = TrustedProvider(id: id, issuer: Issuer(issuer), keys: try KeySet(Array(jwk.utf8)))
            provider.audiences = [SoakFiles.audience]
            return provider
        }
    }

    /// Returns the payload of a bearer token that is valid for a day.
    ///
    /// - Parameter groups: elements of a JSON array.
    static func claims(issuer: String, subject: String, groups: String, at now: Timestamp) -> [UInt8] {
        Array(
            """
            {"iss":"\(issuer)","sub":"\(subject)","aud":"\(audience)","iat":\(now.seconds - 5),\
            "exp":\(now.seconds + 86000),"email":"\(subject)@acme.example","email_verified":true,"groups":[\(groups)]}
            """.utf8)
    }
}

private struct WholeDocument: BlockingInventorySource {
    private var bytes: [UInt8]?

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
    }

    mutating func next() -> [UInt8]? {
        defer { bytes = nil }
        return bytes
    }
}
