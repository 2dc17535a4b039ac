internal import Synchronization
internal import Threads
public import Time

/// The store: a SQLite file, or a database of PostgreSQL; one writer thread and several reader threads.
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

    /// The time after which a write or read fails if the server is silent.
    static let patience: Duration = .seconds(10)

    /// The place of the store.
    public let location: StoreLocation
    /// The name of this process among those that claim work; arbitrary.
    package let holder = (0..<2).map { _ in String(UInt64.random(in: 0 ... .max), radix: 36) }.joined()
    /// True if changes of other processes are only noticed by polling, because a pooler keeps notifications away and the
    /// location knows no way past it.
    public let onlyPolls: Bool
    private let engine: any Engine
    private let writer: Writer
    let readers: Readers
    let contact: StoreContact
    private let workers: Mutex<Workers>

    /// Opens the store and applies the schemas' missing migrations.
    ///
    /// - Parameters:
    ///   - schemas: all schemas that the program knows; see ``Schema`` for stores of other programs.
    ///   - isMade: true if a missing file is created (mode 0600), or tables in an empty database. Otherwise a store that
    ///     is missing is refused as `cannotOpen`.
    ///   - isMigrated: false to leave the tables as they are. A store that is older than the release before is then
    ///     refused as `schemaTooOld`.
    ///   - readers: the most reader threads; they start on demand. Nil for 4, or for what the location allows.
    public init(
        at location: StoreLocation, schemas: [Schema], isMade: Bool = true, isMigrated: Bool = true, readers: Int? = nil
    ) throws(DatabaseError) {
        let engine = try location.engine()
        let connection = try engine.connect(for: isMade && isMigrated ? .making : .writing)
        if !isMade, try !connection.holdsStore {
            throw DatabaseError(.cannotOpen, cause: "\(engine.place) holds no store")
        }
        if isMigrated { try connection.migrate(to: schemas) } else { try connection.verify(schemas) }
        let version = try ChangeTable.version(Transaction(on: connection))
        self.location = location
        self.engine = engine
        onlyPolls = connection.isPooled && !location.knowsDirectWay
        let contact = StoreContact(version: version)
        let writer = Writer(engine, contact: contact, first: connection)
        self.contact = contact
        self.writer = writer
        self.readers = Readers(engine, limit: readers ?? location.mostReaders)
        workers = Mutex(Workers(writer: try SystemThread.forStore { writer.run() }))
    }

    /// Opens a SQLite file: see ``init(at:schemas:isMade:isMigrated:readers:)``.
    public convenience init(path: String, schemas: [Schema], isMade: Bool = true) throws(DatabaseError) {
        try self.init(at: .sqlite(path: path), schemas: schemas, isMade: isMade)
    }

    deinit {
        close()
    }

    /// The time of which the rows in memory are known to be current: the beginning of the last poll whose changes were
    /// taken up. Before the first one, the time at which the store was opened.
    public var lastContact: MonotonicTime { contact.last }

    /// True if several processes may serve the store at once. A SQLite file has one; commands may write to it too.
    public var isShared: Bool { if case .postgreSQL = location { true } else { false } }

    /// The writes that wait for the writer, the reader threads, and those of them that wait for work; for metrics.
    public var load: (waitingWrites: Int, readers: Int, idleReaders: Int) {
        let (threads, idle) = readers.counts
        return (writer.waiting, threads, idle)
    }

    /// Calls `onChange` after another process has written, on a separate thread.
    ///
    /// Each database has at most one follower: a second one would miss the changes that the first one has seen.
    ///
    /// Blocking reads of `onChange` run on the follower's own connection: they wait for no other read, and see what the poll
    /// has seen. Writes of this process may also cause a call; a foreign write never goes unnoticed. If `onChange` throws, it is
    /// called again after the next poll, with the same changes at least. Each poll whose changes are taken up updates
    /// ``lastContact``.
    ///
    /// - Parameter interval: the time between two polls; nil for 250 milliseconds (SQLite), or 500 milliseconds or until
    ///   a notification (PostgreSQL).
    public func follow(
        every interval: Duration? = nil,
        _ onChange: @escaping @Sendable (StoreChanges) throws(DatabaseError) -> Void
    ) throws(DatabaseError) {
        precondition(workers.withLock { $0.followers.isEmpty }, "a database has one follower")
        let follower = Follower(engine, every: interval, contact: contact, onChange: onChange)
        contact.beginFollowing(by: follower.signal)
        let thread = try SystemThread.forStore { follower.run() }
        let isClosed = workers.withLock { workers in
            if !workers.isClosed { workers.followers.append((follower, thread)) }
            return workers.isClosed
        }
        if isClosed { follower.close() }
    }

    /// Polls once for what was written since the last poll, in place of a follower. Blocks.
    public func poll(_ onChange: (StoreChanges) throws(DatabaseError) -> Void) {
        Follower.poll(engine.makePoller(), contact, onChange)
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
        let end = MonotonicTime.now() + Database.patience
        readers.submit { connection, isLast in
            let result = Result { () throws(DatabaseError) in
                let connection = try connection.get()
                connection.limitWaits(until: end)
                return try connection.read(body)
            }
            if !isLast, case .failure(let error) = result, error.allowsAnotherConnection { return false }
            answer(result)
            return true
        }
    }
}

extension StoreLocation {
    fileprivate var knowsDirectWay: Bool {
        if case .postgreSQL(let address) = self { address.direct != nil } else { true }
    }

    /// One connection of the limit is the writer's.
    fileprivate var mostReaders: Int {
        switch self {
        case .sqlite: 4
        case .postgreSQL(let address): address.connections - 1
        }
    }
}
