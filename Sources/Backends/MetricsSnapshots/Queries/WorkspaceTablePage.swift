internal import InventoryStore

/// A numbered page of workspaces, with the numbers that a table shows beside it.
public struct WorkspaceTablePage: Sendable {
    public let rows: [WorkspaceRow]
    /// The page, from 1.
    public let number: Int
    /// The number of workspaces that the query matches.
    public let matches: Int
    /// The number of workspaces that each filter finds among those that the search texts match.
    public let found: [WorkspaceFilter: Int]
    /// The number of workspaces that the search texts match.
    public let searched: Int

    package init(
        rows: [WorkspaceRow], number: Int, matches: Int, found: [WorkspaceFilter: Int] = [:], searched: Int
    ) {
        (self.rows, self.number, self.matches) = (rows, number, matches)
        (self.found, self.searched) = (found, searched)
    }
}

extension MetricsSnapshot {
    func table(_ query: WorkspaceQuery, _ license: License, page number: Int) -> WorkspaceTablePage {
        let texts = RowFilter(query, license, filter: nil)
        var found: [WorkspaceFilter: Int] = [:]
        var (searched, matching): (Int, [WorkspaceRow]) = (0, [])
        for row in rows(in: query.order) where texts.finds(row) {
            searched += 1
            for filter in WorkspaceFilter.allCases where filter.finds(row, license) { found[filter, default: 0] += 1 }
            if query.filter?.finds(row, license) ?? true { matching.append(row) }
        }
        let last = max(1, (matching.count + query.limit - 1) / query.limit)
        let page = min(max(1, number), last)
        let start = (page - 1) * query.limit
        return WorkspaceTablePage(
            rows: Array(matching[start..<min(start + query.limit, matching.count)]), number: page,
            matches: matching.count, found: found, searched: searched)
    }
}
