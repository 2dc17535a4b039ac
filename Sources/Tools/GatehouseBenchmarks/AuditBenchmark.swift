import Audit
import Databases
import Identities
import Time

/// Measures a million audit events: the cost of appending one, and of verifying all of them.
func benchmarkAudit() throws {
    let count = 1_000_000
    let temporary = try TemporaryStore([AuditLog.schema])
    let database = temporary.database
    print("\(count) audit events")
    let start = MonotonicTime.now()
    for _ in 0..<count / 1000 {
        try database.writeBlocking { transaction throws(DatabaseError) in
            for number in 0..<1000 {
                try AuditLog.append(
                    AuditRecord(
                        .signIn,
                        by: .identity(
                            Identity(issuer: "https://idp.example", subject: Subject("s\(number)")),
                            email: "a@b.example"),
                        in: OrganizationID("acme"), target: "idp", requestID: "0123456789abcdef", address: "192.0.2.1",
                        details: [("provider", "idp"), ("claims", "iss sub aud exp iat email email_verified groups")]),
                    at: Timestamp(seconds: 1_800_000_000), transaction)
            }
        }
    }
    report(
        "  one event, of a thousand in a transaction",
        Double(MonotonicTime.now().nanoseconds(since: start)) / Double(count))
    let second = MonotonicTime.now()
    let result = try database.readBlocking { transaction throws(DatabaseError) in try AuditVerification(transaction) }
    guard result.faults.isEmpty, result.count == count else { throw UnexpectedResultError() }
    let spent = Double(MonotonicTime.now().nanoseconds(since: second))
    report("  verifying all events", spent)
    report("  verifying one", spent / Double(count))
}
