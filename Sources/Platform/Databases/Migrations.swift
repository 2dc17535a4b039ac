internal import Text
internal import Threads

/// The migrations that a store lacks.
public struct PendingMigration: Sendable, Hashable {
    public let component: String
    /// The number of the last migration that was applied; 0 for none.
    public let applied: Int
    /// The number of the last migration that the program knows.
    public let known: Int

    public init(component: String, applied: Int, known: Int) {
        (self.component, self.applied, self.known) = (component, applied, known)
    }
}

extension Database {
    /// Returns the migrations that a store lacks, without changing it. Blocks.
    ///
    /// - Throws: ``DatabaseError``, `schemaTooNew` among others. A store that is missing lacks all migrations.
    public static func pendingMigrations(
        at location: StoreLocation, schemas: [Schema]
    ) throws(DatabaseError) -> [PendingMigration] {
        let connection = try location.engine().connect(for: .writing)
        try connection.beginReading()
        defer { connection.endReading() }
        return try connection.pendingMigrations(to: schemas)
    }

    /// Applies the migrations that a store lacks, and creates the store if it is missing. Blocks.
    ///
    /// - Returns: what was applied.
    public static func migrate(
        _ location: StoreLocation, to schemas: [Schema]
    ) throws(DatabaseError) -> [PendingMigration] {
        try location.engine().connect(for: .making).migrate(to: schemas)
    }
}

extension Connection {
    /// True if the place already holds a store.
    var holdsStore: Bool {
        get throws(DatabaseError) { try hasTable("store_version") }
    }

    private func hasTable(_ name: String) throws(DatabaseError) -> Bool {
        let sql =
            switch dialect {
            case .sqlite: "SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = $1"
            case .postgreSQL:
                "SELECT 1 FROM pg_class WHERE relkind = 'r' AND relname = $1 AND relnamespace = current_schema()::regnamespace"
            }
        return try Transaction(on: self).first(sql, .text(name)) { _ in true } ?? false
    }

    /// The name of the store's own tables among the components.
    private static var ownComponent: String { "store" }

