public import Inventory
internal import Text

/// What workspaces are sorted by.
public enum WorkspaceSort: Sendable, Hashable {
    case name
    case metric(Metric)
    /// The change of workflows in 30 days.
    case change
    /// The time of the last publication.
    case publishedAt

    static let all = [.name] + Metric.allCases.map { WorkspaceSort.metric($0) } + [.change, .publishedAt]

    /// Returns nil for a text that is not the name of a sort key in the API.
    public init?(exactly text: String) {
        guard let sort = WorkspaceSort.all.first(where: { $0.text.isExactly(text) }) else { return nil }
        self = sort
    }

    /// The name in the API.
    public var text: String {
        switch self {
        case .name: "name"
        case .metric(let metric): metric.rawValue
        case .change: "change"
        case .publishedAt: "published_at"
        }
    }
}

/// A place in the orders of rows: that of a row, or of a cursor.
protocol RowPlace {
    var name: String { get }
    var id: String { get }
    /// The number to sort by; nil if the row has none. Not called for names.
    func key(for sort: WorkspaceSort) -> Int?
}

/// An order of rows. Rows with equal keys are ordered by name, then id, always ascending. Rows without a key are last
/// in both directions.
package struct RowOrder: TotalOrder, Hashable {
    var sort = WorkspaceSort.name
    var isDescending = false

    static let all = WorkspaceSort.all.flatMap { sort in
        [RowOrder(sort: sort), RowOrder(sort: sort, isDescending: true)]
    }

    func precedes(_ a: WorkspaceRow, _ b: WorkspaceRow) -> Bool { isBefore(a, b) }

    func isBefore(_ a: some RowPlace, _ b: some RowPlace) -> Bool {
        if sort != .name {
            let (one, other) = (a.key(for: sort), b.key(for: sort))
            if one != other {
                guard let one else { return false }
                guard let other else { return true }
                return isDescending ? one > other : one < other
            }
        }
        let names = compare(a.name, b.name)
        if names == 0 { return compare(a.id, b.id) < 0 }
        return (names < 0) != (isDescending && sort == .name)
    }

    /// Returns rows in this order. Faster than sorting, because equal keys keep the order by name.
    ///
    /// - Parameter rows: rows in the order by name.
    func arranged(_ rows: [WorkspaceRow]) -> [WorkspaceRow] {
        guard sort != .name else { return isDescending ? RowOrder.descending(rows) : rows }
        var keyed: [(key: Int, index: Int)] = []
        var others: [WorkspaceRow] = []
        keyed.reserveCapacity(rows.count)
        for (index, row) in rows.enumerated() {
            if let key = row.key(for: sort) { keyed.append((key, index)) } else { others.append(row) }
        }
        // The sort is stable.
        if isDescending { keyed.sort { $0.key > $1.key } } else { keyed.sort { $0.key < $1.key } }
        return keyed.map { rows[$0.index] } + others
    }

    /// Reverses the order of names. The ids of equal names stay ascending.
    private static func descending(_ rows: [WorkspaceRow]) -> [WorkspaceRow] {
        var result: [WorkspaceRow] = []
        result.reserveCapacity(rows.count)
        var end = rows.endIndex
        while end > rows.startIndex {
            var start = end - 1
            while start > rows.startIndex, rows[start - 1].name.isExactly(rows[end - 1].name) { start -= 1 }
            result += rows[start..<end]
            end = start
        }
        return result
    }
}

/// The order of rows by id, for finding one.
struct RowIDOrder: TotalOrder {
    func precedes(_ a: WorkspaceRow, _ b: WorkspaceRow) -> Bool { compare(a.id, b.id) < 0 }
}
