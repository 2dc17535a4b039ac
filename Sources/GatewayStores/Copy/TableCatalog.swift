internal import Databases
internal import Text

/// A table, as the database describes it.
struct StoreTable {
    enum Kind: Sendable {
        case integer, text, blob
    }

    struct Column {
        let name: String
        let kind: Kind
        let isRequired: Bool
    }

    let name: String
    /// In the order of the octets of their names, which is the same in both databases.
    let columns: [Column]
    /// The columns of the primary key in their order; empty if there is none.
    let key: [Column]
    /// The tables that have to be filled before this one.
    let references: [String]

    /// Returns true if both tables take the same values.
    func isLike(_ other: StoreTable) -> Bool {
        columns.count == other.columns.count
            && zip(columns, other.columns).allSatisfy { $0.name.isExactly($1.name) && $0.kind == $1.kind }
    }
}

/// The tables of a database: a SQLite file, or the current schema of PostgreSQL.
struct TableCatalog {
    private let transaction: Transaction
    let names: [String]

    init(_ transaction: Transaction) throws(DatabaseError) {
        self.transaction = transaction
        let sql =
            switch transaction.dialect {
            case .sqlite: "SELECT name FROM sqlite_schema WHERE type IN ('table', 'view') AND name NOT LIKE 'sqlite%'"
            case .postgreSQL:
                """
                SELECT CAST(relname AS TEXT) FROM pg_class
                WHERE relkind IN ('r', 'p', 'v', 'm', 'f') AND relnamespace = current_schema()::regnamespace
                """
            }
        names = try transaction.all(sql) { row throws(DatabaseError) in row.text(0) }
    }

    /// Returns the description of a table.
    ///
    /// - Throws: `failed` if a column is neither an integer nor a text nor octets.
    func table(_ name: String) throws(DatabaseError) -> StoreTable {
        let sql =
            switch transaction.dialect {
            case .sqlite: "SELECT name, type, \"notnull\", pk FROM pragma_table_info($1)"
            case .postgreSQL:
                """
                SELECT CAST(attname AS TEXT), format_type(atttypid, NULL), attnotnull,
                    coalesce(array_position(CAST(indkey AS SMALLINT[]), attnum) + 1, 0)
                FROM pg_attribute LEFT JOIN pg_index ON indrelid = attrelid AND indisprimary
                WHERE attrelid = \(TableCatalog.object) AND attnum > 0 AND NOT attisdropped
                """
            }
        var found: [(column: StoreTable.Column, place: Int)] = []
        try transaction.each(sql, .text(name)) { row throws(DatabaseError) in
            let kind: StoreTable.Kind
            switch row.text(1).asciiLowercased() {
            case "integer", "bigint", "smallint": kind = .integer
            case "text": kind = .text
            case "blob", "bytea": kind = .blob
            default: throw DatabaseError(.failed, cause: "\(name).\(row.text(0)) has the type \(row.text(1))")
            }
            // A column of SQLite's key may be nullable by its declaration.
            let isRequired = row.boolean(2) || row.integer(3) > 0
            found.append((StoreTable.Column(name: row.text(0), kind: kind, isRequired: isRequired), row.integer(3)))
        }
        return StoreTable(
            name: name,
            columns: found.map(\.column).sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) },
            key: found.filter { $0.place > 0 }.sorted { $0.place < $1.place }.map(\.column),
            references: try references(of: name))
    }

    private func references(of name: String) throws(DatabaseError) -> [String] {
        let sql =
            switch transaction.dialect {
            case .sqlite: "SELECT \"table\" FROM pragma_foreign_key_list($1)"
            case .postgreSQL:
                """
                SELECT CAST(relname AS TEXT) FROM pg_constraint JOIN pg_class ON pg_class.oid = confrelid
                WHERE contype = 'f' AND conrelid = \(TableCatalog.object)
                """
            }
        return try transaction.all(sql, .text(name)) { row throws(DatabaseError) in row.text(0) }
    }

    /// SQL: the table that the first parameter names.
    private static let object =
        "(SELECT oid FROM pg_class WHERE relname = $1 AND relnamespace = current_schema()::regnamespace)"
}
