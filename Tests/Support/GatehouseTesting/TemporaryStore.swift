public import Databases

/// A database in a place of its own, which is closed and deleted with the value.
public final class TemporaryStore: Sendable {
    private let place: StorePlace
    public var directory: TemporaryDirectory { place.directory }
    public let database: Database
    private let schemas: [Schema]

    public init(_ schemas: [Schema]) throws(DatabaseError) {
        self.schemas = schemas
        place = StorePlace()
        database = try Database(at: place.location, schemas: schemas)
    }

    deinit { database.close() }

    /// Opens the store once more, as another process does.
    public func reopened() throws(DatabaseError) -> Database { try Database(at: place.location, schemas: schemas) }

    /// Executes a statement past the code under test.
    @discardableResult
    public func execute(_ sql: String) async throws(DatabaseError) -> Int {
        try await database.write { transaction throws(DatabaseError) in try transaction.execute(sql) }
    }

    /// Returns the number of rows, such as those of `session WHERE ended_at IS NULL`.
    public func count(_ rows: String) async throws(DatabaseError) -> Int {
        try await database.read { transaction throws(DatabaseError) in
            try transaction.first("SELECT count(*) FROM \(rows)") { row throws(DatabaseError) in row.integer(0) } ?? -1
        }
    }

    /// Returns the first column of a query's rows.
    public func texts(_ query: String) async throws(DatabaseError) -> [String] {
        try await database.read { transaction throws(DatabaseError) in
            try transaction.all(query) { row throws(DatabaseError) in row.text(0) }
        }
    }

    /// Variant of ``texts(_:)`` for octets.
    public func blobs(_ query: String) async throws(DatabaseError) -> [[UInt8]] {
        try await database.read { transaction throws(DatabaseError) in
            try transaction.all(query) { row throws(DatabaseError) in row.blob(0) }
        }
    }

    /// Returns all rows of the store's tables as text, table by table.
    public func content() async throws(DatabaseError) -> [String] {
        try await database.read { transaction throws(DatabaseError) in
            let (tables, columns, text) =
                switch transaction.dialect {
                case .sqlite:
                    (
                        "SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name",
                        "SELECT name FROM pragma_table_info($1)", "quote(\"%\")"
                    )
                case .postgreSQL:
                    (
                        "SELECT CAST(tablename AS TEXT) FROM pg_tables WHERE schemaname = current_schema() ORDER BY 1",
                        """
                        SELECT CAST(column_name AS TEXT) FROM information_schema.columns
                        WHERE table_schema = current_schema() AND table_name = $1 ORDER BY ordinal_position
                        """, "coalesce(CAST(\"%\" AS TEXT), 'NULL')"
                    )
                }
            var content: [String] = []
            for table in try transaction.all(tables, read: { $0.text(0) })
            where !["store_version", "store_change"].contains(table) {
                let names = try transaction.all(columns, .text(table)) { row throws(DatabaseError) in row.text(0) }
                let texts = names.map { text.replacing("%", with: $0) }.joined(separator: " || ',' || ")
                content += try transaction.all("SELECT \(texts) FROM \"\(table)\" ORDER BY 1") {
                    row throws(DatabaseError) in "\(table): \(row.text(0))"
                }
            }
            return content
        }
    }
}
