public import Cryptography
public import Databases
internal import Snapshots
internal import Synchronization
internal import Threads
public import Time

/// The sessions of people: durable in the database, and in memory while they are used.
///
/// Whoever has a ``SessionKey`` finds a session; only a browser has the token that leads there. Claims, refresh
/// tokens and ID tokens are sealed for their session: a row that is copied to another one opens no more.
public final class SessionStore: Sendable {
    let database: Database
    let cache: SessionCache
    let now: @Sendable () -> Timestamp
    private let box: Published<SealedBox?>
    /// Up to when changes of other processes were taken up, in milliseconds.
    private let followedUntil = Atomic<Int64>(0)

    /// - Parameters:
    ///   - database: opened with ``schema`` among its schemas.
    ///   - capacity: how many sessions are kept in memory; the others are read when they are used.
    ///   - memory: how many bytes they may take there.
    public init(
        database: Database, sealingWith box: SealedBox?, capacity: Int = 1 << 17, memory: Int = 128 << 20,
        now: @escaping @Sendable () -> Timestamp = { Timestamp.now() }
    ) {
        self.database = database
        self.box = Published(box)
        self.now = now
        cache = SessionCache(capacity: capacity, bytes: memory)
        followedUntil.store(nowInMilliseconds, ordering: .relaxed)
    }

    /// Takes up other keys. What they do not open is a session that ended.
    public func seal(with box: SealedBox?) {
        self.box.publish(box)
        cache.removeAll()
    }

    func currentBox() throws(CryptographyError) -> SealedBox {
        guard let box = box.read().value else { throw CryptographyError(.notSealedHere) }
        return box
    }

    var nowInMilliseconds: Int64 { now().nanoseconds / 1_000_000 }

    // MARK: Finding

    /// The session where it is in memory; `nil` says nothing about whether there is one.
    public func cached(_ key: SessionKey) -> Session? { cache[key] }

    /// The session, from memory or the store.
    public func session(_ key: SessionKey) async throws(DatabaseError) -> Session? {
        if let session = cache[key] { return session }
        let row = try await database.read { transaction throws(DatabaseError) in
            try SessionRow.find(key, transaction)
        }
        guard let row, let box = try? currentBox(), let session = row.session(key, box) else { return nil }
        cache.insert(session)
        // It may have ended between the reading and the keeping.
        let isThere: Void? = try await database.read { transaction throws(DatabaseError) in
            try transaction.first("SELECT 1 FROM session WHERE key = $1 AND ended_at IS NULL", .blob(key.bytes)) { _ in
            }
        }
        if isThere == nil {
            cache.remove(key)
            return nil
        }
        return session
    }

    /// Whether a session has not ended; for the transaction of what is done in it.
    public static func isLive(
        _ key: SessionKey, under lifetimes: SessionLifetimes, at now: Timestamp, _ transaction: Transaction
    ) throws(DatabaseError) -> Bool {
        try transaction.first(
            "SELECT 1 FROM session WHERE key = $1 AND ended_at IS NULL AND created_at > $2", .blob(key.bytes),
            .integer((now - lifetimes.absolute).seconds)
        ) { _ throws(DatabaseError) in true } ?? false
    }

    /// Notes that a session was used; written at most once a minute, and nobody waits for it.
    public func noteUse(of session: Session, at now: Timestamp) {
        guard session.use(at: now) else { return }
        database.writeInSlices { transaction throws(DatabaseError) in
            try transaction.execute(
                "UPDATE session SET used_at = $2 WHERE key = $1 AND used_at < $2", .blob(session.key.bytes),
                .integer(now.seconds))
            return false
        }
    }

    /// The refresh token of a session, opened.
    public func refreshToken(of session: Session) -> String? {
        open(session.refreshToken, "refresh token", session.key)
    }

    /// The ID token that the session began with.
    public func idToken(of session: Session) -> String? {
        open(session.idToken, "id token", session.key)
    }

    private func open(_ sealed: [UInt8]?, _ name: String, _ key: SessionKey) -> String? {
        guard let sealed, let box = try? currentBox(),
            let plain = try? box.open(sealed, context: SessionStore.context(name, key))
        else { return nil }
        return String(decoding: plain, as: UTF8.self)
    }

    static func context(_ name: String, _ key: SessionKey) -> [UInt8] {
        Array("gatehouse session \(name) 1 ".utf8) + key.bytes
    }

    // MARK: Other processes

    /// Forgets what other processes ended or renewed; for ``Databases/Database/follow(every:_:)``.
    public func takeUpChanges() throws(DatabaseError) {
        // Clocks of processes on one machine are one; the overlap is for commits that came late.
        let until = nowInMilliseconds
        // A clock that was set back since dates what is new before what is known.
        let since = min(followedUntil.load(ordering: .relaxed), until) - 60_000
        let changed = try database.readBlocking { transaction throws(DatabaseError) in
            try transaction.all("SELECT key, version, ended_at FROM session WHERE changed_at >= $1", .integer(since)) {
                row throws(DatabaseError) in
                (SessionKey(digest: row.blob(0)), row.integer(1), row.optionalInteger(2))
            }
        }
        for (key, version, endedAt) in changed {
            guard let kept = cache[key], endedAt != nil || kept.version < version else { continue }
            cache.remove(key)
        }
        followedUntil.store(until, ordering: .relaxed)
    }
}
