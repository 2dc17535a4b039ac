package import Databases
package import Identities
package import Inventory
package import Time

/// Reads the history of a workspace, or of the organization. All reads are ranges of the primary key.
package struct UsageSeries {
    let organization: OrganizationID
    /// The id of the workspace; empty for the organization.
    let workspace: String
    let transaction: Transaction

    package init(organization: OrganizationID, workspace: String, transaction: Transaction) {
        (self.organization, self.workspace, self.transaction) = (organization, workspace, transaction)
    }

    /// Returns true if there is a row of any day.
    package func isKnown() throws(DatabaseError) -> Bool {
        try transaction.first(
            "SELECT 1 FROM usage_history WHERE organization = $1 AND workspace = $2 LIMIT 1",
            .text(organization.text), .text(workspace)
        ) { _ throws(DatabaseError) in true } ?? false
    }

    /// Returns a metric's figure at the end of each day; nil before the first known figure.
    ///
    /// - Parameters:
    ///   - days: the days, in ascending order.
    ///   - today: the day under way. Its figure is the current one, even if the clock jumped back and the history has
    ///     rows of later days.
    package func figures(_ metric: Metric, on days: [CalendarDay], today: CalendarDay) throws(DatabaseError) -> [Int?] {
        guard let first = days.first, let last = days.last else { return [] }
        let end = last >= today ? Int.max : last.number
        var figures: [Int?] = []
        figures.reserveCapacity(days.count)
        var known: Int?
        // The last row up to the first day, and all rows after it.
        try transaction.each(
            """
            SELECT day, value FROM usage_history
            WHERE organization = $1 AND workspace = $2 AND metric = $3 AND day <= $5 AND day >= coalesce((
                SELECT max(day) FROM usage_history
                WHERE organization = $1 AND workspace = $2 AND metric = $3 AND day <= $4), $4)
            ORDER BY day
            """, .text(organization.text), .text(workspace), .integer(metric.number), .integer(first.number),
            .integer(end)
        ) { row throws(DatabaseError) in
            let day = min(row.integer(0), today.number)
            while figures.count < days.count, days[figures.count].number < day { figures.append(known) }
            // The range of ``MetricCounts/clamped``, also if the store is corrupt.
            known = max(0, min(row.integer(1), Int(Int32.max)))
        }
        while figures.count < days.count { figures.append(known) }
        return figures
    }
}

extension Metric {
    /// The place among all metrics, as the store keeps it.
    var number: Int { Metric.allCases.firstIndex(of: self) ?? 0 }

    init?(number: Int) {
        guard Metric.allCases.indices.contains(number) else { return nil }
        self = Metric.allCases[number]
    }
}
