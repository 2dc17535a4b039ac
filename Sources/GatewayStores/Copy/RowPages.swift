internal import Databases
internal import Text

/// The rows of a table in the order of its key, in pages of a bounded size.
///
/// The order is that of numbers and octets in both databases. In a table without a key, equal rows are one with a number.
struct RowPages {
    /// A row and the number of times that it is there.
    typealias Entry = (values: [SQLValue], count: Int)

    /// The most octets of a page that has more than one row.
    private static let mostOctets = 1 << 20
    private static let mostRows = 512

    private let table: StoreTable
    private let transaction: Transaction
    private let order: [StoreTable.Column]
    /// The values that the next page begins after; nil for the first page.
    private var last: [SQLValue]?
    private var isAtEnd = false

    /// - Throws: `failed` if the order is not defined.
    init(_ table: StoreTable, in transaction: Transaction) throws(DatabaseError) {
        (self.table, self.transaction) = (table, transaction)
        order = table.key.isEmpty ? table.columns : table.key
        guard order.allSatisfy(\.isRequired) else {
            throw DatabaseError(.failed, cause: "\(table.name) has neither a key nor columns that are never null")
        }
    }

    /// Returns the next page, or nil at the end.
    mutating func next() throws(DatabaseError) -> [Entry]? {
        guard !isAtEnd else { return nil }
        let count = try nextCount()
        guard count > 0 else {
            isAtEnd = true
            return nil
        }
        let isCounted = table.key.isEmpty
        let names = RowPages.list(table.columns)
        let columns = table.columns
        let entries = try transaction.all(
            "SELECT \(names)\(isCounted ? ", count(*)" : "") \(tail)", (last ?? []) + [.integer(count)]
        ) { row throws(DatabaseError) -> Entry in
            var values: [SQLValue] = []
            for (index, column) in columns.enumerated() { values.append(try value(row, index, column)) }
            return (values, isCounted ? row.integer(columns.count) : 1)
        }
        if let end = entries.last {
            last = order.compactMap { column in
                columns.firstIndex { $0.name.isExactly(column.name) }.map { end.values[$0] }
            }
        }
        isAtEnd = entries.isEmpty
        return isAtEnd ? nil : entries
    }

    /// Returns the number of rows of the next page, by the sizes of their values.
    private func nextCount() throws(DatabaseError) -> Int {
        let sizes = table.columns.map { column in
            switch (column.kind, transaction.dialect) {
            case (.integer, _): "8"
            case (_, .sqlite): "coalesce(length(CAST(\(RowPages.quoted(column.name)) AS BLOB)), 0)"
            case (_, .postgreSQL): "coalesce(octet_length(\(RowPages.quoted(column.name))), 0)"
            }
        }
        var (count, octets) = (0, 0)
        _ = try transaction.all(
            "SELECT \(sizes.joined(separator: " + ")) \(tail)", (last ?? []) + [.integer(RowPages.mostRows)]
        ) { row throws(DatabaseError) in
            octets += max(0, min(row.integer(0), 1 << 40))
            if octets <= RowPages.mostOctets || count == 0 { count += 1 }
        }
        return count
    }

    /// SQL from the table's name to the end. The last parameter is the number of rows.
    private var tail: String {
        let names = RowPages.list(order)
        let place = (1...order.count).map { "$\($0)" }.joined(separator: ", ")
        return " FROM \(RowPages.quoted(table.name))" + (last == nil ? "" : " WHERE (\(names)) > (\(place))")
            + (table.key.isEmpty ? " GROUP BY \(names)" : "") + " ORDER BY \(names) LIMIT $\((last?.count ?? 0) + 1)"
    }

    private func value(_ row: Row, _ index: Int, _ column: StoreTable.Column) throws(DatabaseError) -> SQLValue {
        switch column.kind {
        case .integer: return row.optionalInteger(index).map { .integer($0) } ?? .null
        case .blob: return row.optionalBlob(index).map { .blob($0) } ?? .null
        case .text:
            guard let octets = row.optionalBlob(index) else { return .null }
            // The text of a tampered file must not be repaired, which would make it another text.
            guard let text = String(validating: octets, as: UTF8.self) else {
                throw DatabaseError(.unfitValue, cause: "a text in \(table.name).\(column.name) is not UTF-8")
            }
            return .text(text)
        }
    }

    static func list(_ columns: [StoreTable.Column]) -> String {
        columns.map { quoted($0.name) }.joined(separator: ", ")
    }

    static func quoted(_ name: String) -> String { "\"\(name)\"" }
}
