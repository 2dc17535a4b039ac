internal import CSQLite
internal import Files
internal import Threads
internal import Time

/// Owner of one connection to a SQLite file.
///
/// `@unchecked Sendable`: the thread that creates the database opens the connection and passes it to the one thread
/// that uses it. Two threads never use it at a time. `@safe`: the handle lives as long as the object.
@safe final class SQLiteConnection: Connection, @unchecked Sendable {
    let handle: OpaquePointer
    private var statements: [StatementText: SQLiteStatement] = [:]
    let dialect = SQLDialect.sqlite
    let isUsable = true
    let isPooled = false
    /// When this connection's thread last let others run.
    private var ranSince = MonotonicTime.now()

    init(path: String, for use: ConnectionUse) throws(DatabaseError) {
        switch use {
        case .making: try SQLiteConnection.create(path)
        case .writing: try SQLiteConnection.find(path)
        case .reading: break
        }
        _ = SQLiteConnection.library
        var opened: OpaquePointer?
        // Each connection stays on one thread. Readers also write the index of the log, so no connection is read-only.
        let code = unsafe sqlite3_open_v2(path, &opened, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, nil)
        guard let handle = unsafe opened else { throw DatabaseError(.failed, cause: "no memory for a connection") }
        unsafe self.handle = handle
        guard code == SQLITE_OK else { throw error(code, sql: "open \(path)") }
        unsafe sqlite3_extended_result_codes(handle, 1)
        unsafe sqlite3_busy_timeout(handle, 5000)
        unsafe gatehouse_harden(handle)
        try execute("PRAGMA foreign_keys = ON")
        try execute("PRAGMA synchronous = FULL")
        try execute("PRAGMA temp_store = MEMORY")
        switch use {
        case .reading:
            try execute("PRAGMA query_only = ON")
        case .making, .writing:
            try execute("PRAGMA journal_mode = WAL")
            try execute("PRAGMA journal_size_limit = 67108864")
            try execute("PRAGMA cache_size = -16384")
            // A checkpoint after each large transaction would write its pages twice at once.
            try execute("PRAGMA wal_autocheckpoint = 8192")
        }
    }

    deinit {
        statements = [:]
        // The connection waits for statements that are still referenced, and is freed with the last of them.
        unsafe sqlite3_close_v2(handle)
    }

    /// Configures SQLite before its first connection. Without its statistics of memory, which the program does not read,
    /// threads do not wait for one another at each allocation.
    private static let library: Void = gatehouse_configure()

    /// The store holds identities, so only its owner may read the file. SQLite gives the log equal permissions.
    private static func create(_ path: String) throws(DatabaseError) {
        do throws(SystemError) {
            try FileContent.create(path, mode: 0o600)
        } catch {
            throw DatabaseError(.cannotOpen, cause: "\(path): \(error.message)")
        }
    }

    private static func find(_ path: String) throws(DatabaseError) {
        do throws(SystemError) {
            try FileContent.find(path)
        } catch {
            throw DatabaseError(.cannotOpen, cause: "\(path): \(error.message)")
        }
    }

    func statement(_ sql: String) throws(DatabaseError) -> any PreparedStatement {
        let text = StatementText(sql: sql)
        let kept = statements[text]
        if let kept, !kept.isBusy { return kept }
        let statement = try SQLiteStatement(sql, on: self)
        if kept == nil { statements[text] = statement }
        return statement
    }

    func execute(_ sql: String) throws(DatabaseError) { try enqueue(sql, []) }

    func enqueue(_ sql: String, _ values: [SQLValue]) throws(DatabaseError) {
        _ = try statement(sql).run(values)
    }

    func executeScript(_ sql: String) throws(DatabaseError) {
        let code = unsafe sqlite3_exec(handle, sql, nil, nil, nil)
        guard code == SQLITE_OK else { throw error(code, sql: sql) }
    }

    /// Lets a thread that waits for this processor run, if this was not done within 60 microseconds. A long transaction,
    /// such as a batch of a publisher, then delays requests that need no store by that time only.
    func letOthersRun() {
        let now = MonotonicTime.now()
        guard now.nanoseconds(since: ranSince) >= 60_000 else { return }
        SystemThread.letOthersRun()
        ranSince = MonotonicTime.now()
    }

    var isInTransaction: Bool {
        unsafe sqlite3_get_autocommit(handle) == 0
    }

    // No network is in between.
    func limitWaits(until end: MonotonicTime?) {}

    func beginReading() throws(DatabaseError) { try execute("BEGIN") }

    // The rollback also ends the transaction before the next read.
    func endReading() { rollBack() }

    func beginWriting(isPatient: Bool) throws(DatabaseError) { try execute("BEGIN IMMEDIATE") }

    /// In WAL mode a process that only reads leaves no trace in the file. The mode can be left only if no other
    /// connection is open, and outside of it an exclusive transaction keeps readers out too.
    func beginAlone() throws(DatabaseError) {
        let mode = try Transaction(on: self).first("PRAGMA journal_mode = DELETE") { row throws(DatabaseError) in
            row.text(0)
        }
        guard mode == "delete" else { throw DatabaseError(.busy, cause: "another process uses the file") }
        try execute("BEGIN EXCLUSIVE")
    }

    /// The next process to open the file sets the mode, if this fails.
    func endAlone() {
        rollBack()
        try? execute("PRAGMA journal_mode = WAL")
    }

    // Followers read the file.
    func commit(isNotifying: Bool) throws(DatabaseError) { try execute("COMMIT") }

    func rollBack() {
        if isInTransaction { try? execute("ROLLBACK") }
    }

    func error(_ code: Int32, sql: String? = nil) -> DatabaseError {
        unsafe DatabaseError(code: code, message: String(cString: sqlite3_errmsg(handle)), sql: sql)
    }
}
