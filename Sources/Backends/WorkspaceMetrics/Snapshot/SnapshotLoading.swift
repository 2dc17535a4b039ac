internal import Databases
internal import Identities
internal import Inventory
internal import InventoryStore
internal import MetricsSnapshots
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
        let owners = try rows.owners()
        let all = try rows.heads { head throws(DatabaseError) in
            let (number, workspace, counts, publishedAt) = head
            return WorkspaceRow(
                workspace, counts: counts.clamped, owners: owners[number] ?? [], publishedAt: publishedAt,
                earlier: earlier.removeValue(forKey: ExactText(workspace.id)) ?? EarlierFigures())
        }
        let former = earlier.map { FormerWorkspace(id: $0.key.text, earlier: $0.value) }
        return SnapshotContent(all, former: former, baseDay: baseDay)
    }
}

extension MetricsSnapshot {
    /// Reads an organization's last committed version; an empty one if no inventory was ever published.
    static func load(
        _ organization: OrganizationID, today: CalendarDay, _ transaction: Transaction
    ) throws(DatabaseError) -> MetricsSnapshot {
        let baseDay = today - SnapshotContent.days
        guard let state = try InventoryState.read(organization, transaction) else {
            return MetricsSnapshot(
                state: InventoryState(generation: 0), SnapshotContent(baseDay: baseDay),
                recent: RecentUsage(today: today))
        }
        let rows = InventoryRows(transaction: transaction, generation: state.generation)
        return MetricsSnapshot(
            state: state, try SnapshotContent.load(organization, rows, baseDay: baseDay),
            recent: try RecentUsage(of: organization, today: max(today, state.day), transaction))
    }
}
