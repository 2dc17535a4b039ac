extension MetricsSnapshot {
    /// All rows that the query finds, in its order, as RFC 4180 writes them; limit and cursor count for nothing.
    ///
    /// The first line names the columns. Owners are their addresses, joined by `; `.
    func csv(_ query: WorkspaceQuery) -> [UInt8] {
        let filter = RowFilter(query)
        var bytes: [UInt8] = []
        bytes.reserveCapacity(rows.count * 120 + 120)
        let columns = ["id", "name", "created_at"] + Metric.allCases.map(\.rawValue) + ["owners"]
        bytes.append(contentsOf: columns.joined(separator: ",").utf8)
        bytes.append(contentsOf: "\r\n".utf8)
        for index in order(query.order) {
            let row = rows[Int(index)]
            guard filter.finds(row) else { continue }
            MetricsSnapshot.append(row.id, to: &bytes)
            bytes.append(UInt8(ascii: ","))
            MetricsSnapshot.append(row.name, to: &bytes)
            bytes.append(UInt8(ascii: ","))
            MetricsSnapshot.append(row.createdAt ?? "", to: &bytes)
            for metric in Metric.allCases {
                bytes.append(UInt8(ascii: ","))
                bytes.append(contentsOf: String(row.counts[metric]).utf8)
            }
            bytes.append(UInt8(ascii: ","))
            MetricsSnapshot.append(row.owners.map(\.email).joined(separator: "; "), to: &bytes)
            bytes.append(contentsOf: "\r\n".utf8)
        }
        return bytes
    }

    /// A cell that a spreadsheet would run as a formula gets an apostrophe before it (OWASP, "CSV Injection").
    private static func append(_ cell: String, to bytes: inout [UInt8]) {
        let isFormula = cell.utf8.first { $0 != UInt8(ascii: " ") }.map { "=+-@\t\r\n".utf8.contains($0) } ?? false
        let needsQuotes = cell.utf8.contains { "\",\r\n;".utf8.contains($0) }
        guard needsQuotes || isFormula else {
            bytes.append(contentsOf: cell.utf8)
            return
        }
        bytes.append(UInt8(ascii: "\""))
        if isFormula { bytes.append(UInt8(ascii: "'")) }
        for byte in cell.utf8 {
            if byte == UInt8(ascii: "\"") { bytes.append(byte) }
            bytes.append(byte)
        }
        bytes.append(UInt8(ascii: "\""))
    }
}
