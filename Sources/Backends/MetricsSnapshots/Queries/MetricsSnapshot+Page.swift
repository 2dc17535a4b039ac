internal import InventoryStore

/// A page of a query's results.
public struct WorkspaceList: Sendable {
    public let rows: [WorkspaceRow]
    /// The cursor of the next page; nil on the last page.
    public let nextCursor: String?

    /// The JSON form, `{"items":[…],"next_cursor":…|null}`.
    var json: [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(rows.reduce(200) { $0 + $1.json.count + 1 })
        bytes.append(contentsOf: "{\"items\":[".utf8)
        for (index, row) in rows.enumerated() {
            if index > 0 { bytes.append(UInt8(ascii: ",")) }
            bytes.append(contentsOf: row.json)
        }
        bytes.append(contentsOf: "],\"next_cursor\":".utf8)
        bytes.append(contentsOf: (nextCursor.map { "\"\($0)\"}" } ?? "null}").utf8)
        return bytes
    }
}

extension MetricsSnapshot {
    /// The number of workspaces from which reading all rows is too slow for a reactor.
    private static let many = 500

    /// Returns true if the query reads the rows of many workspaces, or arranges them in a new order.
    func isLong(_ query: WorkspaceQuery, as format: Representation.Format) -> Bool {
        rows.count >= MetricsSnapshot.many && (format != .json || query.isSearch || !knows(query.order))
    }

    /// Returns all matches of the query, in its order, as `{"items":[…]}`. Limit and cursor are ignored.
    func allJSON(_ query: WorkspaceQuery, _ license: License) -> [UInt8] {
        let filter = RowFilter(query, license)
        var bytes = Array("{\"items\":[".utf8)
        var isFirst = true
        for row in rows(in: query.order) where filter.finds(row) {
            if !isFirst { bytes.append(UInt8(ascii: ",")) }
            isFirst = false
            bytes.append(contentsOf: row.json)
        }
        bytes.append(contentsOf: "]}".utf8)
        return bytes
    }

    func page(_ query: WorkspaceQuery, _ license: License) -> WorkspaceList {
        let rows = rows(in: query.order)
        let filter = RowFilter(query, license)
        let findsAll = filter.findsAll
        var index = rows.startIndex
        if let cursor = query.cursor { index = rows.search { query.order.isBefore(cursor, $0) } }
        var items: [WorkspaceRow] = []
        items.reserveCapacity(query.limit)
        var hasMore = false
        while index < rows.endIndex, !hasMore {
            let row = rows[index]
            index = rows.index(after: index)
            guard findsAll || filter.finds(row) else { continue }
            if items.count == query.limit { hasMore = true } else { items.append(row) }
        }
        let last = hasMore ? items.last : nil
        return WorkspaceList(
            rows: items,
            nextCursor: last.map { PageCursor(query: query.fingerprint, after: $0, query.order).text })
    }
}
