import Audit
import Databases
import Grants
import Identities
import Time

/// Measures durable acceptances of invitations: one at a time, each with its own flush to disk, and many at once, which
/// share flushes. The widths alternate in rounds, because the cost of a flush depends on the disk's other load.
func benchmarkAcceptances() async throws {
    guard let organization = OrganizationID("acme") else { throw UnexpectedAnswer() }
    let store = try TemporaryStore([AuditLog.schema, AccessStore.schema])
    let access = try AccessStore(database: store.database)
    let widths = [1, 64, 256]
    print("Acceptances of invitations")
    var rates: [Int: [Double]] = [:]
    var latencies: [Int: [UInt64]] = [:]
    for round in 0..<7 {
        for width in widths {
            let emails = (0..<(width == 1 ? 300 : 2560)).map { "p\(round)-\(width)-\($0)@acme.example" }
            let tokens = try emails.map { try invite($0, to: organization, access) }
            let start = MonotonicTime.now()
            latencies[width, default: []] += try await withThrowingTaskGroup(of: [UInt64].self) { group in
                for lane in 0..<width {
                    group.addTask {
                        var spent: [UInt64] = []
                        for number in stride(from: lane, to: emails.count, by: width) {
                            let begun = MonotonicTime.now()
                            try await accept(tokens[number], as: emails[number], access)
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
    _ email: String, to organization: OrganizationID, _ access: AccessStore
) throws -> InvitationToken {
    guard let address = InvitedAddress(email) else { throw UnexpectedAnswer() }
    let terms = InvitationTerms(
        inviter: nil, inviterEmail: nil, lifetime: .seconds(86400), perDay: nil, sendsLetter: false)
    let issued = try access.inviteBlocking(
        address, as: .viewer, to: organization, on: terms, recording: AuditRecord(.invitationCreate, by: .operator)
    ).get()
    guard let token = issued.token else { throw UnexpectedAnswer() }
    return token
}

private func accept(_ token: InvitationToken, as email: String, _ access: AccessStore) async throws {
    let invitee = Invitee(issuer: "https://idp.example", subject: email, verifiedEmail: email, email: email)
    let record = AuditRecord(
        .invitationAccept,
        by: .identity(Identity(issuer: "https://idp.example", subject: Subject(email)), email: EmailAddress(email)),
        requestID: "0123456789",
        address: "192.0.2.1")
    _ = try await access.accept(
        token, by: invitee, isAccepted: { _ in true }, isSignedIn: { _, _ in true }, seen: { _ in nil },
        recording: record
    )
    .get()
}
