internal import Inventory
internal import Synchronization
internal import Text
internal import Time

/// An organization's workspaces at one version. Requests read it without database access and without waiting.
final class MetricsSnapshot: Sendable {
    /// The inventory's version; zero if no inventory was ever published.
    let version: Int
    /// A random number, new for each version.
    let tag: Int
    let generation: Int
    /// Rows ordered by name, then id.
    let rows: [WorkspaceRow]
    let totals: MetricCounts
    let distinct: DistinctPeople
    /// The organization's figures of the last 31 days.
    let recent: RecentUsage
    private let recount: (definitions: String, isUnderWay: Bool)
    private let lazy: Mutex<Lazy>

    private struct Lazy {
        var orders: [RowOrder: [Int32]] = [:]
        var indexByID: [ExactText: Int]?
    }

    static let empty = MetricsSnapshot(
        state: InventoryState(generation: 0), sortedRows: [], recent: RecentUsage(today: CalendarDay(number: 0)))

    /// - Parameter orders: orders that are already computed. Others are computed at their first use.
    init(
        state: InventoryState, sortedRows: [WorkspaceRow], orders: [RowOrder: [Int32]] = [:], recent: RecentUsage
    ) {
        self.recent = recent
        recount = (state.definitions, state.recounted != nil)
        lazy = Mutex(Lazy(orders: orders))
        version = state.version
        tag = state.tag
        generation = state.generation
        distinct = state.distinct.clamped
        rows = sortedRows
        var totals = MetricCounts()
        for row in sortedRows { totals += row.counts }
        self.totals = totals
    }

    convenience init(state: InventoryState, _ sorted: SortedRows, recent: RecentUsage) {
        self.init(state: state, sortedRows: sorted.rows, orders: sorted.orders, recent: recent)
    }

    /// Returns the next version after a change of some workspaces.
    func applying(_ change: SnapshotChange) -> MetricsSnapshot {
        let changed = change.changed.map { WorkspaceRow($0, after: row(id: $0.id)) }
        let replaced = Set(change.removed.map { ExactText($0) }).union(changed.map { ExactText($0.id) })
        let kept = rows.filter { !replaced.contains(ExactText($0.id)) }
        let new = changed.sorted { precedes(($0.name, $0.id), ($1.name, $1.id)) }
        var merged: [WorkspaceRow] = []
        merged.reserveCapacity(kept.count + new.count)
        var next = new.startIndex
        for row in kept {
            while next < new.endIndex, precedes((new[next].name, new[next].id), (row.name, row.id)) {
                merged.append(new[next])
                next += 1
            }
            merged.append(row)
        }
        merged.append(contentsOf: new[next...])
        var recent = recent
        recent.set(change.state.figures, on: change.state.day)
        return MetricsSnapshot(state: change.state, sortedRows: merged, recent: recent)
    }

    /// Returns true if members are not all counted by the definitions in force.
    func isRecounting(by definitions: MetricDefinitions) -> Bool {
        version > 0 && (recount.isUnderWay || !recount.definitions.isExactly(definitions.storedText))
    }

    /// Returns the indices of all rows in an order. After a small change, an order is computed at its first use and
    /// then cached.
    func order(_ order: RowOrder) -> [Int32] {
        lazy.withLock { lazy in
            if let indices = lazy.orders[order] { return indices }
            let indices = order.indices(of: rows)
            lazy.orders[order] = indices
            return indices
        }
    }

    /// Returns true if an order is already computed.
    func knows(_ order: RowOrder) -> Bool { lazy.withLock { $0.orders[order] != nil } }

    func row(id: String) -> WorkspaceRow? {
        lazy.withLock { lazy in
            let index =
                lazy.indexByID
                ?? Dictionary(rows.enumerated().map { (ExactText($1.id), $0) }, uniquingKeysWith: { first, _ in first })
            lazy.indexByID = index
            return index[ExactText(id)].map { rows[$0] }
        }
    }
}

/// A whole inventory's rows in every order, computed in the background so that no request has to sort them.
struct SortedRows {
    /// Rows ordered by name, then id.
    let rows: [WorkspaceRow]
    let orders: [RowOrder: [Int32]]

    /// The sums over all rows.
    var totals: MetricCounts { rows.reduce(into: MetricCounts()) { $0 += $1.counts } }

    init(_ rows: [WorkspaceRow] = []) {
        let sorted = rows.sorted { precedes(($0.name, $0.id), ($1.name, $1.id)) }
        self.rows = sorted
        orders = RowOrder.all.reduce(into: [:]) { $0[$1] = $1.indices(of: sorted) }
    }
}

/// An order of rows. Rows with equal counts are ordered by name, then id.
struct RowOrder: Hashable, Sendable {
    /// The metric to sort by; nil for the name.
    var metric: Metric?
    var isDescending = false

    static let all = ([nil] + Metric.allCases).flatMap { metric in
        [RowOrder(metric: metric), RowOrder(metric: metric, isDescending: true)]
    }

    func indices(of rows: [WorkspaceRow]) -> [Int32] {
        let indices = rows.indices.map { Int32($0) }
        guard let metric else {
            return isDescending ? indices.sorted { precedes($0, $1, rows) } : indices
        }
        // One number per row: the count in the high bits, the position by name in the low bits.
        let keys = indices.map { index -> Int in
            let count = rows[Int(index)].counts[metric]
            return (isDescending ? -count : count) << 32 | Int(index)
        }
        return keys.sorted().map { Int32(truncatingIfNeeded: $0 & 0xFFFF_FFFF) }
    }

    /// Orders names descending, and the ids of equal names ascending.
    private func precedes(_ a: Int32, _ b: Int32, _ rows: [WorkspaceRow]) -> Bool {
        let order = compare(rows[Int(a)].name, rows[Int(b)].name)
        return order == 0 ? a < b : order > 0
    }
}
