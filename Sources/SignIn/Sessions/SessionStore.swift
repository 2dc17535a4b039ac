public import Cryptography
public import Databases
public import Snapshots
internal import Synchronization
internal import Text
internal import Threads
public import Time
public import TimeZones

/// The sealing keys at one moment. Every replacement of the keys has another version.
struct SealingKeys: Sendable {
    let box: SealedBox
    let version: UInt64
}

/// The store of user sessions: durable in the database, and cached in memory while in use.
///
/// A session is found by its ``SessionKey``. Only the browser has the token from which the key is derived. Claims,
/// refresh tokens and ID tokens are sealed for their session, so they cannot be opened in another session's row.
public final class SessionStore: Sendable {
    let database: Database
    let cache: SessionCache
    let now: @Sendable () -> Timestamp
    /// The time zones that users may choose.
    public let timeZones: TimeZoneDatabase
    private let box: Published<SealedBox?>

    /// - Parameters:
    ///   - database: a database that was opened with ``schema``.
    ///   - capacity: the maximum number of cached sessions; others are read from the database on use.
    ///   - memory: the maximum size of the cache, in bytes.
    ///   - timeZones: the time zones that users may choose.
    public init(
        database: Database, sealingWith box: SealedBox?, capacity: Int = 1 << 17, memory: Int = 128 << 20,
        timeZones: TimeZoneDatabase = TimeZoneDatabase(), now: @escaping @Sendable () -> Timestamp = { Timestamp.now() }
    ) {
        self.database = database
        self.box = Published(box)
        self.now = now
        self.timeZones = timeZones
        cache = SessionCache(capacity: capacity, bytes: memory)
    }

    /// Counts the sessions at applications' hosts that other ones replaced.
    let replacedApps = AppSessionStore.Replacements()

    /// Replaces the sealing keys. Sessions that the new keys cannot open end.
    public func seal(with box: SealedBox?) {
        self.box.publish(box)
        cache.removeAll()
    }

    /// Returns true if these sealing keys are in force. They need not be replaced then, and the cache stays.
    public func isSealed(with box: SealedBox?) -> Bool {
        switch (currentKeys()?.box, box) {
        case (nil, nil): true
        case (let current?, let box?): current.hasKeys(of: box)
        case (_?, nil), (nil, _?): false
        }
    }

    /// Returns the sealing keys in force, or nil if there are none.
    func currentKeys() -> SealingKeys? {
        let reading = box.read()
        return reading.value.map { SealingKeys(box: $0, version: reading.version) }
    }

    /// Caches a session that was sealed or opened with these keys, unless they were replaced since.
    func keep(_ session: Session, sealedWith keys: SealingKeys) {
        cache.insert(session, where: { box.version == keys.version })
    }

    // MARK: Lookup

    /// The actions that run after sessions have ended, here or in another process.
    public var watchers: Watchers { cache.watchers }

    /// Returns the session if it is cached. Nil does not mean that the session does not exist.
    public func cached(_ key: SessionKey) -> Session? { cache[key] }

    /// Returns the session from the cache or the store, or nil if it does not exist.
    public func session(_ key: SessionKey) async throws(DatabaseError) -> Session? {
        if let session = cache[key] { return session }
        let timeZones = timeZones
        let row = try await database.read { transaction throws(DatabaseError) in
            try SessionRow.find(key, timeZones, transaction)
        }
        guard let row, let keys = currentKeys(), let session = row.session(key, keys.box) else { return nil }
        keep(session, sealedWith: keys)
        // Between the read and the insertion, the session may have ended, its claims may have been renewed, and the user may
        // have chosen another time zone.
        let later: (version: Int, zone: String?)?
        do throws(DatabaseError) {
            later = try await database.read { transaction throws(DatabaseError) in
                try transaction.first(
                    """
                    SELECT version, time_zone FROM session LEFT JOIN user_setting USING (issuer, subject)
                    WHERE key = $1 AND ended_at IS NULL
                    """, .blob(key.bytes)
                ) { row throws(DatabaseError) in (version: row.integer(0), zone: row.optionalText(1)) }
            }
        } catch {
            // It may have ended.
            cache.remove(key)
            throw error
        }
        if later?.version != session.version || !(later?.zone).isExactly(session.zone?.name) { cache.remove(key) }
        return later == nil ? nil : session
    }

    /// Returns the session as the store has it, which another process may have used since it was cached; nil if it has
    /// ended.
    public func sessionRead(anew key: SessionKey) async throws(DatabaseError) -> Session? {
        cache.remove(key)
        return try await session(key)
    }

    /// Returns true if a session has not ended, and its stored claims are those of the given value. Used by transactions
    /// that depend on the session: a renewal may have taken a role away since the value was read.
    public static func isCurrent(
        _ session: Session, under lifetimes: SessionLifetimes, at now: Timestamp, _ transaction: Transaction
    ) throws(DatabaseError) -> Bool {
        let version = try transaction.first(
            "SELECT version FROM session WHERE key = $1 AND ended_at IS NULL AND created_at > $2",
            .blob(session.key.bytes), .integer((now - lifetimes.absolute).seconds)
        ) { row throws(DatabaseError) in row.integer(0) }
        return version == session.version
    }

    /// Records a use of a session. The store is updated in the background: at most once per minute, or ten times within
    /// the time that a session may be idle. Another process sees a use that late.
    public func noteUse(of session: Session, under lifetimes: SessionLifetimes, at now: Timestamp) {
        guard session.use(at: now, writtenAfter: min(60, Int64(lifetimes.idle.components.seconds / 10))) else { return }
        database.writeInSlices { transaction throws(DatabaseError) in
            try transaction.execute(
                "UPDATE session SET used_at = $2 WHERE key = $1 AND used_at < $2", .blob(session.key.bytes),
                .integer(now.seconds))
            return false
        }
    }

    /// Returns the opened refresh token of a session, or nil if there is none or it cannot be opened.
    public func refreshToken(of session: Session) -> String? {
        open(session.refreshToken, "refresh token", session.key)
    }

    /// Returns the ID token of the session's sign-in, or nil if there is none or it cannot be opened.
    public func idToken(of session: Session) -> String? {
        open(session.idToken, "id token", session.key)
    }

    private func open(_ sealed: [UInt8]?, _ name: String, _ key: SessionKey) -> String? {
        guard let sealed, let keys = currentKeys(),
            let plain = try? keys.box.open(sealed, context: SessionStore.context(name, key))
        else { return nil }
        return String(decoding: plain, as: UTF8.self)
    }

    static func context(_ name: String, _ key: SessionKey) -> [UInt8] {
        Array("gatehouse session \(name) 1 ".utf8) + key.bytes
    }

    // MARK: Other processes

    /// Removes sessions from the cache that other processes ended or renewed, or whose user chose another time zone. For
    /// ``Databases/Database/follow(every:_:)``.
    public func takeUp(_ changes: StoreChanges) {
        if changes.keys(of: StoreChange.appSession)?.isEmpty != true { replacedApps.note() }
        guard let keys = changes.keys(of: StoreChange.session) else { return cache.removeAll() }
        for key in keys {
            guard let bytes = Base64URL.decode(key.text) else { return cache.removeAll() }
            cache.remove(SessionKey(stored: bytes))
        }
    }
}

extension StoreChange {
    static let session = "session"
    static let appSession = "app_session"

    init(_ key: SessionKey) {
        self.init(StoreChange.session, Base64URL.encode(key.bytes))
    }
}
