import Cryptography
import Databases
import Identities
internal import MetricsSnapshots
import Policy
import Synchronization
import Threads
import Time
import WorkspaceMetrics

/// Measures history after 760 simulated days of 10,000 workspaces, of which 1 % change each day. It reports the size of
/// the store, and the cost of a batch at the beginning and at the end. It also reports the time of a report for two
/// years by day.
func benchmarkUsage() throws {
    guard let organization = OrganizationID("acme") else { throw UnexpectedResultError() }
    let permit = try SampleToken(.ed25519, .edDSA).permit(.readMetrics, in: organization)
    let (workspaces, days) = (10_000, 760)
    let temporary = try TemporaryStore([MetricsStore.schema])
    let begin = Timestamp.now() - .seconds(86400 * Int64(days))
    let clock = Mutex(begin)
    let now: @Sendable () -> Timestamp = { clock.withLock { $0 } }
    let store = MetricsStore(database: temporary.database, now: now)
    print("History of \(workspaces) workspaces after \(days) days, 1 % of them changing each day")
    let all = (0..<workspaces).map { #"{"id":"ws\#($0)","name":"Workspace \#($0)"}"# }.joined(separator: ",")
    var source = InventoryBytes(Array(#"{"roles":[],"workspaces":[\#(all)]}"#.utf8))
    guard case .success = try store.replaceInventoryBlocking(of: organization, from: &source) else {
        throw UnexpectedResultError()
    }
    var day = 0
    /// Changes 1 % of the workspaces on the next day. Returns the time of the batch in nanoseconds.
    func changeNextDay() throws -> Double {
        day += 1
        clock.withLock { $0 = begin + .seconds(86400 * Int64(day)) }
        let changes = (0..<workspaces / 100).map { index in
            let workspace = (day * 7919 + index * 101) % workspaces
            return #"{"op":"put_workflow","workspace":"ws\#(workspace)","workflow":{"id":"w\#(day)","published":true,"#
                + #""trigger":"webhook"}}"#
        }
        let body = Array(#"{"changes":[\#(changes.joined(separator: ","))]}"#.utf8)
        let start = MonotonicTime.now()
        guard case .success = try store.changeBlocking(organization, body: body) else { throw UnexpectedResultError() }
        return Double(MonotonicTime.now().nanoseconds(since: start))
    }
    func reportBatches(_ name: String, _ batches: [Double]) {
        report("  batch of 100 changes, fastest tenth of \(name)", batches.sorted()[10])
    }
    let spent = try (0..<days).map { _ in try changeNextDay() }
    reportBatches("the first 100 days", Array(spent.prefix(100)))
    reportBatches("the last 100 days", Array(spent.suffix(100)))
    let pages = try temporary.database.readBlocking { transaction throws(DatabaseError) in
        try transaction.first("SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()") {
            row throws(DatabaseError) in row.integer(0)
        }
    }
    report("  size of the store (MiB)", megabytes: Double(pages ?? 0) / 1_048_576)
    let backend = MetricsBackend(store)
    let today = CalendarDay(now())
    for (name, workspace) in [("the organization", ""), ("one workspace", "ws7")] {
        let query = try UsageQuery([("from", (today - 730).text), ("workspace", workspace)], today: today)
        let time = try nanosecondsPerCall {
            let found = try BackgroundExecutor.wait { () async throws(MetricsError) -> Representation? in
                try await backend.usage(permit, query)
            }
            consume(found?.body() ?? [])
        }
        report("  usage of \(name), two years by day", time)
    }
    // The same inventory without its history shows what the history costs a change.
    let cut = CalendarDay(now()) - 1
    _ = try temporary.database.writeBlocking { transaction throws(DatabaseError) in
        try transaction.execute(
            """
            DELETE FROM usage_history WHERE workspace <> '' AND day < $1 AND EXISTS (SELECT 1 FROM usage_history h
                WHERE h.organization = 'acme' AND h.workspace = usage_history.workspace AND h.metric = usage_history.metric
                AND h.day > usage_history.day)
            """, .integer(cut.number))
    }
    reportBatches("100 days after deleting the history", try (0..<100).map { _ in try changeNextDay() })
}
