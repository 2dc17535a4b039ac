internal import Inventory
internal import InventoryStore

/// A choice of workspaces by their figures. The raw values are the names in the API.
public enum WorkspaceFilter: String, Sendable, CaseIterable {
    /// Workspaces with more workflows than 30 days ago.
    case grew
    /// Workspaces that have at least 5 % of the entitlement of any metric. Of an entitlement of zero, one is enough.
    case large
    /// Workspaces whose figures are all zero.
    case empty
    /// Workspaces without an owner.
    case noOwner = "no_owner"

    func finds(_ row: WorkspaceRow, _ license: License) -> Bool {
        switch self {
        case .grew: (row.change(of: .workflows) ?? 0) > 0
        case .large:
            Metric.allCases.contains { metric in
                license[metric].map { row.counts[metric] > 0 && row.counts[metric] * 20 >= $0 } ?? false
            }
        case .empty: row.counts == MetricCounts()
        case .noOwner: row.owners.isEmpty
        }
    }
}

/// The search texts and the filter of a query.
struct RowFilter {
    private let text: [UInt8]
    private let owner: [UInt8]
    private let filter: WorkspaceFilter?
    private let license: License

    init(_ query: WorkspaceQuery, _ license: License) { self.init(query, license, filter: query.filter) }

    /// - Parameter filter: the filter in place of the query's.
    init(_ query: WorkspaceQuery, _ license: License, filter: WorkspaceFilter?) {
        text = folded(query.text)
        owner = folded(query.owner)
        (self.filter, self.license) = (filter, license)
    }

    var findsAll: Bool { text.isEmpty && owner.isEmpty && filter == nil }

    func finds(_ row: WorkspaceRow) -> Bool {
        RowFilter.contains(row.searchText, text) && RowFilter.contains(row.ownerText, owner)
            && filter?.finds(row, license) ?? true
    }

    private static func contains(_ bytes: [UInt8], _ part: [UInt8]) -> Bool {
        guard let first = part.first else { return true }
        guard part.count <= bytes.count else { return false }
        let (bytes, part) = (bytes.span, part.span)
        for start in 0...(bytes.count - part.count) where bytes[start] == first {
            var length = 1
            while length < part.count, bytes[start &+ length] == part[length] { length &+= 1 }
            if length == part.count { return true }
        }
        return false
    }
}
