/// Work on a store as a whole: one transaction on the calling thread, past the store's own threads. All functions block.
extension Database {
    /// Reads a store that exists.
    public static func reading<Value>(
        at location: StoreLocation, _ body: (Transaction) throws(DatabaseError) -> Value
    ) throws(DatabaseError) -> Value {
        let connection = try location.engine().connect(for: .writing)
        return try connection.read(body)
    }

    /// Reads a store that no other process uses, and keeps other processes out meanwhile. The body must not write.
    ///
    /// - Throws: `busy` if another process uses the store.
    public static func readingAlone<Value>(
        at location: StoreLocation, _ body: (Transaction) throws(DatabaseError) -> Value
    ) throws(DatabaseError) -> Value {
        let connection = try location.engine().connect(for: .writing)
        try connection.beginAlone()
        defer { connection.endAlone() }
        return try body(Transaction(on: connection))
    }

    /// Makes a store, all of it or nothing.
    ///
    /// - Parameter body: makes the tables with ``Transaction/makeTables(of:)`` and fills them. If it refuses or throws,
    ///   the place stays as it was, except that a missing SQLite file is made.
    public static func making<Value, Refusal: Error>(
        at location: StoreLocation,
        _ body: (Transaction) throws(DatabaseError) -> Result<Value, Refusal>
    ) throws(DatabaseError) -> Result<Value, Refusal> {
        let connection = try location.engine().connect(for: .making)
        try connection.beginWriting(isPatient: true)
        do throws(DatabaseError) {
            let result = try body(Transaction(on: connection))
            if case .success = result { try connection.commit(isNotifying: false) } else { connection.rollBack() }
            return result
        } catch {
            connection.rollBack()
            throw error
        }
    }
}

extension Transaction {
    /// Makes the tables of a store, within ``Database/making(at:_:)``.
    public func makeTables(of schemas: [Schema]) throws(DatabaseError) {
        _ = try connection.applyMigrations(to: schemas)
    }

    /// Variant of `execute` that takes its values as an array.
    @discardableResult
    public func execute(_ sql: String, with values: [SQLValue]) throws(DatabaseError) -> Int {
        try connection.statement(sql).run(values)
    }

    /// The store's own tables, which are no component's: the migrations, the version, changes and claims.
    public static let ownTables = ["schema_migrations", versionTable, "store_change", "lease"]
    /// The table whose one row is the store's version. Each store has it.
    public static let versionTable = "store_version"
}