    /// The tables of the store itself. They are the same in all releases; a change of them must suit all.
    private var ownTables: String {
        let (text, integer, options, version, lease) =
            switch dialect {
            case .sqlite: ("TEXT", "INTEGER", "STRICT", "STRICT", "STRICT, WITHOUT ROWID")
            case .postgreSQL: (#"TEXT COLLATE "C""#, "BIGINT", "", "WITH (fillfactor = 10)", "")
            }
        return """
            CREATE TABLE IF NOT EXISTS schema_migrations (
                component \(text) NOT NULL PRIMARY KEY, number \(integer) NOT NULL
            ) \(options);
            CREATE TABLE IF NOT EXISTS store_version (
                "only" \(integer) NOT NULL PRIMARY KEY CHECK ("only" = 1), version \(integer) NOT NULL
            ) \(version);
            INSERT INTO store_version VALUES (1, 0) ON CONFLICT DO NOTHING;
            CREATE TABLE IF NOT EXISTS store_change (
                version \(integer) NOT NULL, topic \(text) NOT NULL, key \(text) NOT NULL
            ) \(options);
            CREATE INDEX IF NOT EXISTS store_change_version ON store_change (version);
            CREATE TABLE IF NOT EXISTS lease (
                name \(text) NOT NULL PRIMARY KEY, holder \(text) NOT NULL,
                -- Seconds since 1970, by the clock of the database.
                until \(integer) NOT NULL
            ) \(lease);
            """
    }

    /// The migrations of a store whose own tables exist.
    private func storedMigrations(_ schemas: [Schema]) throws(DatabaseError) -> [ExactText: Int] {
        let rows = try Transaction(on: self).all("SELECT component, number FROM schema_migrations") {
            row throws(DatabaseError) in (row.text(0), row.integer(1))
        }
        for (component, number) in rows {
            guard number >= 0 else {
                throw DatabaseError(.corrupt, cause: "'\(component)' is at migration \(number)")
            }
            let known = schemas.first { $0.component.isExactly(component) }?.count ?? 0
            guard number <= known + 1 else {
                throw DatabaseError(
                    .schemaTooNew,
                    cause: "'\(component)' is at migration \(number); this program knows \(known): use a newer release")
            }
        }
        return Dictionary(rows.map { (ExactText($0.0), $0.1) }, uniquingKeysWith: max)
    }

    fileprivate func pendingMigrations(to schemas: [Schema]) throws(DatabaseError) -> [PendingMigration] {
        let stored = try hasTable("schema_migrations") ? storedMigrations(schemas) : [:]
        var pending: [PendingMigration] = []
        if try !hasTable("store_change") {
            pending.append(PendingMigration(component: Self.ownComponent, applied: 0, known: 1))
        }
        for schema in schemas where stored[ExactText(schema.component), default: 0] < schema.count {
            pending.append(
                PendingMigration(
                    component: schema.component, applied: stored[ExactText(schema.component), default: 0],
                    known: schema.count))
        }
        return pending
    }

    /// Throws unless this program can use the tables as they are: they lack one migration of a component at most.
    func verify(_ schemas: [Schema]) throws(DatabaseError) {
        try beginReading()
        defer { endReading() }
        for pending in try pendingMigrations(to: schemas) {
            let needed = pending.component == Self.ownComponent ? pending.known : pending.known - 1
            guard pending.applied < needed else { continue }
            throw DatabaseError(
                .schemaTooOld,
                cause: "'\(pending.component)' is at migration \(pending.applied), and this program needs \(needed): "
                    + "run gatehouse migrate")
        }
    }

    /// Applies the schemas' missing migrations, all or none, one process at a time. All writers wait meanwhile, so a table
    /// that a long transaction uses is waited for a moment only, and then again later.
    ///
    /// A migration or component that is newer by more than one release may have rules (a suspension, for example) that
    /// would be ignored: the store is refused.
    ///
    /// - Parameter attempts: more than the time after which the server ends a transaction of a process that has stopped.
    /// - Throws: `busy` after the last attempt.
    @discardableResult
    func migrate(to schemas: [Schema], attempts: Int = 30) throws(DatabaseError) -> [PendingMigration] {
        for attempt in 1... {
            do throws(DatabaseError) {
                return try migrateOnce(to: schemas)
            } catch {
                guard dialect == .postgreSQL, error.reason == .busy || error.reason == .conflict else { throw error }
                guard attempt < attempts else {
                    throw DatabaseError(
                        .busy,
                        cause:
                            "the tables could not be migrated, because a transaction uses them (\(error.cause)): end long "
                            + "transactions, which pg_stat_activity lists, and migrate again")
                }
                SystemThread.pause(for: .seconds(1))
            }
        }
        return []
    }

    private func migrateOnce(to schemas: [Schema]) throws(DatabaseError) -> [PendingMigration] {
        try beginWriting(isPatient: true)
        do throws(DatabaseError) {
            let pending = try applyMigrations(to: schemas)
            try commit(isNotifying: false)
            return pending
        } catch {
            rollBack()
            throw error
        }
    }

    /// Applies the missing migrations within a transaction that writes.
    func applyMigrations(to schemas: [Schema]) throws(DatabaseError) -> [PendingMigration] {
        let pending = try pendingMigrations(to: schemas)
        guard !pending.isEmpty else { return [] }
        try executeScript(ownTables)
        #if PostgreSQL
            if dialect == .postgreSQL { try executeScript(PostgreSQLFunctions.definitions) }
        #endif
        for schema in schemas { try apply(schema, pending) }
        return pending
    }

    private func apply(_ schema: Schema, _ pending: [PendingMigration]) throws(DatabaseError) {
        guard let missing = pending.first(where: { $0.component == schema.component }) else { return }
        for migration in schema.migrations(in: dialect).dropFirst(missing.applied) where !migration.isEmpty {
            try executeScript(migration)
        }
        try Transaction(on: self).execute(
            """
            INSERT INTO schema_migrations (component, number) VALUES ($1, $2)
            ON CONFLICT (component) DO UPDATE SET number = excluded.number
            """, .text(schema.component), .integer(schema.count))
    }
}
