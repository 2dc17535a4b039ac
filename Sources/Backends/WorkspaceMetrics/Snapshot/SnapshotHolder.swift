internal import Databases
internal import Identities
internal import InventoryStore
internal import MetricsSnapshots
internal import Synchronization
internal import Time

/// An organization's place in memory: its snapshot, if it is loaded, and the load that is under way.
///
/// Commits of this process arrive here in their order, and those of other processes when they are taken up. A load may read a version before or after a commit that arrives
/// meanwhile. Those commits are therefore kept, and applied to what the load has read. Snapshots are made outside the
/// lock, which is held for a few instructions.
final class SnapshotHolder: Sendable {
    /// Receives the snapshot or the failure of a load.
    typealias Waiter = @Sendable (Result<MetricsSnapshot, DatabaseError>) -> Void

    private struct State {
        var snapshot: MetricsSnapshot?
        var isLoading = false
        /// True if the load under way may have read content that the store has lost since.
        var isVoid = false
        /// Commits during the load.
        var missed: [CommittedChange] = []
        /// The last committed version that this process knows. No request that begins later may see an earlier one.
        var required = 0
        /// Waiting requests, each with the version that it must see.
        var waiting: [(version: Int, waiter: Waiter)] = []
    }

    let organization: OrganizationID
    private let state = Mutex(State())
    /// The last use, by the monotonic clock, in nanoseconds.
    private let usedAt = Atomic<UInt64>(0)
    private let memory: MemoryUse

    init(_ organization: OrganizationID, counting memory: MemoryUse) {
        self.organization = organization
        self.memory = memory
    }

    // MARK: Reading

    /// The snapshot; nil if it is not loaded.
    var snapshot: MetricsSnapshot? { state.withLock { $0.snapshot } }

    /// True if the snapshot is loaded or about to be.
    var isHeld: Bool { state.withLock { $0.snapshot != nil || $0.isLoading } }

    var lastUse: UInt64 { usedAt.load(ordering: .relaxed) }

    /// Notes that a request uses the snapshot.
    func use() { usedAt.store(MonotonicTime.now().nanoseconds, ordering: .relaxed) }

    // MARK: Loading

    /// Passes the snapshot to a waiter, now or after the load.
    ///
    /// - Returns: true if the caller must perform the load.
    func wait(_ waiter: @escaping Waiter) -> Bool {
        let (snapshot, isFirst): (MetricsSnapshot?, Bool) = state.withLock { state in
            if let snapshot = state.snapshot { return (snapshot, false) }
            state.waiting.append((state.required, waiter))
            defer { state.isLoading = true }
            return (nil, !state.isLoading)
        }
        if let snapshot { waiter(.success(snapshot)) }
        return isFirst
    }

    /// Takes the result of a read. If this process committed meanwhile, the commits are applied.
    ///
    /// - Returns: true if the caller must read once more, because a version is committed that is still missing.
    func finish(_ result: Result<MetricsSnapshot, DatabaseError>) -> Bool {
        let read: MetricsSnapshot
        switch result {
        case .success(let snapshot): read = snapshot
        case .failure(let error):
            end(with: error)
            return false
        }
        var loaded = read
        while true {
            let missed = state.withLock { state in
                defer { state.missed = [] }
                return state.missed
            }
            for change in missed { loaded = loaded.applying(change) ?? loaded }
            let outcome = state.withLock { state -> (served: [Waiter], snapshot: MetricsSnapshot, isAgain: Bool)? in
                if state.isVoid {
                    (state.isVoid, state.missed) = (false, [])
                    return ([], loaded, true)
                }
                guard state.missed.isEmpty else { return nil }
                var newest = loaded
                if let snapshot = state.snapshot, snapshot.version >= loaded.version { newest = snapshot }
                if newest.version >= state.required { set(newest, in: &state) }
                let served = state.waiting.filter { $0.version <= newest.version }
                state.waiting.removeAll { $0.version <= newest.version }
                let isAgain = newest.version < state.required
                state.isLoading = isAgain
                return (served.map(\.waiter), newest, isAgain)
            }
            guard let outcome else { continue }
            for waiter in outcome.served { waiter(.success(outcome.snapshot)) }
            return outcome.isAgain
        }
    }

    private func end(with error: DatabaseError) {
        let waiting = state.withLock { state in
            defer { (state.isLoading, state.isVoid, state.missed, state.waiting) = (false, false, [], []) }
            return state.waiting
        }
        for (_, waiter) in waiting { waiter(.failure(error)) }
    }

    // MARK: Commits

