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
    try measureSearches(of: database)
}

/// Measures searches of the newest hundred thousand events: those with many matches, few, and none.
private func measureSearches(of database: Database) throws {
    var queries: [(String, AuditLog.Query)] = []
    func add(_ name: String, _ change: (inout AuditLog.Query) -> Void) {
        var query = AuditLog.Query()
        query.after = 900_000
        change(&query)
        queries.append((name, query))
    }
    add("without a filter") { _ in }
    add("of every actor") { $0.text = "example" }
    add("of one actor") { $0.text = "s500 " }
    add("without a match") { $0.text = "absent" }
    add("for an action without events") { $0.action = .grantRevoke }
    add("for a time without events") { $0.to = Timestamp(seconds: 0) }
    for (name, query) in queries {
        let start = MonotonicTime.now()
        for _ in 0..<10 {
            try database.readBlocking { transaction throws(DatabaseError) in
                _ = try AuditLog.events(of: OrganizationID("acme"), query, transaction)
            }
        }
        report("  a page of 100,000 events \(name)", Double(MonotonicTime.now().nanoseconds(since: start)) / 10)
        let second = MonotonicTime.now()
        for _ in 0..<10 {
            try database.readBlocking { transaction throws(DatabaseError) in
                _ = try AuditLog.count(of: OrganizationID("acme"), query, upTo: 10_001, transaction)
            }
        }
        report("  the count of that page", Double(MonotonicTime.now().nanoseconds(since: second)) / 10)
    }
}
