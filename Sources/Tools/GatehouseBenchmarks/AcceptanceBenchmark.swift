import Audit
internal import ClaimMapping
internal import Cryptography
import Databases
import Grants
import Identities
internal import Invitations
internal import Management
internal import Policy
internal import Sessions
import Time
internal import Tokens

/// Measures durable acceptances of invitations: one at a time, each with its own flush to disk, and many at once, which
/// share flushes. The widths alternate in rounds, because the cost of a flush depends on the disk's other load.
func benchmarkAcceptances() async throws {
    guard let organization = OrganizationID("acme") else { throw UnexpectedResultError() }
    let store = try TemporaryStore([AuditLog.schema, AccessStore.schema, SessionStore.schema])
    let sample = try SampleToken(.ed25519, .edDSA)
    let settings = AccessSettings(
        organizations: [
            OrganizationRules(
                id: organization, providers: [sample.provider.id], strategy: .firstMatch, mappings: [])
        ],
        providers: [
            AccessRules.Provider(
                id: sample.provider.id, issuer: sample.provider.issuer, emailTrust: EmailTrust(),
                isSignInPossible: true)
        ], box: nil)
    let invitations = InvitationStore(
        try AccessStore(database: store.database, under: settings, dependents: EndedAccess()))
    let widths = [1, 64, 256]
    print("Acceptances of invitations")
    var rates: [Int: [Double]] = [:]
    var latencies: [Int: [UInt64]] = [:]
    for round in 0..<7 {
        for width in widths {
            let emails = (0..<(width == 1 ? 300 : 2560)).map { "p\(round)-\(width)-\($0)@acme.example" }
            var tokens: [InvitationToken] = []
            for email in emails { tokens.append(try await invite(email, to: organization, invitations)) }
            let (links, invitees) = (tokens, try emails.map { try invitee($0, by: sample) })
            let start = MonotonicTime.now()
            latencies[width, default: []] += try await withThrowingTaskGroup(of: [UInt64].self) { group in
                for lane in 0..<width {
                    group.addTask {
                        var spent: [UInt64] = []
                        for number in stride(from: lane, to: emails.count, by: width) {
                            let begun = MonotonicTime.now()
                            try await accept(links[number], as: invitees[number], invitations)
                            spent.append(MonotonicTime.now().nanoseconds(since: begun))
                        }
                        return spent
                    }
                }
                return try await group.reduce(into: []) { $0 += $1 }
            }
            let seconds = Double(MonotonicTime.now().nanoseconds(since: start)) / 1e9
            rates[width, default: []].append(Double(emails.count) / seconds)
        }
    }
    for width in widths {
        let (rates, all) = ((rates[width] ?? []).sorted(), (latencies[width] ?? []).sorted())
        report("  \(width) at once, per second", count: rates[rates.count / 2])
        report("  \(width) at once, median", Double(all[all.count / 2]))
        report("  \(width) at once, p99", Double(all[all.count * 99 / 100]))
    }
    for width in widths.dropFirst() {
        let ratios = zip(rates[width] ?? [], rates[1] ?? []).map { $0 / $1 }.sorted()
        report("  \(width) at once, relative to one at a time", count: ratios[ratios.count / 2])
    }
}

private func invite(
    _ email: String, to organization: OrganizationID, _ invitations: InvitationStore
) async throws -> InvitationToken {
    let draft = try InvitationDraft(
        email: email, role: Role.viewer.rawValue, under: InvitationRules(allowedDomains: []))
    let issued = try await invitations.invite(
        draft, to: organization, byOperatorOn: .ofOperator(lifetime: .seconds(86400)),
        recording: AuditRecord(.invitationCreate, by: .operator)
    ).get()
    guard let token = issued.token else { throw UnexpectedResultError() }
    return token
}

/// A token that is valid for the whole measurement.
private struct MeasuredCredential: ActorCredential {
    let currentClaims: VerifiedClaims

    func isValid(at moment: Timestamp, _ transaction: Transaction) throws(DatabaseError) -> Bool { true }
}

private func invitee(_ email: String, by sample: SampleToken) throws -> MeasuredCredential {
    let payload = """
        {"iss":"\(sample.provider.issuer)","sub":"\(email)","aud":["api://gatehouse"],"iat":1767225600,\
        "exp":1767229200,"email":"\(email)","email_verified":true}
        """
    let token = try sample.sign(Array(payload.utf8))
    return MeasuredCredential(
        currentClaims: try BearerTokenVerifier([sample.provider], cacheSize: 0).verify(token.span, at: sample.now))
}

private func accept(
    _ token: InvitationToken, as credential: MeasuredCredential, _ invitations: InvitationStore
) async throws {
    let identity = credential.currentClaims.identity
    let email = EmailAddress(identity.subject.text)
    let record = AuditRecord(
        .invitationAccept, by: .identity(identity, email: email), requestID: "0123456789", address: "192.0.2.1")
    _ = try await invitations.accept(
        token, by: Invitee(credential, email: email, isSignedIn: false), recording: record
    ).get()
}
