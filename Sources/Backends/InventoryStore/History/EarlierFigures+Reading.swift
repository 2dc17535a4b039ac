package import Databases
package import Identities
internal import Inventory
package import Text
package import Time

extension EarlierFigures {
    /// Reads the figures of each workspace at the end of a day, also of deleted ones.
    ///
    /// The cost depends on the number of workspaces and not on the length of the history.
    package static func load(
        _ organization: OrganizationID, on day: CalendarDay, _ transaction: Transaction
    ) throws(DatabaseError) -> [ExactText: EarlierFigures] {
        let figures = Metric.allCases.indices.map { metric in
            """
            (SELECT h.value FROM usage_history h
                WHERE h.organization = $1 AND h.workspace = series.workspace AND h.metric = \(metric) AND h.day <= $2
                ORDER BY h.day DESC LIMIT 1)
            """
        }
        // Each step of the recursion finds the next workspace in the index. The first one is read too, so that the texts
        // of all steps have the collation of the column.
        let sql = """
            WITH RECURSIVE series (workspace) AS (
                SELECT (SELECT min(n.workspace) FROM usage_history n WHERE n.organization = $1) UNION ALL
                SELECT (SELECT n.workspace FROM usage_history n
                    WHERE n.organization = $1 AND n.workspace > series.workspace ORDER BY n.workspace LIMIT 1)
                FROM series WHERE series.workspace IS NOT NULL)
            SELECT workspace, \(figures.joined(separator: ", ")) FROM series WHERE workspace <> ''
            """
        var result: [ExactText: EarlierFigures] = [:]
        try transaction.each(sql, .text(organization.text), .integer(day.number)) { row throws(DatabaseError) in
            var figures = EarlierFigures()
            for (index, metric) in Metric.allCases.enumerated() {
                figures[metric] = row.optionalInteger(index + 1).map(clamped)
            }
            if !figures.isEmpty { result[ExactText(row.text(0))] = figures }
        }
        return result
    }

    /// Reads the last figures that were written for the days after one day, up to another.
    package static func load(
        _ organization: OrganizationID, after first: CalendarDay, through last: CalendarDay,
        _ transaction: Transaction
    ) throws(DatabaseError) -> [ExactText: EarlierFigures] {
        var result: [ExactText: EarlierFigures] = [:]
        try transaction.each(
            """
            SELECT workspace, metric, value FROM usage_history
            WHERE organization = $1 AND day > $2 AND day <= $3 AND workspace <> '' ORDER BY day
            """, .text(organization.text), .integer(first.number), .integer(last.number)
        ) { row throws(DatabaseError) in
            guard Metric.allCases.indices.contains(row.integer(1)) else { return }
            result[ExactText(row.text(0)), default: EarlierFigures()][Metric.allCases[row.integer(1)]] = clamped(
                row.integer(2))
        }
        return result
    }

    /// A figure in the range of ``MetricCounts/clamped``.
    private static func clamped(_ value: Int) -> Int { max(0, min(value, Int(Int32.max))) }
}
