/// Writer of `text/csv` cells (RFC 4180).
public enum CSV {
    /// U+FEFF in UTF-8. Without it a spreadsheet may assume another encoding; with it a program must skip it before the
    /// first column's name.
    public static let mark: [UInt8] = [0xEF, 0xBB, 0xBF]

    /// Appends a cell. A cell that a spreadsheet would run as a formula is prefixed with an apostrophe (OWASP, "CSV
    /// Injection").
    public static func append(_ cell: String, to bytes: inout [UInt8]) {
        let isFormula = CSV.isFormula(cell)
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

    /// Returns true if a spreadsheet may run a cell as a formula. The first visible sign decides, in its wide form too;
    /// so does a leading tab or line break.
    private static func isFormula(_ cell: String) -> Bool {
        for scalar in cell.unicodeScalars {
            switch scalar.value {
            case 0x09, 0x0A, 0x0D: return true
            // = + - @, their small and full-width forms, and the minus sign
            case 0x3D, 0x2B, 0x2D, 0x40, 0xFE62, 0xFE63, 0xFE66, 0xFE6B, 0xFF0B, 0xFF0D, 0xFF1D, 0xFF20, 0x2212:
                return true
            default:
                guard !scalar.isShownByTerminals || scalar.properties.isWhitespace else { return false }
            }
        }
        return false
    }
}