    /// Applies a commit of this process, or what other processes have committed.
    ///
    /// - Returns: true if the caller must perform a load, because a commit before it is not known.
    func publish(_ change: CommittedChange) -> Bool {
        let version = change.state.version
        var next = state.withLock { state in
            state.required = max(state.required, version)
            if state.isLoading { state.missed.append(change) }
            return state.snapshot
        }
        while let current = next {
            let changed = current.applying(change)
            var isLoading = false
            next = state.withLock { state in
                // A load, a new day or a lack of memory replaced the snapshot: begin with the new one.
                guard state.snapshot === current else { return state.snapshot }
                set(changed, in: &state)
                if changed == nil { isLoading = beginLoading(&state) }
                return nil
            }
            if isLoading { return true }
        }
        return false
    }

    /// Replaces the snapshot after an import.
    ///
    /// - Parameters:
    ///   - version: the version of the import.
    ///   - snapshot: nil if it was not prepared, because the organization was not in memory.
    /// - Returns: true if the caller must perform a load.
    func publish(_ snapshot: MetricsSnapshot?, version: Int) -> Bool {
        state.withLock { state in
            state.required = max(state.required, version)
            guard let current = state.snapshot, current.version < version else {
                if state.isLoading, let snapshot { set(snapshot, in: &state) }
                return false
            }
            set(snapshot, in: &state)
            return snapshot == nil && beginLoading(&state)
        }
    }

    /// Begins anew with what the store has now: it may have lost what is in memory, after a failover for example.
    ///
    /// - Returns: true if the caller must perform a load.
    func reset(to current: InventoryState) -> Bool {
        state.withLock { state in
            (state.required, state.missed) = (current.version, [])
            state.waiting = state.waiting.map { (min($0.version, current.version), $0.waiter) }
            state.isVoid = state.isLoading
            guard let snapshot = state.snapshot,
                snapshot.version != current.version || snapshot.state.tag != current.tag
            else { return false }
            set(nil, in: &state)
            return beginLoading(&state)
        }
    }

    /// Replaces the snapshot by one that is made from it; nil leaves it. May call `make` several times.
    func change(_ make: (MetricsSnapshot) -> MetricsSnapshot?) {
        while let current = snapshot, let changed = make(current) {
            let isDone = state.withLock { state in
                guard state.snapshot === current else { return false }
                set(changed, in: &state)
                return true
            }
            if isDone { return }
        }
    }

    /// Gives up the snapshot. The next request loads it again.
    func giveUp() { state.withLock { set(nil, in: &$0) } }

    /// - Returns: true if the caller must perform the load.
    private func beginLoading(_ state: inout State) -> Bool {
        defer { state.isLoading = true }
        return !state.isLoading
    }

    private func set(_ snapshot: MetricsSnapshot?, in state: inout State) {
        memory.add((snapshot?.bytes ?? 0) - (state.snapshot?.bytes ?? 0))
        state.snapshot = snapshot
    }
}

/// The estimated size of all snapshots, in bytes.
final class MemoryUse: Sendable {
    private let total = Atomic<Int>(0)

    var bytes: Int { total.load(ordering: .relaxed) }

    func add(_ bytes: Int) { total.wrappingAdd(bytes, ordering: .relaxed) }
}

/// The snapshots in memory.
final class SnapshotMemory: Sendable {
    private let holders = Mutex<[OrganizationID: SnapshotHolder]>([:])
    let use = MemoryUse()

    /// Returns the place of an organization, which is made at the first request.
    func holder(of organization: OrganizationID) -> SnapshotHolder {
        holders.withLock { holders in
            if let holder = holders[organization] { return holder }
            let holder = SnapshotHolder(organization, counting: use)
            holders[organization] = holder
            return holder
        }
    }

    /// Returns the place of an organization; nil if no request has asked for it.
    func existing(_ organization: OrganizationID) -> SnapshotHolder? { holders.withLock { $0[organization] } }

    /// The organizations whose snapshots are loaded or about to be.
    var held: [SnapshotHolder] { holders.withLock { Array($0.values) }.filter(\.isHeld) }

    /// Gives up snapshots until the rest fits into a number of bytes, the least recently used first. The last used one
    /// stays, whatever its size.
    func trim(to limit: Int) {
        guard use.bytes > limit else { return }
        for holder in held.map({ ($0.lastUse, $0) }).sorted(by: { $0.0 < $1.0 }).map(\.1).dropLast() {
            holder.giveUp()
            if use.bytes <= limit { return }
        }
    }
}
