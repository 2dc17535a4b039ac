internal import Synchronization

/// The sessions that are in use, in memory: what a request looks at. Sharded, so that reactors hardly meet; bounded, so
/// that what is not in use is in the store alone.
final class SessionCache: Sendable {
    /// Two halves: when the newer one is full the older one is forgotten.
    private struct Shard {
        var newer: [SessionKey: Session] = [:]
        var older: [SessionKey: Session] = [:]
    }

    private final class Box: Sendable {
        let shard = Mutex(Shard())
    }

    private let shards: [Box]
    private let half: Int

    init(capacity: Int) {
        shards = (0..<16).map { _ in Box() }
        half = max(1, capacity / 32)
    }

    subscript(key: SessionKey) -> Session? {
        shards[key.shard & 15].shard.withLock { shard in
            if let session = shard.newer[key] { return session }
            guard let session = shard.older[key] else { return nil }
            insert(session, into: &shard)
            return session
        }
    }

    /// Keeps a session, unless a later renewal of it is kept already.
    func insert(_ session: Session) {
        shards[session.key.shard & 15].shard.withLock { shard in
            let known = shard.newer[session.key] ?? shard.older[session.key]
            guard known.map({ $0.version <= session.version }) ?? true else { return }
            insert(session, into: &shard)
        }
    }

    func remove(_ key: SessionKey) {
        shards[key.shard & 15].shard.withLock { shard in
            shard.newer[key] = nil
            shard.older[key] = nil
        }
    }

    func removeAll() {
        for box in shards { box.shard.withLock { $0 = Shard() } }
    }

    private func insert(_ session: Session, into shard: inout Shard) {
        if shard.newer.count >= half {
            shard.older = shard.newer
            shard.newer = [:]
        }
        shard.older[session.key] = nil
        shard.newer[session.key] = session
    }
}
