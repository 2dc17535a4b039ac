internal import Synchronization
internal import Threads
public import Time

/// The store: one SQLite file, one thread that writes it and several that read.
///
/// Closures run synchronously on those threads, inside a transaction, and must have no effect but on the store; what
/// follows a COMMIT stands in ``WriteOutcome/commit(_:publish:)``. A write should take at most 20 ms, for everybody
/// else's waits behind it; what takes longer is done in several. No closure may call the blocking functions.
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

    /// Opens the file and brings it to the schemas' last migrations.
    ///
    /// - Parameters:
    ///   - schemas: all that the program knows; one that only the file knows is refused as `schemaTooNew`.
    ///   - isMade: whether a missing file is made (mode 0600). If not, a file that is missing, or holds no store, is
    ///     refused as `cannotOpen`.
    ///   - readers: the most threads that read; they are started when they are needed.
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

    /// When the store last answered a commit or the follower; the measure for "no contact with the store".
    public var lastContact: MonotonicTime { contact.last }

    /// Calls `onChange` when another process has written, at most once an interval, on a thread of its own.
    ///
    /// Once for a database: a second follower would miss what the first one has seen.
    ///
    /// It may also be called for a write of this process; never too rarely. Where it throws, it is called again after
    /// the next interval. Asks every interval whether the store
    /// answers, for ``lastContact``.
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

    /// Finishes what is queued, then ends the threads; later calls fail as `closed`. Blocks until all is done.
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
                    // Nothing was written; what a failed end would leave open is undone before the next read.
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
