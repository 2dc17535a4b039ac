internal import Inventory
internal import InventoryStore
internal import Text
package import Time

/// The workspaces of a snapshot: a value of which changed copies are made, and which shares what did not change.
package struct SnapshotContent: Sendable {
    /// Rows ordered by name, then id.
    private(set) var rows: SortedChunks<RowOrder>
    private var ids: SortedChunks<RowIDOrder>
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
    package init(_ rows: [WorkspaceRow] = [], former: [FormerWorkspace] = [], baseDay: CalendarDay) {
        self.rows = SortedChunks(rows, by: RowOrder())
        ids = SortedChunks(rows, by: RowIDOrder())
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

    /// Applies a committed change of some workspaces. Returns the rows that changed.
    mutating func apply(_ change: CommittedChange) -> RowChanges {
        var changes = RowChanges()
        var (known, forgotten): ([FormerWorkspace], [FormerWorkspace]) = ([], [])
        let changed = Set(change.changed.map { ExactText($0.id) })
        for workspace in change.changed {
            let old = row(id: workspace.id)
            let former = old == nil ? former(id: workspace.id) : nil
            let earlier = old?.earlier ?? former?.earlier ?? EarlierFigures()
            changes.replace(old, with: WorkspaceRow(workspace, after: old, earlier: earlier))
            if let former { forgotten.append(former) }
        }
        for id in change.removed where !changed.contains(ExactText(id)) {
            guard let old = row(id: id) else { continue }
            changes.remove(old)
            if !old.earlier.isEmpty { known.append(FormerWorkspace(id: old.id, earlier: old.earlier)) }
        }
        apply(changes)
        replaceFormer(forgotten, with: known)
        return changes
    }

    /// Makes a later day the one that changes are counted from. Returns the rows that changed.
    ///
    /// - Parameter figures: for each workspace with rows in the history from the day after ``baseDay`` to the new day,
    ///   the last of those figures.
    mutating func roll(to day: CalendarDay, _ figures: [ExactText: EarlierFigures]) -> RowChanges {
        var changes = RowChanges()
        var (known, forgotten): ([FormerWorkspace], [FormerWorkspace]) = ([], [])
        for (id, later) in figures {
            if let row = row(id: id.text) {
                changes.replace(row, with: WorkspaceRow(row, earlier: row.earlier.updated(by: later)))
            } else {
                let old = former(id: id.text)
                if let old { forgotten.append(old) }
                let earlier = (old?.earlier ?? EarlierFigures()).updated(by: later)
                known.append(FormerWorkspace(id: id.text, earlier: earlier))
            }
        }
        baseDay = day
        apply(changes)
        replaceFormer(forgotten, with: known)
        return changes
    }

    private mutating func apply(_ changes: RowChanges) {
        rows.apply(changes)
        ids.apply(changes)
        bytes += changes.bytes
    }

    private mutating func replaceFormer(_ removed: [FormerWorkspace], with inserted: [FormerWorkspace]) {
        former.replace(removed, with: inserted)
        bytes += inserted.reduce(0) { $0 + $1.bytes } - removed.reduce(0) { $0 + $1.bytes }
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
