package import Databases
internal import Synchronization
package import Time

/// Deletes history that is older than the retention, in short write transactions.
///
/// The newest row before the cut of each series is kept, because it gives the figure from the cut on. All series of a
/// workspace are deleted whole if it no longer exists and none of its figures changed since the cut.
package final class UsageRetention: Sendable {
    private struct Series: Sendable {
        var organization = ""
        var workspace = ""
        var metric = -1
    }

    /// The most series that one transaction visits, and the number of deleted rows after which it ends.
    private static let (series, rows) = (500, 2000)

    private let cut: CalendarDay
    private let last = Mutex(Series())

    /// - Parameter cut: the first day whose rows are all kept.
    package init(before cut: CalendarDay) { self.cut = cut }

    /// Continues with the next series. Returns false after the last one.
    package func slice(_ transaction: Transaction) throws(DatabaseError) -> Bool {
        var (position, deleted) = (last.withLock { $0 }, 0)
        for _ in 0..<UsageRetention.series where deleted < UsageRetention.rows {
            guard let next = try UsageRetention.series(after: position, transaction) else { return false }
            position = next
            deleted += try trim(next, transaction)
        }
        last.withLock { [position] in $0 = position }
        return true
    }

    private static func series(after last: Series, _ transaction: Transaction) throws(DatabaseError) -> Series? {
        try transaction.first(
            """
            SELECT organization, workspace, metric FROM usage_history
            WHERE (organization, workspace, metric) > ($1, $2, $3)
            ORDER BY organization, workspace, metric LIMIT 1
            """, .text(last.organization), .text(last.workspace), .integer(last.metric)
        ) { row throws(DatabaseError) in
            Series(organization: row.text(0), workspace: row.text(1), metric: row.integer(2))
        }
    }

    /// Returns the number of deleted rows.
    private func trim(_ series: Series, _ transaction: Transaction) throws(DatabaseError) -> Int {
        let key: [SQLValue] = [.text(series.organization), .text(series.workspace), .integer(series.metric)]
        let newest = try transaction.first(
            """
            SELECT
                (SELECT max(day) FROM usage_history WHERE organization = $1 AND workspace = $2 AND metric = $3),
                (SELECT max(day) FROM usage_history
                    WHERE organization = $1 AND workspace = $2 AND metric = $3 AND day < $4)
            """, key[0], key[1], key[2], .integer(cut.number)
        ) { row throws(DatabaseError) in (all: row.optionalInteger(0), old: row.optionalInteger(1)) }
        guard let newest, let old = newest.old else { return 0 }
        var isGone = false
        if newest.all == old, !series.workspace.isEmpty {
            isGone = if try exists(series, transaction) { false } else { try !hasChanged(series, transaction) }
        }
        return try transaction.execute(
            "DELETE FROM usage_history WHERE organization = $1 AND workspace = $2 AND metric = $3 AND day < $4",
            key[0], key[1], key[2], .integer(isGone ? cut.number : old))
    }

    private func exists(_ series: Series, _ transaction: Transaction) throws(DatabaseError) -> Bool {
        try transaction.first(
            """
            SELECT 1 FROM inventory i JOIN inventory_workspace w ON w.generation = i.generation AND w.id = $2
            WHERE i.organization = $1
            """, .text(series.organization), .text(series.workspace)
        ) { _ throws(DatabaseError) in true } ?? false
    }

    /// Returns true if any figure of the series' workspace changed since the cut.
    private func hasChanged(_ series: Series, _ transaction: Transaction) throws(DatabaseError) -> Bool {
        try transaction.first(
            "SELECT 1 FROM usage_history WHERE organization = $1 AND workspace = $2 AND day >= $3 LIMIT 1",
            .text(series.organization), .text(series.workspace), .integer(cut.number)
        ) { _ throws(DatabaseError) in true } ?? false
    }
}
