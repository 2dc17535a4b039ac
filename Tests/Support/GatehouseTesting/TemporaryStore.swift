public import Databases

/// A database in a temporary directory, which is closed and deleted with the value.
public final class TemporaryStore: Sendable {
    public let directory = TemporaryDirectory()
    public let database: Database
    private let schemas: [Schema]

    public init(_ schemas: [Schema]) throws(DatabaseError) {
        self.schemas = schemas
        database = try Database(path: "\(directory.path)/store.db", schemas: schemas)
    }

    deinit { database.close() }

    /// Opens the file once more, as another process does.
    public func reopened() throws(DatabaseError) -> Database { try Database(path: database.path, schemas: schemas) }

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

    /// Returns all rows of the store's tables as text, table by table.
    public func content() async throws(DatabaseError) -> [String] {
        try await database.read { transaction throws(DatabaseError) in
            let tables = try transaction.all(
                "SELECT name FROM sqlite_master WHERE type = 'table' AND name <> 'store_version' ORDER BY name"
            ) { row throws(DatabaseError) in row.text(0) }
            var content: [String] = []
            for table in tables {
                let columns = try transaction.all("SELECT name FROM pragma_table_info('\(table)')") {
                    row throws(DatabaseError) in row.text(0)
                }
                let texts = columns.map { "quote(\"\($0)\")" }.joined(separator: " || ',' || ")
                content += try transaction.all("SELECT \(texts) FROM \"\(table)\" ORDER BY 1") {
                    row throws(DatabaseError) in "\(table): \(row.text(0))"
                }
            }
            return content
        }
    }
}
