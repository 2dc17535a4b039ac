internal import Glibc
internal import Time

/// One SQLite file.
struct SQLiteEngine: Engine {
    let path: String

    var dialect: SQLDialect { .sqlite }
    var place: String { path }
    var pollInterval: Duration { .milliseconds(250) }

    func connect(for use: ConnectionUse) throws(DatabaseError) -> any Connection {
        try SQLiteConnection(path: path, for: use)
    }

    func awaitReconnection() {}

    func makePoller() -> any Poller { SQLitePoller(path: path) }
}

/// A poller of a SQLite file.
final class SQLitePoller: Poller {
    private let path: String
    private let identity: FileIdentity?
    private var connection: SQLiteConnection?
    /// The last reading, and the number of the file's changes at that time.
    private var last: (seen: Int?, version: StoreVersion)?

    init(path: String) {
        self.path = path
        identity = FileIdentity(path: path)
    }

    var current: (any Connection)? { connection }

    func wait(for interval: Duration, _ isClosed: FollowerSignal) -> Bool { isClosed.wait(for: interval) }

    func changes(after version: Int) -> ChangeReading? {
        // A file that was moved away or replaced is not the one that other processes write.
        guard identity != nil, FileIdentity(path: path) == identity else { return nil }
        do throws(DatabaseError) {
            let open = if let connection { connection } else { try SQLiteConnection(path: path, for: .reading) }
            connection = open
            let transaction = Transaction(on: open)
            // The number is read again, and cheaply, only for this connection.
            let seen = try transaction.first("PRAGMA data_version") { row throws(DatabaseError) in row.integer(0) }
            if let last, last.seen == seen, last.version.number == version {
                return ChangeReading(version: last.version, changes: [])
            }
            try open.beginReading()
            defer { open.endReading() }
            let reading = try ChangeTable.reading(after: version, transaction)
            last = (seen, reading.version)
            return reading
        } catch {
            lookAnew()
            return nil
        }
    }

    func lookAnew() {
        connection = nil
        last = nil
    }
}

/// The identity of the file at a path.
private struct FileIdentity: Equatable {
    let device: UInt
    let inode: UInt

    init?(path: String) {
        var status = stat()
        guard unsafe stat(path, &status) == 0 else { return nil }
        device = UInt(status.st_dev)
        inode = UInt(status.st_ino)
    }
}
