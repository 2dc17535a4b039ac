/// What a connection is for.
enum ConnectionUse: Sendable {
    /// Creates the store if it is missing.
    case making
    /// Writes to a store that must exist.
    case writing
    case reading
}

/// A kind of database at one place.
protocol Engine: Sendable {
    var dialect: SQLDialect { get }
    /// The place of the store in messages; it contains no secret.
    var place: String { get }
    /// The time between two polls for changes of other processes.
    var pollInterval: Duration { get }

    /// Opens a connection. Blocks.
    func connect(for use: ConnectionUse) throws(DatabaseError) -> any Connection
    /// Waits a moment after a connection was lost, so that the connections of many processes return one after the other.
    func awaitReconnection()
    func makePoller() -> any Poller
}

/// What looks for changes of other processes. One thread uses it.
protocol Poller: AnyObject {
    /// Waits for a sign of a change, but for the interval at most. Returns true if `isClosed` has become true.
    func wait(for interval: Duration, _ isClosed: FollowerSignal) -> Bool
    /// Returns the changes after a version, or nil if the store cannot be reached.
    func changes(after version: Int) -> ChangeReading?
    /// The connection of the last reading; nil if it was lost.
    var current: (any Connection)? { get }
    /// Makes the next reading start from a new connection.
    func lookAnew()
}

extension StoreLocation {
    /// - Throws: `cannotOpen` if this build has no engine for the place.
    func engine() throws(DatabaseError) -> any Engine {
        switch self {
        case .sqlite(let path): return SQLiteEngine(path: path)
        case .postgreSQL(let address):
            #if PostgreSQL
                return PostgreSQLEngine(address)
            #else
                _ = address
                throw DatabaseError(
                    .cannotOpen,
                    cause: "this build has no PostgreSQL; build with: swift build -c release --traits PostgreSQL")
            #endif
        }
    }
}
