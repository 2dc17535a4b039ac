/// The place and credentials of a PostgreSQL database.
public struct PostgreSQLAddress: Sendable, Hashable {
    /// A connection URI of libpq without a password, `postgresql://user@host1,host2:5432/database?sslmode=verify-full`
    /// (PostgreSQL 15, section 34.1.1.2).
    public let uri: String
    /// The password of the user; nil if another method authenticates the connection, or a password file has it.
    public let password: String?
    /// The most connections of a process beside the one that follows changes, at least 2.
    public let connections: Int
    /// A connection URI that leads to the database past a pooler; nil if ``uri`` does.
    public let direct: String?

    public init(uri: String, password: String? = nil, connections: Int = 8, direct: String? = nil) {
        (self.uri, self.password, self.connections, self.direct) = (uri, password, max(2, connections), direct)
    }
}

/// The place of a store.
public enum StoreLocation: Sendable, Hashable {
    /// The path of a SQLite file, which is made with mode 0600 if it is missing.
    case sqlite(path: String)
    /// A database of PostgreSQL. It needs a build with the trait `PostgreSQL`.
    case postgreSQL(PostgreSQLAddress)
}
