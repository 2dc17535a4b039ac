internal import Inventory
package import InventoryStore
internal import Synchronization
package import Text
package import Time

/// An organization's workspaces at one version. Requests read it without database access and without waiting.
package final class MetricsSnapshot: Sendable {
    /// The sums, the version and the tag; version zero if no inventory was ever published.
    package let state: InventoryState
    /// The organization's figures of the last 31 days.
    let recent: RecentUsage
    private let content: SnapshotContent
    /// Orders that were asked for after the snapshot was made.
    private let late = Mutex<[RowOrder: SortedChunks<RowOrder>]>([:])

    package init(state: InventoryState, _ content: SnapshotContent, recent: RecentUsage) {
        self.state = state
        self.recent = recent
        self.content = content
    }

    /// Counts the committed changes.
    package var version: Int { state.version }
    /// Rows ordered by name, then id.
    var rows: SortedChunks<RowOrder> { content.rows }
    var totals: MetricCounts { state.totals.clamped }
    var distinct: DistinctPeople { state.distinct.clamped }
    package var baseDay: CalendarDay { content.baseDay }
    /// The estimated size in memory, in bytes.
    package var bytes: Int { content.bytes }
    /// A number that differs between snapshots with different rows: a new version has a random tag, and a new day
    /// follows the last one.
    var stamp: Int { state.tag &+ baseDay.number }

    func row(id: String) -> WorkspaceRow? { content.row(id: id) }

    /// Returns true if members are not all counted by the definitions in force.
    func isRecounting(by definitions: MetricDefinitions) -> Bool {
        version > 0 && (state.recounted != nil || !state.definitions.isExactly(definitions.storedText))
    }

    /// Returns the snapshot after a committed change: this one if it includes the change. Returns nil if it misses
    /// another change before that, or if the clock jumped back and the history of some days has moved.
    package func applying(_ change: CommittedChange) -> MetricsSnapshot? {
        guard change.state.version > version else { return self }
        guard change.state.version == version + 1, version == 0 || state.generation == change.state.generation,
            change.state.day >= recent.today
        else {
            return nil
        }
        var content = arrangedContent
        content.apply(change)
        var recent = recent
        recent.set(change.state.figures, on: change.state.day)
        return MetricsSnapshot(state: change.state, content, recent: recent)
    }

    /// Returns the snapshot with changes counted from a later day; see ``SnapshotContent/roll(to:_:)``.
    package func rolled(to day: CalendarDay, _ figures: [ExactText: EarlierFigures]) -> MetricsSnapshot {
        var content = arrangedContent
        content.roll(to: day, figures)
        return MetricsSnapshot(state: state, content, recent: recent.rolled(to: day + SnapshotContent.days))
    }

    // MARK: Orders

    /// Returns all rows in an order, which is arranged at its first use and kept up from then on.
    func rows(in order: RowOrder) -> SortedChunks<RowOrder> {
        if let known = known(order) { return known }
        // Arranged outside the lock, which the requests of other threads need.
        let arranged = SortedChunks(ordered: order.arranged(Array(rows)), by: order)
        late.withLock { $0[order] = arranged }
        return arranged
    }

    /// Returns true if an order is already arranged.
    func knows(_ order: RowOrder) -> Bool { known(order) != nil }

    /// The orders that are arranged beside the order by name.
    package var orders: [RowOrder] { Array(arrangedContent.orders.keys) }

    private func known(_ order: RowOrder) -> SortedChunks<RowOrder>? {
        if order == RowOrder() { return rows }
        return content.orders[order] ?? late.withLock { $0[order] }
    }

    /// The content with all orders that are arranged.
    private var arrangedContent: SnapshotContent {
        var content = content
        content.orders.merge(late.withLock { $0 }) { order, _ in order }
        return content
    }
}
