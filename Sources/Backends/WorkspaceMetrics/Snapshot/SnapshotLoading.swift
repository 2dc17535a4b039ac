internal import Databases
internal import Identities
internal import Inventory
internal import Text
internal import Time

extension SnapshotContent {
    /// Reads the rows of a generation, with their stored counts and owners.
    ///
    /// - Parameter baseDay: the day that changes are counted from.
    static func load(
        _ organization: OrganizationID, _ rows: InventoryRows, baseDay: CalendarDay
    ) throws(DatabaseError) -> SnapshotContent {
        var earlier = try EarlierFigures.load(organization, on: baseDay, rows.transaction)
        var owners: [Int: [WorkspaceRow.Owner]] = [:]
        try rows.transaction.each(
            "SELECT workspace, email, name FROM inventory_member WHERE generation = $1 AND owns = 1", rows.key
        ) { row throws(DatabaseError) in
            owners[row.integer(0), default: []].append(WorkspaceRow.Owner(email: row.text(1), name: row.text(2)))
        }
        let all = try rows.transaction.all(
            "SELECT \(InventoryRows.headColumns) FROM inventory_workspace WHERE generation = $1", rows.key
        ) { row throws(DatabaseError) in
            let (number, workspace, counts, publishedAt) = InventoryRows.head(row)
            return WorkspaceRow(
                workspace, counts: counts.clamped, owners: owners[number] ?? [], publishedAt: publishedAt,
                earlier: earlier.removeValue(forKey: ExactText(workspace.id)) ?? EarlierFigures())
        }
        let former = earlier.map { FormerWorkspace(id: $0.key.text, earlier: $0.value) }
        return SnapshotContent(all, former: former, baseDay: baseDay)
    }
}

extension EarlierFigures {
    /// Reads the figures of each workspace at the end of a day, also of deleted ones.
    ///
    /// The cost depends on the number of workspaces and not on the length of the history.
    fileprivate static func load(
        _ organization: OrganizationID, on day: CalendarDay, _ transaction: Transaction
    ) throws(DatabaseError) -> [ExactText: EarlierFigures] {
        let figures = Metric.allCases.indices.map { metric in
            """
            (SELECT h.value FROM usage_history h
                WHERE h.organization = $1 AND h.workspace = series.workspace AND h.metric = \(metric) AND h.day <= $2
                ORDER BY h.day DESC LIMIT 1)
            """
        }
        // Each step of the recursion finds the next workspace in the index.
        let sql = """
            WITH RECURSIVE series (workspace) AS (
                SELECT '' UNION ALL
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
    static func load(
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
