/// The tables of one component of the program, as a list of migrations.
///
/// A migration's number is its place in the list, from 1. Migrations are only appended; a released one is never edited. A
/// release adds one migration to a component at most, and the release before it can read and write the tables that follow
/// from it: processes of both releases may use one store at a time. A store that is newer by more is refused.
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
