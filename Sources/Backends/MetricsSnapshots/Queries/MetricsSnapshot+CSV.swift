internal import Identities
internal import Inventory
internal import InventoryStore
internal import Text
internal import Time

extension MetricsSnapshot {
    /// Returns all matches of the query, in its order, as CSV (RFC 4180). Limit and cursor are ignored.
    ///
    /// The first line contains the column names. Owners are written as addresses, joined by `; `. The last column is
    /// the change of workflows in 30 days. An unknown time or change is an empty cell.
    func csv(_ query: WorkspaceQuery, _ license: License) -> [UInt8] {
        let filter = RowFilter(query, license)
        var bytes: [UInt8] = []
        bytes.reserveCapacity(rows.count * 150 + 150)
        let metrics = Metric.allCases
        let columns =
            ["id", "name", "created_at"] + metrics.map(\.rawValue) + ["owners", "published_at", "workflows_change_30d"]
        bytes.append(contentsOf: columns.joined(separator: ",").utf8)
        bytes.append(contentsOf: "\r\n".utf8)
        for row in rows(in: query.order) where filter.finds(row) {
            CSV.append(row.id, to: &bytes)
            bytes.append(UInt8(ascii: ","))
            CSV.append(row.name, to: &bytes)
            bytes.append(UInt8(ascii: ","))
            CSV.append(row.createdAt ?? "", to: &bytes)
            for metric in metrics {
                bytes.append(UInt8(ascii: ","))
                bytes.append(contentsOf: String(row.counts[metric]).utf8)
            }
            bytes.append(UInt8(ascii: ","))
            CSV.append(row.owners.map(\.email.spelling).joined(separator: "; "), to: &bytes)
            bytes.append(UInt8(ascii: ","))
            bytes.append(contentsOf: (row.publishedAt?.rfc3339 ?? "").utf8)
            bytes.append(UInt8(ascii: ","))
            // A number begins no formula, also with a minus sign.
            bytes.append(contentsOf: (row.change(of: .workflows).map { String($0) } ?? "").utf8)
            bytes.append(contentsOf: "\r\n".utf8)
        }
        return bytes
    }
}
