package import Databases
package import Identities
package import Inventory
package import Time

/// An organization's history inside a write transaction.
///
/// A row is written only for a day on which a figure changed. A series that has no row for a day keeps its last figure,
/// so that a day without changes costs nothing.
package struct UsageHistory {
    let transaction: Transaction
    let organization: OrganizationID
    /// The day that rows are written for.
    package let day: CalendarDay

    /// Begins writing. A clock that jumped back by a day or less continues the latest day, so that no earlier day gets a
    /// later figure. If it jumped back further, the rows of days that are yet to come move to the current day.
    ///
    /// - Parameter latest: the latest day that the history has.
    package init(
        _ organization: OrganizationID, now: Timestamp, latest: CalendarDay, _ transaction: Transaction
    ) throws(DatabaseError) {
        self.organization = organization
        self.transaction = transaction
        let today = CalendarDay(now)
        guard latest > today else {
            day = today
            return
        }
        guard latest - today > 1 else {
            day = latest
            return
        }
        day = today
        let parameters: [SQLValue] = [.text(organization.text), .integer(today.number)]
        try transaction.execute(
            """
            INSERT INTO usage_history
            SELECT organization, workspace, metric, $2, value FROM usage_history h
            WHERE organization = $1 AND day > $2 AND day = (
                SELECT max(day) FROM usage_history l
                WHERE l.organization = h.organization AND l.workspace = h.workspace AND l.metric = h.metric)
            ON CONFLICT (organization, workspace, metric, day) DO UPDATE SET value = excluded.value
            """, parameters[0], parameters[1])
        try transaction.execute(
            "DELETE FROM usage_history WHERE organization = $1 AND day > $2", parameters[0], parameters[1])
    }

    /// Writes the figures of a workspace, or of the organization, as far as they changed.
    ///
    /// - Parameters:
    ///   - workspace: the id of the workspace; empty for the organization.
    ///   - old: the figures before the change; nil if the series are new.
    package func record(_ figures: MetricCounts, of workspace: String, before old: MetricCounts?) throws(DatabaseError)
    {
        for (index, metric) in Metric.allCases.enumerated() where old.map({ $0[metric] != figures[metric] }) ?? true {
            try transaction.execute(
                """
                INSERT INTO usage_history VALUES ($1, $2, $3, $4, $5)
                ON CONFLICT (organization, workspace, metric, day) DO UPDATE SET value = excluded.value
                """, .text(organization.text), .text(workspace), .integer(index), .integer(day.number),
                .integer(figures[metric]))
        }
    }

    /// Writes the figures of all workspaces that an import changed.
    ///
    /// - Parameters:
    ///   - new: the generation that the import makes current.
    ///   - old: the generation before; nil if there was none.
    package func record(generation new: Int, replacing old: Int?) throws(DatabaseError) {
        for (index, metric) in Metric.allCases.enumerated() {
            let column = metric.rawValue
            let parameters: [SQLValue] = [
                .text(organization.text), .integer(index), .integer(day.number), .integer(new), .integer(old ?? 0),
            ]
            try transaction.execute(
                """
                INSERT INTO usage_history
                SELECT $1, n.id, $2, $3, n.\(column) FROM inventory_workspace n
                LEFT JOIN inventory_workspace o ON o.generation = $5 AND o.id = n.id
                WHERE n.generation = $4 AND (o.id IS NULL OR o.\(column) <> n.\(column))
                UNION ALL
                SELECT $1, o.id, $2, $3, 0 FROM inventory_workspace o
                LEFT JOIN inventory_workspace n ON n.generation = $4 AND n.id = o.id
                WHERE o.generation = $5 AND n.id IS NULL AND o.\(column) <> 0
                ON CONFLICT (organization, workspace, metric, day) DO UPDATE SET value = excluded.value
                """, parameters[0], parameters[1], parameters[2], parameters[3], parameters[4])
        }
    }
}
