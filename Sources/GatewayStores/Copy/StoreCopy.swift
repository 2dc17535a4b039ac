internal import Audit
public import Databases
internal import Text

/// A copy of a store into a place without one: all of it, verified, or nothing.
///
/// The copy is one transaction of the target, during which no other process uses the source. Tables and columns are those
/// that the program's migrations make. Memory is bounded by the size of a page of rows, however large the store is.
public struct StoreCopy: Sendable {
    /// A table that was copied.
    public struct Table: Sendable, Hashable {
        public let name: String
        public let rows: Int
    }

    /// In the order of their names.
    public let tables: [Table]
    /// The number of events of the audit log, whose chains were verified in the copy.
    public let events: Int

    /// The number of copied rows.
    public var rows: Int { tables.reduce(0) { $0 + $1.rows } }

    /// Copies a store. Blocks for as long as that takes.
    public init(from source: StoreLocation, to target: StoreLocation, schemas: [Schema]) throws(StoreCopyError) {
        let names = try StoreCopy.tables(of: source, schemas)
        let result: Result<StoreCopy, StoreCopyError>
        do throws(DatabaseError) {
            result = try Database.making(at: target) { target throws(DatabaseError) in
                let before = try TableCatalog(target).names
                if let name = (Transaction.ownTables + names).first(where: { before.contains(exactly: $0) }) {
                    return .failure(.occupied(table: name))
                }
                try target.makeTables(of: schemas)
                let catalog = try TableCatalog(target)
                var tables: [StoreTable] = []
                for name in catalog.names
                where !before.contains(exactly: name) && !Transaction.ownTables.contains(exactly: name) {
                    tables.append(try catalog.table(name))
                }
                return StoreCopy.copy(try StoreCopy.ordered(tables), from: source, to: target)
            }
        } catch {
            throw .target(error)
        }
        self = try result.get()
    }

    fileprivate init(tables: [Table], events: Int) {
        (self.tables, self.events) = (tables, events)
    }

    /// Returns the names of a store's tables.
    private static func tables(of source: StoreLocation, _ schemas: [Schema]) throws(StoreCopyError) -> [String] {
        let names = try onSource { () throws(DatabaseError) -> [String]? in
            guard try Database.pendingMigrations(at: source, schemas: schemas).isEmpty else { return nil }
            return try Database.reading(at: source) { transaction throws(DatabaseError) in
                try TableCatalog(transaction).names
            }
        }
        guard let names else { throw .sourceOutdated }
        return names
    }

    /// Orders tables so that each one comes after those that it refers to.
    private static func ordered(_ tables: [StoreTable]) throws(DatabaseError) -> [StoreTable] {
        var (done, rest) = ([] as [StoreTable], tables)
        while !rest.isEmpty {
            guard
                let index = rest.firstIndex(where: { table in
                    table.references.allSatisfy { name in
                        name.isExactly(table.name) || !rest.contains { $0.name.isExactly(name) }
                    }
                })
            else { throw DatabaseError(.failed, cause: "tables refer to one another in a circle") }
            done.append(rest.remove(at: index))
        }
        return done
    }

    private static func copy(
        _ tables: [StoreTable], from source: StoreLocation, to target: Transaction
    ) -> Result<StoreCopy, StoreCopyError> {
        do throws(DatabaseError) {
            return try Database.readingAlone(at: source) { source throws(DatabaseError) in
                Result { () throws(StoreCopyError) in
                    try StoreCopyRun(tables: tables, source: source, target: target).run()
                }
            }
        } catch {
            return .failure(error.reason == .busy ? .sourceInUse(error) : .source(error))
        }
    }

    static func onSource<Value>(_ body: () throws(DatabaseError) -> Value) throws(StoreCopyError) -> Value {
        do throws(DatabaseError) { return try body() } catch { throw .source(error) }
    }

    static func onTarget<Value>(_ body: () throws(DatabaseError) -> Value) throws(StoreCopyError) -> Value {
        do throws(DatabaseError) { return try body() } catch { throw .target(error) }
    }
}

/// The copying within the two transactions.
private struct StoreCopyRun {
    let tables: [StoreTable]
    let source: Transaction
    let target: Transaction

    func run() throws(StoreCopyError) -> StoreCopy {
        let versions = try StoreCopy.onSource { () throws(DatabaseError) in try migrations(source) }
        guard try StoreCopy.onTarget({ () throws(DatabaseError) in try migrations(target) }) == versions else {
            throw .sourceTooNew
        }
        let catalog = try StoreCopy.onSource { () throws(DatabaseError) in try TableCatalog(source) }
        var digests: [TableDigest] = []
        for table in tables {
            let own = try StoreCopy.onSource { () throws(DatabaseError) in try catalog.table(table.name) }
            guard own.isLike(table) else { throw .unlike(table: table.name) }
            digests.append(try copy(table))
        }
        for (table, digest) in zip(tables, digests) {
            let copied = try StoreCopy.onTarget { () throws(DatabaseError) in try TableDigest(of: table, in: target) }
            let counts = (
                try StoreCopy.onSource { () throws(DatabaseError) in try count(table, source) },
                try StoreCopy.onTarget { () throws(DatabaseError) in try count(table, target) }
            )
            guard copied == digest, counts == (digest.rows, digest.rows) else { throw .differs(table: table.name) }
        }
        let audit = try StoreCopy.onTarget { () throws(DatabaseError) in try AuditVerification(target) }
        guard audit.faults.isEmpty else { throw .audit(faults: audit.faults) }
        try passVersion()
        let summaries = zip(tables, digests).map { StoreCopy.Table(name: $0.name, rows: $1.rows) }
        return StoreCopy(
            tables: summaries.sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }, events: audit.count)
    }

    private func copy(_ table: StoreTable) throws(StoreCopyError) -> TableDigest {
        let insertion = RowInsertion(into: table, target)
        var digest = TableDigest()
        var pages = try StoreCopy.onSource { () throws(DatabaseError) in try RowPages(table, in: source) }
        while true {
            var page: [RowPages.Entry]?
            do throws(DatabaseError) { page = try pages.next() } catch { throw .source(error) }
            guard let page else { return digest }
            try StoreCopy.onTarget { () throws(DatabaseError) in
                try digest.add(page)
                try insertion.insert(page)
            }
        }
    }

    private func count(_ table: StoreTable, _ transaction: Transaction) throws(DatabaseError) -> Int {
        try transaction.first("SELECT count(*) FROM \(RowPages.quoted(table.name))") { row throws(DatabaseError) in
            row.integer(0)
        } ?? 0
    }

    private func migrations(_ transaction: Transaction) throws(DatabaseError) -> [String] {
        try transaction.all("SELECT component, number FROM schema_migrations ORDER BY component") {
            row throws(DatabaseError) in "\(row.text(0)) \(row.integer(1))"
        }
    }

    /// The version goes on rising: a process that knows a version of the source must not take another one for it.
    private func passVersion() throws(StoreCopyError) {
        let version = try StoreCopy.onSource { () throws(DatabaseError) in
            try source.first("SELECT version FROM store_version") { row throws(DatabaseError) in row.integer(0) }
        }
        guard let version, version >= 0, version < .max else { throw .unlike(table: Transaction.versionTable) }
        try StoreCopy.onTarget { () throws(DatabaseError) in
            _ = try target.execute("UPDATE store_version SET version = $1", .integer(version + 1))
        }
    }
}
