/// A page of a query's results.
public struct WorkspacePage: Sendable {
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
    /// The number of workspaces from which a full scan is too slow for a reactor.
    private static let many = 500

    /// Returns true if the query must scan all of many workspaces.
    func isLong(_ query: WorkspaceQuery, as format: Representation.Format) -> Bool {
        rows.count >= MetricsSnapshot.many
            && (format != .json || !RowFilter(query).findsAll || !knows(query.order))
    }

    func page(_ query: WorkspaceQuery) -> WorkspacePage {
        let order = order(query.order)
        let filter = RowFilter(query)
        let findsAll = filter.findsAll
        var position = query.cursor.map { firstPosition(after: $0, order, query.order) } ?? 0
        var items: [WorkspaceRow] = []
        items.reserveCapacity(query.limit)
        var hasMore = false
        while position < order.count {
            let row = rows[Int(order[position])]
            position += 1
            guard findsAll || filter.finds(row) else { continue }
            if items.count == query.limit {
                hasMore = true
                break
            }
            items.append(row)
        }

        let last = hasMore ? items.last : nil
        return WorkspacePage(
            rows: items,
            nextCursor: last.map { PageCursor(query: query.fingerprint, after: $0, query.order).text })
    }

    /// Returns the first position in the order after the cursor, by binary search.
    private func firstPosition(after cursor: PageCursor, _ indices: [Int32], _ order: RowOrder) -> Int {
        var (low, high) = (0, indices.count)
        while low < high {
            let middle = (low + high) / 2
            if cursor.isBefore(rows[Int(indices[middle])], order) { high = middle } else { low = middle + 1 }
        }
        return low
    }
}
