internal import CSQLite
internal import Threads

/// Why the store could not do what it was asked; nothing of the failed transaction remains.
public struct DatabaseError: Error, Sendable, CustomStringConvertible {
    public enum Reason: String, Sendable, CaseIterable {
        /// The disk, or what the store may use of it.
        case full
        /// Another process kept the store locked for longer than the wait allows.
        case busy
        /// The file is damaged, or is no database.
        case corrupt
        /// A rule of the schema refuses the row.
        case constraint
        /// The file was written by a newer program.
        case schemaTooNew = "schema_too_new"
        /// The file cannot be opened, made or written with the rights that the process has.
        case cannotOpen = "cannot_open"
        case inputOutput = "input_output"
        /// A value that no store of ours keeps: text with a NUL, or too long.
        case unfitValue = "unfit_value"
        /// The database was closed, or is being closed.
        case closed
        /// Anything else: a statement that does not fit the schema, memory that ran out.
        case failed
    }

    public let reason: Reason
    /// For the log; may hold names of tables and of files, and never goes to a client.
    public let cause: String

    public init(_ reason: Reason, cause: String) {
        self.reason = reason
        self.cause = cause
    }

    public var description: String { "\(reason.rawValue): \(cause)" }
}

extension DatabaseError {
    /// What a result code of SQLite means; `code` may be an extended one.
    init(code: Int32, message: String, sql: String? = nil) {
        let reason: Reason =
            switch code & 0xFF {
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

extension SystemThread {
    /// A thread that owns a connection of the store.
    static func forStore(_ body: @escaping @Sendable () -> Void) throws(DatabaseError) -> SystemThread {
        do throws(ThreadFault) {
            return try SystemThread(body)
        } catch {
            throw DatabaseError(.failed, cause: error.description)
        }
    }
}
