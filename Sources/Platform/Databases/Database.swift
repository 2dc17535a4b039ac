internal import Synchronization
internal import Threads
public import Time

/// The store: one SQLite file, one writer thread and several reader threads.
///
/// Closures run synchronously on those threads, inside a transaction, and must affect only the store. Effects that
/// follow a COMMIT belong in ``WriteOutcome/commit(_:publish:)``. A write should take at most 20 ms, because all other
/// writes wait behind it; split longer work. Closures must not call the blocking functions.
public final class Database: Sendable {
    private struct Workers {
        var writer: SystemThread?
        var followers: [(Follower, SystemThread)] = []
        var isClosed = false
    }

    public let path: String
    private let writer: Writer
    fileprivate let readers: Readers
    private let contact: StoreContact
    private let workers: Mutex<Workers>

    /// Opens the file and applies the schemas' missing migrations.
    ///
    /// - Parameters:
    ///   - schemas: all schemas that the program knows; one that only the file knows is refused as `schemaTooNew`.
    ///   - isMade: true if a missing file is created (mode 0600). Otherwise a file that is missing, or holds no store,
    ///     is refused as `cannotOpen`.
    ///   - readers: the most reader threads; they start on demand.
    public init(path: String, schemas: [Schema], isMade: Bool = true, readers: Int = 4) throws(DatabaseError) {
        let connection = try Connection(path: path, for: isMade ? .making : .writing)
        if !isMade, try !connection.holdsStore { throw DatabaseError(.cannotOpen, cause: "\(path) holds no store") }
        try connection.migrate(to: schemas)
        let version = try Transaction(on: connection).first("SELECT version FROM store_version") {
            row throws(DatabaseError) in row.integer(0)
        }
        self.path = path
        let contact = StoreContact(version: version ?? 0)
        let writer = Writer(connection: connection, contact: contact)
        self.contact = contact
        self.writer = writer
        self.readers = Readers(path: path, limit: readers)
        workers = Mutex(Workers(writer: try SystemThread.forStore { writer.run() }))
    }

    deinit {
        close()
    }

    /// Time of the last contact with the store: a commit or a poll of the follower.
    public var lastContact: MonotonicTime { contact.last }

    /// Calls `onChange` after another process has written, at most once per interval, on a separate thread.
    ///
    /// Each database has at most one follower: a second one would miss the changes that the first one has seen.
    ///
    /// Writes of this process may also cause a call; a foreign write never goes unnoticed. If `onChange` throws, it is
    /// called again after the next interval. The store is polled every interval, which also updates ``lastContact``.
    public func follow(
        every interval: Duration = .milliseconds(250), _ onChange: @escaping @Sendable () throws(DatabaseError) -> Void
    ) throws(DatabaseError) {
        precondition(workers.withLock { $0.followers.isEmpty }, "a database has one follower")
        let follower = Follower(path: path, every: interval, contact: contact, onChange: onChange)
        let thread = try SystemThread.forStore { follower.run() }
        let isClosed = workers.withLock { workers in
            if !workers.isClosed { workers.followers.append((follower, thread)) }
            return workers.isClosed
        }
        if isClosed { follower.close() }
    }

    /// Finishes queued work, then ends the threads; later calls fail as `closed`. Blocks until all threads have ended.
    public func close() {
        let ending = workers.withLock { workers in
            defer { workers = Workers(isClosed: true) }
            return workers
        }
        for (follower, _) in ending.followers { follower.close() }
        writer.close()
        for (_, thread) in ending.followers { thread.join() }
        ending.writer?.join()
        readers.close()
    }

    func submitWrite<Value: Sendable, Refusal: Error>(
        _ body: @escaping Write<Value, Refusal>.Body, answer: @escaping @Sendable (Write<Value, Refusal>.Answer) -> Void
    ) {
        writer.submit(Write(body, answer: answer))
    }

    func submitRead<Value: Sendable>(
        _ body: @escaping @Sendable (Transaction) throws(DatabaseError) -> Value,
        answer: @escaping @Sendable (Result<Value, DatabaseError>) -> Void
    ) {
        readers.submit { connection in
            answer(
                Result { () throws(DatabaseError) in
                    let connection = try connection.get()
                    try connection.execute("BEGIN")
                    // A read writes nothing; the rollback also ends the transaction before the next read.
                    defer { connection.rollBack() }
                    return try body(Transaction(on: connection))
                })
        }
    }
}

extension Database {
    func submitComputation(_ body: @escaping @Sendable (Result<Void, DatabaseError>) -> Void) {
        readers.submit { connection in body(connection.map { _ in }) }
    }
}
