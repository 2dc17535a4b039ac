internal import CSQLite
internal import Threads
internal import Time

/// A failed store operation. Nothing of the failed transaction remains, unless the reason is `uncertain`.
public struct DatabaseError: Error, Sendable, CustomStringConvertible {
    /// The closed list of reasons.
    public enum Reason: String, Sendable, CaseIterable {
        /// The disk is full, or the store's quota is used up.
        case full
        /// Another process kept the store locked for longer than the busy timeout.
        case busy
        /// The file is damaged or is not a database.
        case corrupt
        /// A row with the same key exists.
        case duplicate
        /// Another constraint of the schema refuses the row.
        case constraint
        /// The transaction and a concurrent one could not both succeed. It may be tried again.
        case conflict
        /// The connection to the database was lost before COMMIT.
        case connectionLost = "connection_lost"
        /// The connection was lost during COMMIT: the transaction may have taken effect.
        case uncertain
        /// The database server takes no writes: it is a standby, or was one a moment ago.
        case readOnly = "read_only"
        /// No connection to the database server can be made.
        case unreachable
        /// A program wrote the store that is newer by more than one release.
        case schemaTooNew = "schema_too_new"
        /// The store lacks tables that this program needs, and was opened without migrating it.
        case schemaTooOld = "schema_too_old"
        /// The process has no permission to open, create or write the file.
        case cannotOpen = "cannot_open"
        case inputOutput = "input_output"
        /// A value that the store does not accept: text with a NUL, or too long.
        case unfitValue = "unfit_value"
        /// The database is closed or closing.
        case closed
        /// Any other error: a statement that does not fit the schema, or memory that ran out.
        case failed
    }

    public let reason: Reason
    /// Cause for the log. It may hold names of tables and files, and never goes to a client.
    public let cause: String

    public init(_ reason: Reason, cause: String) {
        self.reason = reason
        self.cause = cause
    }

    public var description: String { "\(reason.rawValue): \(cause)" }
}

extension DatabaseError {
    /// Maps a result code of SQLite, plain or extended, to an error. The extended codes of a unique key are those of
    /// `SQLITE_CONSTRAINT_PRIMARYKEY`, `_UNIQUE` and `_ROWID`, whose macros Swift does not import.
    init(code: Int32, message: String, sql: String? = nil) {
        let reason: Reason =
            switch code & 0xFF {
            case SQLITE_CONSTRAINT where [1555, 2067, 2579].contains(code): .duplicate
            case SQLITE_FULL: .full
            case SQLITE_BUSY, SQLITE_LOCKED: .busy
            case SQLITE_CORRUPT, SQLITE_NOTADB: .corrupt
            case SQLITE_CONSTRAINT: .constraint
            case SQLITE_CANTOPEN, SQLITE_PERM, SQLITE_READONLY, SQLITE_AUTH: .cannotOpen
            case SQLITE_IOERR: .inputOutput
            case SQLITE_TOOBIG: .unfitValue
            default: .failed
            }
        self.init(reason, cause: "\(message) (SQLite \(code))" + (sql.map { " in: \($0)" } ?? ""))
    }
}

extension DatabaseError {
    /// True if the transaction had no effect, and another connection may carry it out.
    var allowsAnotherConnection: Bool { reason == .connectionLost || reason == .readOnly }
}

extension SystemThread {
    /// Pauses the calling thread.
    static func pause(for duration: Duration) {
        // The monitor never changes.
        _ = Monitor(()).wait(until: MonotonicTime.now() + duration) { _ -> Void? in nil }
    }

    /// A thread that owns a connection of the store.
    static func forStore(_ body: @escaping @Sendable () -> Void) throws(DatabaseError) -> SystemThread {
        do throws(ThreadError) {
            return try SystemThread {
                // Requests that need no store come first; long transactions take the time that they leave.
                SystemThread.runAfterOthers()
                body()
            }
        } catch {
            throw DatabaseError(.failed, cause: error.description)
        }
    }
}
