/// SQL that the engines spell differently, in the dialect of the tests' stores.
///
/// Statements that write or damage rows past the code under test need it. Queries of octets do not:
/// ``TemporaryStore/blobs(_:)`` reads them.
public enum TestSQL {
    /// A literal of octets.
    public static func blob(_ bytes: [UInt8]) -> String {
        let digits = bytes.map { String(UInt16($0) | 0x100, radix: 16).dropFirst() }.joined()
        return StorePlace.isPostgreSQL ? #"'\x\#(digits)'::bytea"# : "x'\(digits)'"
    }

    /// So many zeros, as octets.
    public static func zeros(_ count: Int) -> String {
        StorePlace.isPostgreSQL ? "decode(repeat('00', \(count)), 'hex')" : "zeroblob(\(count))"
    }

    /// The text whose UTF-8 an expression is.
    public static func text(ofBlob expression: String) -> String {
        StorePlace.isPostgreSQL ? "convert_from(\(expression), 'UTF8')" : "CAST(\(expression) AS TEXT)"
    }

    /// The UTF-8 of a text. In SQLite, it is a BLOB, as readers require.
    public static func blob(ofText expression: String) -> String {
        StorePlace.isPostgreSQL ? "convert_to(\(expression), 'UTF8')" : "CAST(\(expression) AS BLOB)"
    }
}
