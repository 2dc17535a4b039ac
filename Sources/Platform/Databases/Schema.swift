/// The tables of one component of the program, as a list of migrations.
///
/// A migration's number is its place in the list, from 1. Migrations are only appended; a released one is never edited.
public struct Schema: Sendable {
    /// Stable name of the component, stored in the file.
    public let component: String
    private let sqlite: [String]
    private let postgreSQL: [String]

    /// - Parameters:
    ///   - sqlite: the migrations in the SQL of SQLite: each is one or more statements without parameters.
    ///   - postgreSQL: the same number of migrations in the SQL of PostgreSQL. A number that is older than the first
    ///     store on PostgreSQL has an empty text there.
    public init(component: String, sqlite: [String], postgreSQL: [String]) {
        precondition(sqlite.count == postgreSQL.count, "a migration of \(component) lacks a dialect")
        (self.component, self.sqlite, self.postgreSQL) = (component, sqlite, postgreSQL)
    }

    /// A schema of one text for both engines.
    public init(component: String, migrations: [String]) {
        self.init(component: component, sqlite: migrations, postgreSQL: migrations)
    }

    /// The number of migrations.
    public var count: Int { sqlite.count }

    /// The schema as an earlier version of the program knew it.
    public func prefix(_ count: Int) -> Schema {
        Schema(
            component: component, sqlite: Array(sqlite.prefix(count)), postgreSQL: Array(postgreSQL.prefix(count)))
    }

    func migrations(in dialect: SQLDialect) -> [String] {
        switch dialect {
        case .sqlite: sqlite
        case .postgreSQL: postgreSQL
        }
    }
}

extension Connection {
    /// True if the file already holds a store.
    var holdsStore: Bool {
        get throws(DatabaseError) {
            try Transaction(on: self).first("SELECT 1 FROM sqlite_schema WHERE name = 'store_version'") { _ in true }
                != nil
        }
    }

    /// Applies the schemas' missing migrations, all or none.
    ///
    /// An unknown migration or component was written by a newer program, whose rules (a suspension, for example) would
    /// be ignored: the file is refused.
    func migrate(to schemas: [Schema]) throws(DatabaseError) {
        try execute("BEGIN IMMEDIATE")
        do throws(DatabaseError) {
            try executeScript(
                """
                CREATE TABLE IF NOT EXISTS schema_migrations (
                    component TEXT NOT NULL PRIMARY KEY,
                    number INTEGER NOT NULL
                ) STRICT;
                CREATE TABLE IF NOT EXISTS store_version (
                    only INTEGER NOT NULL PRIMARY KEY CHECK (only = 1),
                    version INTEGER NOT NULL
                ) STRICT;
                INSERT INTO store_version VALUES (1, 0) ON CONFLICT DO NOTHING;
                """)
            let transaction = Transaction(on: self)
            let rows = try transaction.all("SELECT component, number FROM schema_migrations") {
                row throws(DatabaseError) in (row.text(0), row.integer(1))
            }
            let stored = Dictionary(rows, uniquingKeysWith: max)
            for (component, number) in rows {
                let known = schemas.first { $0.component == component }?.count ?? 0
                guard number >= 0 else {
                    throw DatabaseError(.corrupt, cause: "'\(component)' is at migration \(number)")
                }
                guard number <= known else {
                    throw DatabaseError(
                        .schemaTooNew, cause: "'\(component)' is at migration \(number); this program knows \(known)")
                }
            }
            for schema in schemas {
                for migration in schema.migrations(in: .sqlite).dropFirst(stored[schema.component] ?? 0) {
                    try executeScript(migration)
                }
                try transaction.execute(
                    """
                    INSERT INTO schema_migrations VALUES ($1, $2)
                    ON CONFLICT (component) DO UPDATE SET number = excluded.number
                    """, .text(schema.component), .integer(schema.count))
            }
            try execute("COMMIT")
        } catch {
            rollBack()
            throw error
        }
    }
}
