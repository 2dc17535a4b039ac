import Audit
import Databases
import Grants
import Organizations
import Time

/// Invitations that are accepted, durably: one at a time, each with a flush to disk of its own, and many at once, which
/// share them.
func benchmarkAcceptances() async throws {
    guard let organization = OrganizationID("acme") else { throw UnexpectedAnswer() }
    let store = try TemporaryStore([AuditLog.schema, AccessStore.schema])
    let access = try AccessStore(database: store.database)
    print("Acceptances of invitations")
    var rates: [Int: Double] = [:]
    for width in [1, 64, 256] {
        let count = width == 1 ? 1000 : 12_800
        let tokens = try (0..<count).map { number in
            try invite("p\(width)-\(number)@acme.example", to: organization, access)
        }
        let start = MonotonicTime.now()
        let latencies = try await withThrowingTaskGroup(of: [UInt64].self) { group in
            for lane in 0..<width {
                group.addTask {
                    var spent: [UInt64] = []
                    for number in stride(from: lane, to: count, by: width) {
                        let begun = MonotonicTime.now()
                        try await accept(tokens[number], as: "p\(width)-\(number)@acme.example", access)
                        spent.append(MonotonicTime.now().nanoseconds(since: begun))
                    }
                    return spent
                }
            }
            return try await group.reduce(into: []) { $0 += $1 }.sorted()
        }
        let seconds = Double(MonotonicTime.now().nanoseconds(since: start)) / 1e9
        rates[width] = Double(count) / seconds
        report("  \(width) at once, a second", count: Double(count) / seconds)
        report("  \(width) at once, median", Double(latencies[latencies.count / 2]))
        report("  \(width) at once, p99", Double(latencies[latencies.count * 99 / 100]))
    }
    report("  64 at once beside one at a time, times", count: (rates[64] ?? 0) / (rates[1] ?? 1))
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
        .invitationAccept, by: .identity(issuer: invitee.issuer, subject: email, email: email), requestID: "0123456789",
        address: "192.0.2.1")
    _ = try await access.accept(token, by: invitee, isAccepted: { _ in true }, seen: { _ in nil }, recording: record)
        .get()
}
