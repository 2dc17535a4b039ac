internal import Inventory
internal import InventoryStore
internal import Text
package import Time

/// The workspaces of a snapshot: a value of which changed copies are made, and which shares what did not change.
package struct SnapshotContent: Sendable {
    /// Rows ordered by name, then id.
    private(set) var rows: SortedChunks<RowOrder>
    private var ids: SortedChunks<RowIDOrder>
    /// Rows in the other orders that were asked for.
    var orders: [RowOrder: SortedChunks<RowOrder>]
    private var former: SortedChunks<FormerWorkspace.Order>
    /// The day that changes are counted from: 30 days before the current one.
    private(set) var baseDay: CalendarDay
    /// The estimated size in memory, in bytes.
    private(set) var bytes: Int

    /// The number of days over which changes are counted.
    package static let days = 30

    /// - Parameters:
    ///   - former: earlier figures of ids that no row has.
    ///   - baseDay: the day of the earlier figures.
    ///   - orders: orders to arrange the rows in; others are arranged at their first use.
    package init(
        _ rows: [WorkspaceRow] = [], former: [FormerWorkspace] = [], baseDay: CalendarDay,
        orders: some Sequence<RowOrder> = []
    ) {
        let byName = rows.sorted(by: RowOrder().precedes)
        self.rows = SortedChunks(ordered: byName, by: RowOrder())
        ids = SortedChunks(rows, by: RowIDOrder())
        self.orders = [:]
        for order in orders { self.orders[order] = SortedChunks(ordered: order.arranged(byName), by: order) }
        self.former = SortedChunks(former, by: FormerWorkspace.Order())
        self.baseDay = baseDay
        bytes = rows.reduce(former.reduce(512) { $0 + $1.bytes }) { $0 + $1.bytes }
    }

    func row(id: String) -> WorkspaceRow? {
        let index = ids.search { compare($0.id, id) >= 0 }
        guard index < ids.endIndex, ids[index].id.isExactly(id) else { return nil }
        return ids[index]
    }

    private func former(id: String) -> FormerWorkspace? {
        let index = former.search { compare($0.id, id) >= 0 }
        guard index < former.endIndex, former[index].id.isExactly(id) else { return nil }
        return former[index]
    }

    /// Applies a committed change of some workspaces.
    mutating func apply(_ change: CommittedChange) {
        var difference = Difference()
        let changed = Set(change.changed.map { ExactText($0.id) })
        for workspace in change.changed {
            let old = row(id: workspace.id)
            let former = old == nil ? former(id: workspace.id) : nil
            difference.replace(
                old,
                with: WorkspaceRow(
                    workspace, after: old, earlier: old?.earlier ?? former?.earlier ?? EarlierFigures()))
            if let former { difference.removedFormer.append(former) }
        }
        for id in change.removed where !changed.contains(ExactText(id)) {
            guard let old = row(id: id) else { continue }
            difference.replace(old, with: nil)
            if !old.earlier.isEmpty {
                difference.insertedFormer.append(FormerWorkspace(id: old.id, earlier: old.earlier))
            }
        }
        apply(difference)
    }

    /// Makes a later day the one that changes are counted from.
    ///
    /// - Parameter figures: for each workspace with rows in the history from the day after ``baseDay`` to the new day,
    ///   the last of those figures.
    mutating func roll(to day: CalendarDay, _ figures: [ExactText: EarlierFigures]) {
        var difference = Difference()
        for (id, later) in figures {
            if let row = row(id: id.text) {
                difference.replace(row, with: WorkspaceRow(row, earlier: row.earlier.updated(by: later)))
            } else {
                let old = former(id: id.text)
                if let old { difference.removedFormer.append(old) }
                let earlier = (old?.earlier ?? EarlierFigures()).updated(by: later)
                difference.insertedFormer.append(FormerWorkspace(id: id.text, earlier: earlier))
            }
        }
        apply(difference)
        baseDay = day
    }

    /// Elements to remove, and elements to insert in their place.
    private struct Difference {
        var removed: [WorkspaceRow] = []
        var inserted: [WorkspaceRow] = []
        var removedFormer: [FormerWorkspace] = []
        var insertedFormer: [FormerWorkspace] = []

        mutating func replace(_ old: WorkspaceRow?, with new: WorkspaceRow?) {
            if let old { removed.append(old) }
            if let new { inserted.append(new) }
        }

        /// The change of the size in memory.
        var bytes: Int {
            inserted.reduce(0) { $0 + $1.bytes } - removed.reduce(0) { $0 + $1.bytes }
                + insertedFormer.reduce(0) { $0 + $1.bytes } - removedFormer.reduce(0) { $0 + $1.bytes }
        }
    }

    private mutating func apply(_ difference: Difference) {
        let removed = difference.removed.sorted(by: rows.order.precedes)
        let inserted = difference.inserted.sorted(by: rows.order.precedes)
        rows.replace(ordered: removed, with: inserted)
        ids.replace(removed, with: inserted)
        for order in orders.keys {
            orders[order]?.replace(ordered: order.arranged(removed), with: order.arranged(inserted))
        }
        former.replace(difference.removedFormer, with: difference.insertedFormer)
        bytes += difference.bytes
    }
}

extension EarlierFigures {
    /// The figures with those that are known for a later day.
    fileprivate func updated(by later: EarlierFigures) -> EarlierFigures {
        var figures = self
        for metric in Metric.allCases { figures[metric] = later[metric] ?? self[metric] }
        return figures
    }
}
