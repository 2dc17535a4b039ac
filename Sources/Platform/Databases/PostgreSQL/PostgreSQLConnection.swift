#if PostgreSQL
    internal import CPostgreSQL
    internal import Files
    internal import Glibc
    internal import Text
    internal import Time

    /// Owner of one connection to PostgreSQL.
    ///
    /// Statements go out in libpq's pipeline mode (PostgreSQL 15, section 34.5): BEGIN, savepoints and other statements
    /// without a result travel with the next statement, and cost no round trip of their own. Through a pooler statements
    /// are unnamed, because its server connections change between transactions.
    ///
    /// `@unchecked Sendable`: the thread that opens the connection passes it to the one thread that uses it. `@safe`: the
    /// handle lives as long as the object.
    @safe final class PostgreSQLConnection: Connection, @unchecked Sendable {
        /// The time after which the server ends a transaction whose process has stopped. A write holds up all others; a
        /// read or a migration works on its rows in between.
        private static let (writeIdle, idle) = ("2s", "60s")
        /// The longest silence of the server during a statement. A transaction that a dead network holds up then fails, and
        /// is not repeated: its caller has waited for long enough.
        static let patience: Duration = .seconds(10)

        let dialect = SQLDialect.postgreSQL
        private(set) var isUsable = true
        /// True if a pooler stands between the connection and the server. Until that is known, one is assumed: it would
        /// keep the name of a statement on a connection that others use next.
        private(set) var isPooled = true
        private let handle: OpaquePointer
        /// What the server said beside its answers since the start of a COMMIT.
        private let warnings = Warnings()
        private var statements: [StatementText: PostgreSQLStatement] = [:]
        private var namedStatements = 0
        private var cursors = 0
        /// Statements that travel with the next one.
        private var pending: [(sql: String, parameters: PostgreSQLParameters)] = []
        /// The number of pipelines that were sent and whose answers are not read.
        private var unread = 0
        private var patience: Duration? = PostgreSQLConnection.patience
        private var waitLimit: MonotonicTime?

        /// Connects; blocks for some seconds for each host at most.
        ///
        /// - Parameter keywords: in the order in which a later one replaces an earlier one; `dbname` may hold a URI.
        init(_ keywords: [(String, String)]) throws(DatabaseError) {
            let names = keywords.map(\.0)
            let values = keywords.map(\.1)
            let opened = unsafe withStrings(names) { names in
                unsafe withStrings(values) { values in unsafe PQconnectdbParams(names, values, 1) }
            }
            guard let handle = unsafe opened else { throw DatabaseError(.failed, cause: "no memory for a connection") }
            unsafe self.handle = handle
            // The default receiver writes to the standard error.
            unsafe PQsetNoticeReceiver(
                handle,
                { context, result in
                    guard let context = unsafe context else { return }
                    unsafe Unmanaged<Warnings>.fromOpaque(context).takeUnretainedValue().note(result)
                }, Unmanaged.passUnretained(warnings).toOpaque())
            guard unsafe PQstatus(handle) == CONNECTION_OK else {
                throw DatabaseError(.unreachable, cause: message)
            }
            unsafe PQsetnonblocking(handle, 1)
            guard unsafe PQenterPipelineMode(handle) == 1 else { throw lost("the pipeline mode is refused") }
            // A pooler gives the client a process number of its own.
            let process = try Transaction(on: self).first("SELECT pg_backend_pid()") { row throws(DatabaseError) in
                row.integer(0)
            }
            isPooled = process != Int(unsafe PQbackendPID(handle))
            if !isPooled { _ = try run("SET idle_in_transaction_session_timeout = '\(Self.idle)'", []) }
            if unsafe PQserverVersion(handle) < 130_000 {
                throw DatabaseError(.cannotOpen, cause: "the server is older than PostgreSQL 13")
            }
        }

        deinit {
            statements = [:]
            unsafe PQfinish(handle)
        }

        // MARK: Statements

        func statement(_ sql: String) throws(DatabaseError) -> any PreparedStatement {
            let text = StatementText(sql: sql)
            if let kept = statements[text] { return kept }
            let statement = PostgreSQLStatement(sql, on: self)
            statements[text] = statement
            return statement
        }

        /// A name for a statement that the server keeps; nil through a pooler.
        func makeStatementName() -> String? {
            guard !isPooled else { return nil }
            namedStatements += 1
            return "s\(namedStatements)"
        }

        func makeCursorName() -> String {
            cursors += 1
            return "c\(cursors)"
        }

        func enqueue(_ sql: String, _ values: [SQLValue]) throws(DatabaseError) {
            // After a failed statement only a rollback can succeed. Later, another one would be taken for the cause.
            let hasFailed = unsafe PQtransactionStatus(handle) == PQTRANS_INERROR
            guard !hasFailed || !pending.isEmpty || sql.starts(exactly: "ROLLBACK") else {
                throw DatabaseError(.failed, cause: "a statement follows a failed one in its transaction")
            }
            pending.append((sql, try PostgreSQLParameters(values)))
        }

        /// Runs a statement with those that wait for it, and returns its result.
        ///
        /// - Parameters:
        ///   - name: the name under which the server keeps the statement; nil for none.
        ///   - isKnown: true if the server has the statement.
        func run(
            _ sql: String, _ values: [SQLValue], name: String? = nil, isKnown: Bool = false
        ) throws(DatabaseError) -> PostgreSQLResult {
            guard isUsable else { throw DatabaseError(.connectionLost, cause: "the connection was lost before") }
            // A value that does not fit leaves the pipeline, and what waits, as they are.
            let parameters = try PostgreSQLParameters(values)
            let early = pending
            pending = []
            for (sql, parameters) in early { try send(sql, parameters) }
            try send(sql, parameters, name: name, isKnown: isKnown)
            try synchronize()
            try readPrevious()
            var fault: DatabaseError?
            /// Reads a result. After a fault that ends the connection, nothing more arrives.
            func read() throws(DatabaseError) -> PostgreSQLResult {
                let result = try readResult()
                if let failed = result.fault(connection: self) {
                    if !isUsable { throw fault ?? failed }
                    fault = fault ?? failed
                }
                return result
            }
            for _ in early { _ = try read() }
            let isWhole = fault != nil
            if name != nil, !isKnown { _ = try read() }
            let result = try read()
            try readSynchronization()
            if isWhole { rollBack() }
            if let fault { throw fault }
            return result
        }

        // MARK: Transactions

        func limitWaits(until end: MonotonicTime?) { waitLimit = end }

        var isInTransaction: Bool {
            guard isUsable else { return false }
            if !pending.isEmpty { return true }
            let status = unsafe PQtransactionStatus(handle)
            return status == PQTRANS_INTRANS || status == PQTRANS_INERROR
        }

        func beginReading() throws(DatabaseError) {
            guard isUsable else { throw DatabaseError(.connectionLost, cause: "the connection was lost before") }
            pending = [("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY", .none)]
            if isPooled { try enqueue("SET LOCAL idle_in_transaction_session_timeout = '\(Self.idle)'") }
        }

        func endReading() {
            guard isUsable else { return }
            // Without a statement that was sent, the transaction has not begun. The end of a cursor may wait, too.
            let hasBegun = !(pending.first?.sql.starts(exactly: "BEGIN") ?? false)
            pending = []
            guard hasBegun else { return }
            do throws(DatabaseError) {
                // The answer is read before the next statement's.
                try send("ROLLBACK", .none)
                try synchronize()
                unread += 1
            } catch {
                isUsable = false
            }
        }

        /// The lock is the one order of all writers. The server ends a transaction whose process has stopped, so that the
        /// others go on.
        func beginWriting(isPatient: Bool) throws(DatabaseError) {
            pending = [("BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE", .none)]
            patience = isPatient ? nil : PostgreSQLConnection.patience
            let lock = "pg_advisory_xact_lock(1734440037, hashtext(current_schema()))"
            let idle = isPatient ? Self.idle : Self.writeIdle
            let idleLimit = "set_config('idle_in_transaction_session_timeout', '\(idle)', true)"
            if isPatient {
                _ = try run("SELECT \(idleLimit), \(lock)", [])
                // All writers wait for this transaction. They give up after 5 seconds.
                try enqueue("SELECT set_config('lock_timeout', '2s', true)")
            } else {
                _ = try run("SELECT set_config('lock_timeout', '5s', true), \(idleLimit), \(lock)", [])
            }
        }

        /// The lock keeps writers out; readers must not have begun. Each process keeps a connection to poll.
        func beginAlone() throws(DatabaseError) {
            try beginWriting(isPatient: true)
            let others = try Transaction(on: self).first(
                """
                SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()
                    AND application_name = current_setting('application_name') AND application_name <> ''
                """
            ) { row throws(DatabaseError) in row.integer(0) }
            guard others == 0 else {
                rollBack()
                throw DatabaseError(.busy, cause: "\(others ?? 0) connections of other processes are open")
            }
        }

        func endAlone() { rollBack() }

        func commit(isNotifying: Bool) throws(DatabaseError) {
            let hasFailed = unsafe PQtransactionStatus(handle) == PQTRANS_INERROR
            guard !hasFailed || !pending.isEmpty else {
                throw DatabaseError(.failed, cause: "a transaction with a failed statement was to be committed")
            }
            if isNotifying {
                pending.append(("SELECT pg_notify('gatehouse', current_schema())", .none))
            }
            warnings.clear()
            let result: PostgreSQLResult
            do throws(DatabaseError) {
                result = try run("COMMIT", [])
            } catch {
                // The server may have carried out a COMMIT whose answer was lost.
                let isLost = error.reason == .connectionLost || error.reason == .unreachable
                throw isLost ? DatabaseError(.uncertain, cause: error.cause) : error
            }
            patience = PostgreSQLConnection.patience
            guard result.isCommit else {
                throw DatabaseError(.failed, cause: "the server rolled the transaction back at COMMIT")
            }
            // A server that does not wait for its standby any longer says so by a warning, and answers with success.
            if let warning = warnings.first {
                isUsable = false
                throw DatabaseError(.uncertain, cause: "COMMIT with a warning: \(warning)")
            }
        }

        func rollBack() {
            let wasInTransaction = isInTransaction
            pending = []
            patience = PostgreSQLConnection.patience
            guard wasInTransaction, unsafe PQtransactionStatus(handle) != PQTRANS_IDLE else { return }
            if (try? run("ROLLBACK", [])) == nil { isUsable = false }
        }

        /// Runs several statements in the simple protocol, which is not part of the pipeline.
        func executeScript(_ sql: String) throws(DatabaseError) {
            if !pending.isEmpty { _ = try run("SELECT 1", []) }
            try readPrevious()
            guard unsafe PQexitPipelineMode(handle) == 1, unsafe PQsendQuery(handle, sql) == 1 else { throw lost() }
            try flush()
            var fault: DatabaseError?
            while let result = try nextResult() { fault = fault ?? result.fault(connection: self) }
            guard unsafe PQenterPipelineMode(handle) == 1 else { throw lost() }
            if let fault { throw fault }
        }

        // MARK: Notifications

        var socket: Int32 { unsafe PQsocket(handle) }

        /// Reads what has arrived. Returns the payloads of notifications.
        func takeNotifications() throws(DatabaseError) -> [String] {
            try readPrevious()
            guard unsafe PQconsumeInput(handle) == 1 else { throw lost() }
            var payloads: [String] = []
            while let notification = unsafe PQnotifies(handle) {
                unsafe payloads.append(String(cString: notification.pointee.extra))
                unsafe PQfreemem(notification)
            }
            return payloads
        }

        // MARK: The pipeline

        private func send(
            _ sql: String, _ parameters: PostgreSQLParameters, name: String? = nil, isKnown: Bool = false
        ) throws(DatabaseError) {
            let isSent = unsafe parameters.withPointers { types, values, lengths, formats in
                let count = Int32(parameters.count)
                guard let name else {
                    return unsafe PQsendQueryParams(handle, sql, count, types, values, lengths, formats, 1) == 1
                }
                if !isKnown, unsafe PQsendPrepare(handle, name, sql, count, types) != 1 { return false }
                return unsafe PQsendQueryPrepared(handle, name, count, values, lengths, formats, 1) == 1
            }
            guard isSent else { throw lost() }
        }

        private func synchronize() throws(DatabaseError) {
            guard unsafe PQpipelineSync(handle) == 1 else { throw lost() }
            try flush()
        }

        /// Sends what waits, and takes what arrives meanwhile: a server that cannot send does not read.
        private func flush() throws(DatabaseError) {
            while true {
                switch unsafe PQflush(handle) {
                case 0: return
                case 1:
                    if try awaitSocket(POLLIN | POLLOUT), unsafe PQconsumeInput(handle) != 1 { throw lost() }
                default: throw lost()
                }
            }
        }

        /// Reads the answers of pipelines that were sent without waiting.
        private func readPrevious() throws(DatabaseError) {
            while unread > 0 {
                // The server may have ended the connection since then, and says why.
                if let fault = try readResult().fault(connection: self), !isUsable { throw fault }
                try readSynchronization()
                unread -= 1
            }
        }

        /// Returns the result of one statement. In a pipeline, its results end with a null pointer.
        private func readResult() throws(DatabaseError) -> PostgreSQLResult {
            guard let result = try nextResult() else { throw lost("the server's answer is out of order") }
            guard try nextResult() == nil else { throw lost("the server's answer is out of order") }
            return result
        }

        private func readSynchronization() throws(DatabaseError) {
            guard let result = try nextResult(), result.isSynchronization else {
                throw lost("the server's answer is out of order")
            }
        }

        private func nextResult() throws(DatabaseError) -> PostgreSQLResult? {
            while unsafe PQisBusy(handle) != 0 {
                _ = try awaitSocket(POLLIN)
                guard unsafe PQconsumeInput(handle) == 1 else { throw lost() }
            }
            return unsafe PQgetResult(handle).map { unsafe PostgreSQLResult($0) }
        }

        /// Waits until the socket is ready. Returns true if there may be something to read.
        private func awaitSocket(_ events: Int32) throws(DatabaseError) -> Bool {
            let (now, limit) = (MonotonicTime.now(), waitLimit)
            let deadline = patience.map { patience in
                let end = now + patience
                return limit.map { max(min(end, $0), now + .seconds(1)) } ?? end
            }
            var entry = pollfd(fd: unsafe PQsocket(handle), events: Int16(events), revents: 0)
            do throws(SystemError) {
                let count = try systemCall("poll") {
                    let rest = deadline.map { Int32(clamping: $0.nanoseconds(since: .now()) / 1_000_000 + 1) } ?? -1
                    return unsafe poll(&entry, 1, rest)
                }
                if count > 0 { return Int32(entry.revents) & ~POLLOUT != 0 }
            } catch {
                throw lost("\(error)")
            }
            throw lost("the server has not answered for long", .unreachable)
        }

        /// Ends the connection, and returns the error for its transaction.
        func lost(_ cause: String? = nil, _ reason: DatabaseError.Reason = .connectionLost) -> DatabaseError {
            isUsable = false
            pending = []
            return DatabaseError(reason, cause: cause ?? message)
        }

        /// Ends the use of the connection after its server refused to write.
        func retire() { isUsable = false }

        private var message: String {
            unsafe String(cString: PQerrorMessage(handle)).words(between: "\n").joined(separator: "; ")
        }
    }

    /// The warnings of a server.
    private final class Warnings {
        private(set) var first: String?

        func clear() { first = nil }

        func note(_ result: OpaquePointer?) {
            guard first == nil, unsafe PostgreSQLResult.field(.severity, of: result) == "WARNING" else { return }
            first = unsafe PostgreSQLResult.field(.message, of: result) ?? "unknown"
        }
    }

    /// Passes texts to a C function, as an array of pointers that ends with a null pointer.
    private func withStrings<Result>(
        _ texts: [String], _ body: (UnsafePointer<UnsafePointer<CChar>?>) -> Result
    ) -> Result {
        let bytes = texts.map { Array($0.utf8CString) }
        let joined = bytes.flatMap { $0 }
        return unsafe joined.withUnsafeBufferPointer { all in
            var pointers: [UnsafePointer<CChar>?] = unsafe []
            var offset = 0
            for text in bytes {
                unsafe pointers.append(all.baseAddress.map { unsafe $0 + offset })
                offset += text.count
            }
            unsafe pointers.append(nil)
            return unsafe pointers.withUnsafeBufferPointer { list in
                guard let start = list.baseAddress else {
                    preconditionFailure("an array that is not empty has an address")
                }
                return unsafe body(start)
            }
        }
    }
#endif
