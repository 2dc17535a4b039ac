internal import Databases
internal import Identities
internal import Inventory
internal import Time

extension InventoryRows {
    /// Returns all workspaces of the generation with their stored counts and owners.
    func workspaceRows() throws(DatabaseError) -> [WorkspaceRow] {
        var owners: [Int: [WorkspaceRow.Owner]] = [:]
        try transaction.each(
            "SELECT workspace, email, name FROM inventory_member WHERE generation = $1 AND owns = 1", key
        ) { row throws(DatabaseError) in
            owners[row.integer(0), default: []].append(WorkspaceRow.Owner(email: row.text(1), name: row.text(2)))
        }
        return try transaction.all(
            "SELECT \(InventoryRows.headColumns) FROM inventory_workspace WHERE generation = $1", key
        ) { row throws(DatabaseError) in
            let (number, workspace, counts, _) = InventoryRows.head(row)
            return WorkspaceRow(workspace, counts: counts.clamped, owners: owners[number] ?? [])
        }
    }
}

extension MetricsSnapshot {
    /// - Parameter today: the day under way.
    static func load(
        _ state: InventoryState, of organization: OrganizationID, today: CalendarDay, _ transaction: Transaction
    ) throws(DatabaseError) -> MetricsSnapshot {
        let rows = InventoryRows(transaction: transaction, generation: state.generation)
        let recent = try RecentUsage(of: organization, today: max(today, state.day), transaction)
        return MetricsSnapshot(state: state, SortedRows(try rows.workspaceRows()), recent: recent)
    }
}
