/// Cells of `text/csv` (RFC 4180).
public enum CSV {
    /// U+FEFF in UTF-8. A spreadsheet that opens a file without it may take the text for another encoding; a program that
    /// reads the first column's name finds it in the way.
    public static let mark: [UInt8] = [0xEF, 0xBB, 0xBF]

    /// A cell that a spreadsheet would run as a formula gets an apostrophe before it (OWASP, "CSV Injection").
    public static func append(_ cell: String, to bytes: inout [UInt8]) {
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
