import Audit
import Databases
import Glibc
import Organizations
import Time

/// The audit log by the hundred thousand: what an event costs, and what looking at all of them again does.
func benchmarkAudit() throws {
    let count = 100_000
    var template = Array("/tmp/gatehouse-benchmark-XXXXXX".utf8CString)
    // mkdtemp changes the template in place, within its length.
    guard unsafe mkdtemp(&template) != nil else { throw UnexpectedAnswer() }
    let directory = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    defer {
        for name in ["", "-wal", "-shm"] { unsafe unlink("\(directory)/store.db\(name)") }
        unsafe rmdir(directory)
    }
    let database = try Database(path: "\(directory)/store.db", schemas: [AuditLog.schema])
    defer { database.close() }
    print("\(count) audit events")
    let start = MonotonicTime.now()
    for _ in 0..<count / 1000 {
        try database.writeBlocking { transaction throws(DatabaseError) in
            for number in 0..<1000 {
                try AuditLog.append(
                    AuditRecord(
                        .signIn,
                        by: .identity(issuer: "https://idp.example", subject: "s\(number)", email: "a@b.example"),
                        in: OrganizationID("acme"), target: "idp", requestID: "0123456789abcdef", address: "192.0.2.1",
                        details: [("provider", "idp"), ("claims", "iss sub aud exp iat email email_verified groups")]),
                    at: Timestamp(seconds: 1_800_000_000), transaction)
            }
        }
    }
    report(
        "  one more, of a thousand in a transaction",
        Double(MonotonicTime.now().nanoseconds(since: start)) / Double(count))
    let second = MonotonicTime.now()
    let result = try database.readBlocking { transaction throws(DatabaseError) in try AuditVerification(transaction) }
    guard result.faults.isEmpty, result.count == count else { throw UnexpectedAnswer() }
    report("  verifying one", Double(MonotonicTime.now().nanoseconds(since: second)) / Double(count))
}
