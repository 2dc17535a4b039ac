/// Rows that replace others, rows that are new, and rows that are gone.
struct RowChanges {
    private(set) var replaced: [(old: WorkspaceRow, new: WorkspaceRow)] = []
    private(set) var inserted: [WorkspaceRow] = []
    private(set) var removed: [WorkspaceRow] = []

    var count: Int { replaced.count + inserted.count + removed.count }

    /// The change of the size in memory, in bytes.
    var bytes: Int {
        replaced.reduce(0) { $0 + $1.new.bytes - $1.old.bytes } + inserted.reduce(0) { $0 + $1.bytes }
            - removed.reduce(0) { $0 + $1.bytes }
    }

    mutating func replace(_ old: WorkspaceRow?, with new: WorkspaceRow) {
        if let old { replaced.append((old, new)) } else { inserted.append(new) }
    }

    mutating func remove(_ row: WorkspaceRow) { removed.append(row) }
}

extension SortedChunks where Element == WorkspaceRow {
    /// Applies changes. A row that keeps its place takes that of its former version, which needs no sorting.
    mutating func apply(_ changes: RowChanges) {
        var (removed, inserted) = (changes.removed, changes.inserted)
        var inPlace: [(old: WorkspaceRow, new: WorkspaceRow)] = []
        for change in changes.replaced {
            if isSamePlace(change.old, change.new) {
                inPlace.append(change)
            } else {
                removed.append(change.old)
                inserted.append(change.new)
            }
        }
        substitute(inPlace)
        replace(removed, with: inserted)
    }

    /// The number of elements that a pass over all of them visits in the time of one search.
    private static var passedInSearch: Int { 64 }

    private mutating func substitute(_ changes: [(old: WorkspaceRow, new: WorkspaceRow)]) {
        if changes.count * Self.passedInSearch < count {
            for change in changes { substitute(change.new) }
        } else {
            let newer = Dictionary(changes.map { (ObjectIdentifier($0.old), $0.new) }) { _, last in last }
            substitute { newer[ObjectIdentifier($0)] }
        }
    }
}
