internal import Inventory
package import InventoryStore
internal import Synchronization
package import Text
package import Time

/// An organization's workspaces at one version. Requests read it without database access and without waiting.
package final class MetricsSnapshot: Sendable {
    /// The sums, the version and the tag; version zero if no inventory was ever published.
    package let state: InventoryState
    /// The organization's figures of the last 91 days.
    let recent: RecentUsage
    private let content: SnapshotContent
    private let orders: Mutex<ArrangedOrders>

    package convenience init(state: InventoryState, _ content: SnapshotContent, recent: RecentUsage) {
        self.init(state: state, content, recent: recent, orders: ArrangedOrders())
    }

    private init(state: InventoryState, _ content: SnapshotContent, recent: RecentUsage, orders: ArrangedOrders) {
        self.state = state
        self.recent = recent
        self.content = content
        self.orders = Mutex(orders)
    }

    /// Counts the committed changes.
    package var version: Int { state.version }
    /// Rows ordered by name, then id.
    var rows: SortedChunks<RowOrder> { content.rows }
    var totals: MetricCounts { state.totals.clamped }
    var distinct: DistinctPeople { state.distinct.clamped }
    package var baseDay: CalendarDay { content.baseDay }
    /// The estimated size in memory, in bytes.
    package var bytes: Int { content.bytes + recent.days.count * MemoryLayout<MetricCounts?>.stride }
    /// A number that differs between snapshots with different rows: a publication has a random tag, a recount has the
    /// next version, and a new day follows the last one. Days take less than 24 bits.
    var stamp: Int { state.tag &+ (version &<< 24) &+ baseDay.number }

    func row(id: String) -> WorkspaceRow? { content.row(id: id) }

    /// Returns true if members are not all counted by the definitions in force.
    func isRecounting(by definitions: MetricDefinitions) -> Bool {
        version > 0 && (state.recounted != nil || !state.definitions.isExactly(definitions.storedText))
    }

    /// Returns the snapshot after a committed change: this one if it includes the change. Returns nil if it misses
    /// another change before that, or if the clock jumped back and the history of some days has moved. Several changes in
    /// succession are of one day, because they hold the figures of their last day only.
    package func applying(_ change: CommittedChange) -> MetricsSnapshot? {
        guard change.state.version > version else { return self }
        guard change.base <= version, version == 0 || state.generation == change.state.generation,
            change.state.day >= recent.today, change.state.version == version + 1 || change.state.day == state.day
        else {
            return nil
        }
        var recent = recent
        recent.set(change.state.figures, on: change.state.day)
        return changed(to: change.state, recent) { $0.apply(change) }
    }

    /// Returns the snapshot with changes counted from a later day; see ``SnapshotContent/roll(to:_:)``.
    package func rolled(to day: CalendarDay, _ figures: [ExactText: EarlierFigures]) -> MetricsSnapshot {
        changed(to: state, recent.rolled(to: day + SnapshotContent.days)) { $0.roll(to: day, figures) }
    }

    private func changed(
        to state: InventoryState, _ recent: RecentUsage, _ change: (inout SnapshotContent) -> RowChanges
    ) -> MetricsSnapshot {
        var (content, orders) = (content, orders.withLock { $0 })
        orders.apply(change(&content))
        return MetricsSnapshot(state: state, content, recent: recent, orders: orders)
    }

    // MARK: Orders

    /// Returns all rows in an order. An order other than by name is arranged at its first use.
    func rows(in order: RowOrder) -> SortedChunks<RowOrder> {
        if order == RowOrder() { return rows }
        if let known = orders.withLock({ $0.rows(in: order) }) { return known }
        // Arranged outside the lock, which the requests of other threads need.
        let arranged = SortedChunks(ordered: order.arranged(Array(rows)), by: order)
        orders.withLock { $0.add(arranged) }
        return arranged
    }

    /// Returns true if an order is already arranged.
    func knows(_ order: RowOrder) -> Bool { order == RowOrder() || orders.withLock { $0.contains(order) } }
}
