internal import Caches
internal import Cryptography
internal import Snapshots
internal import Synchronization

/// The sessions in use, held in memory for requests. The cache is sharded to avoid contention between reactors, and
/// limited in bytes. All other sessions are only in the store.
final class SessionCache: Sendable {
    private static let count = 16

    private final class Shard: Sendable {
        let sessions: Mutex<BoundedCache<SessionKey, Session>>

        init(bytes: Int, entries: Int) {
            sessions = Mutex(BoundedCache(bytes: bytes, entries: entries))
        }
    }

    private let shards: [Shard]
    /// The actions that run after sessions were removed, most often because they ended.
    let watchers = Watchers()

    /// - Parameters:
    ///   - capacity: the maximum number of sessions.
    ///   - bytes: the maximum memory of all sessions.
    init(capacity: Int, bytes: Int) {
        shards = (0..<SessionCache.count).map { _ in
            Shard(bytes: bytes / SessionCache.count, entries: max(2, capacity / SessionCache.count))
        }
    }

    /// The memory used by all sessions, in bytes.
    var bytes: Int { shards.reduce(0) { $0 + $1.sessions.withLock { $0.bytes } } }

    private func shard(of key: SessionKey) -> Shard { shards[key.shard % SessionCache.count] }

    subscript(key: SessionKey) -> Session? {
        shard(of: key).sessions.withLock { $0.value(for: key) }
    }

    /// Caches a session, unless a later renewal of it is already cached.
    ///
    /// - Parameter isWanted: called under the shard's lock, so that a ``removeAll()`` after it removes the session. If it
    ///   returns false, the session leaves the cache, because an earlier version must not stay there.
    func insert(_ session: Session, where isWanted: () -> Bool) {
        shard(of: session.key).sessions.withLock { sessions in
            guard isWanted() else {
                sessions.remove(session.key)
                return
            }
            guard sessions.peek(session.key).map({ $0.version <= session.version }) ?? true else { return }
            sessions.insert(session, for: session.key, bytes: session.memory)
        }
    }

    func remove(_ key: SessionKey) {
        shard(of: key).sessions.withLock { $0.remove(key) }
        watchers.notify()
    }

    func removeAll() {
        for shard in shards {
            // The sessions are freed after the lock, because freeing thousands of them takes milliseconds.
            _ = shard.sessions.withLock { sessions in
                defer { sessions.removeAll() }
                return sessions
            }
        }
        watchers.notify()
    }
}
