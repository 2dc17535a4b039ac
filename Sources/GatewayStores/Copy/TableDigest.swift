internal import Cryptography
internal import Databases

/// The number of a table's rows, and a digest of all of them in the order of the table's key.
struct TableDigest: Equatable {
    private(set) var rows = 0
    private var digest = [UInt8](repeating: 0, count: 32)

    /// Reads a whole table.
    init(of table: StoreTable, in transaction: Transaction) throws(DatabaseError) {
        var pages = try RowPages(table, in: transaction)
        while let page = try pages.next() { try add(page) }
    }

    init() {}

    /// Adds the next rows. The digest is that of the digest before and of the row.
    mutating func add(_ page: [RowPages.Entry]) throws(DatabaseError) {
        for (values, count) in page {
            let octets = TableDigest.octets(values)
            for _ in 0..<count {
                rows += 1
                do throws(CryptographyError) {
                    digest = try Digest.sha256(digest + octets)
                } catch {
                    throw DatabaseError(.failed, cause: "a row of the copy cannot be hashed")
                }
            }
        }
    }

    /// A row without ambiguity: for each value its kind, its length and its octets.
    private static func octets(_ values: [SQLValue]) -> [UInt8] {
        var octets: [UInt8] = []
        func append(_ kind: UInt8, _ bytes: some Collection<UInt8>) {
            octets.append(kind)
            append(UInt64(bytes.count))
            octets.append(contentsOf: bytes)
        }
        func append(_ number: UInt64) {
            for shift in stride(from: 56, through: 0, by: -8) {
                octets.append(UInt8(truncatingIfNeeded: number >> UInt64(shift)))
            }
        }
        for value in values {
            switch value {
            case .null: append(0, [])
            case .integer(let number):
                octets.append(1)
                append(UInt64(bitPattern: number))
            case .text(let text): append(2, text.utf8)
            case .blob(let bytes): append(3, bytes)
            }
        }
        return octets
    }
}
