internal import HTTPMessage
internal import Inventory
internal import Text

extension MetricsSnapshot {
    /// Returns all matches of the query, in its order, as CSV (RFC 4180). Limit and cursor are ignored.
    ///
    /// The first line contains the column names. Owners are written as addresses, joined by `; `.
    func csv(_ query: WorkspaceQuery) -> [UInt8] {
        let filter = RowFilter(query)
        var bytes: [UInt8] = []
        bytes.reserveCapacity(rows.count * 120 + 120)
        let metrics = Metric.allCases
        let columns = ["id", "name", "created_at"] + metrics.map(\.rawValue) + ["owners"]
        bytes.append(contentsOf: columns.joined(separator: ",").utf8)
        bytes.append(contentsOf: "\r\n".utf8)
        for index in order(query.order) {
            let row = rows[Int(index)]
            guard filter.finds(row) else { continue }
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
            CSV.append(row.owners.map(\.email).joined(separator: "; "), to: &bytes)
            bytes.append(contentsOf: "\r\n".utf8)
        }
        return bytes
    }
}
