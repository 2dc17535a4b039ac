internal import Grants
internal import JSON
internal import Organizations
internal import Policy
internal import Time
internal import Tokens

/// Somebody with access, and from where.
struct Member {
    /// One way in which they have a role.
    private enum Source {
        case claimMapping(row: String?, Role)
        case grant(Grant)
    }

    let identity: IdentityID
    private let issuer: String
    private let subject: String
    private let email: String?
    private let role: Role
    private let sources: [Source]
    private let lastSignIn: Timestamp?

    /// Somebody who was seen; `nil` where they have no role today.
    init?(
        _ person: PersonSeen, in organization: Deployment.Organization, of deployment: Deployment,
        with access: AccessSnapshot, _ grants: [Grant]
    ) {
        guard let claims = deployment.claims(of: person) else { return nil }
        let whole = deployment.entitlement(of: claims, in: organization, with: access)
        guard let role = whole.role else { return nil }
        let mapped = deployment.entitlement(of: claims, in: organization, with: .empty)
        var sources: [Source] = mapped.role.map { [.claimMapping(row: mapped.mapping, $0)] } ?? []
        sources += grants.filter { $0.issuer == person.issuer && $0.subject == person.subject }.map { .grant($0) }
        (identity, issuer, subject) = (person.identity, person.issuer, person.subject)
        (email, self.role, self.sources, lastSignIn) = (person.email, role, sources, person.seenAt)
    }

    /// Somebody who has a grant and was not seen yet.
    init(_ grant: Grant, _ identity: IdentityID, among grants: [Grant]) {
        let own = grants.filter { $0.issuer == grant.issuer && $0.subject == grant.subject }
        (self.identity, issuer, subject, email) = (identity, grant.issuer, grant.subject, grant.email)
        (role, sources, lastSignIn) = (own.map(\.role).max() ?? grant.role, own.map { .grant($0) }, nil)
    }

    func write(to writer: inout JSONWriter) {
        writer.member("identity_id", identity.text)
        writer.member("issuer", issuer)
        writer.member("subject", subject)
        writer.member("email", email)
        writer.member("role", role.rawValue)
        writer.name("sources")
        writer.beginArray()
        for source in sources {
            writer.beginObject()
            switch source {
            case .claimMapping(let row, let role):
                writer.member("kind", "claim_mapping")
                writer.member("mapping", row)
                writer.member("role", role.rawValue)
            case .grant(let grant):
                writer.member("kind", grant.source.rawValue)
                writer.member("grant", grant.id)
                writer.member("role", grant.role.rawValue)
            }
            writer.endObject()
        }
        writer.endArray()
        writer.member("last_sign_in", lastSignIn?.rfc3339)
    }
}
