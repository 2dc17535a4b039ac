internal import Synchronization
internal import Time

/// The time of the last contact with the store, and the store versions that this process knows.
final class StoreContact: Sendable {
    fileprivate struct Versions {
        /// The version up to which changes of other processes were taken up.
        var followed: Int
        /// The versions after it that this process has written, and whose results are in memory.
        var own: Set<Int> = []
        /// The follower; nil while nothing reads the versions.
        var follower: FollowerSignal?
        /// The number of times that a take-up has begun or ended: it is odd during one.
        var turns = 0
        /// The first version that is taken up again after the take-up under way.
        var again = Int.max
    }

    private let moment = Atomic<UInt64>(MonotonicTime.now().nanoseconds)
    private let versions: Mutex<Versions>

    init(version: Int) {
        versions = Mutex(Versions(followed: version))
    }

    /// What is in memory is as old as this time at most.
    var last: MonotonicTime { MonotonicTime(nanoseconds: moment.load(ordering: .acquiring)) }

    var followed: Int { versions.withLock { $0.followed } }

    /// Begins to note the versions that this process writes.
    func beginFollowing(by follower: FollowerSignal) {
        versions.withLock { $0.follower = follower }
    }

    /// Publishes the results of a commit of this process.
    ///
    /// The follower may have read a newer change of another process, which an older result must not replace in memory for
    /// good. If a take-up overlaps with the publishing, or has passed the version, then the version and all after it are
    /// taken up again.
    ///
    /// - Parameters:
    ///   - version: the version of the commit; nil if nothing was written.
    ///   - time: a time before the commit.
    func publish(_ version: Int?, committedAfter time: MonotonicTime, _ results: () -> Void) {
        let turns = versions.withLock { $0.turns }
        results()
        guard let version else { return }
        versions.withLock { versions in
            guard let follower = versions.follower else { return }
            if version > versions.followed, turns == versions.turns, turns.isMultiple(of: 2) {
                versions.own.insert(version)
                return
            }
            if versions.turns.isMultiple(of: 2) {
                versions.followed = min(versions.followed, version &- 1)
            } else {
                versions.again = min(versions.again, version)
            }
            moment.store(min(last.nanoseconds, time.nanoseconds), ordering: .releasing)
            follower.hurry()
        }
    }

    /// Passes what other processes have changed to `onChange`. If it throws, nothing counts as taken up.
    ///
    /// - Parameter time: a time before the poll.
    func takeUp(
        _ reading: ChangeReading, asOf time: MonotonicTime,
        _ onChange: (StoreChanges) throws(DatabaseError) -> Void
    ) throws(DatabaseError) {
        let changes = versions.withLock { versions in
            let changes = versions.foreign(reading)
            if changes != nil { versions.turns += 1 }
            return changes
        }
        var isTakenUp = false
        defer {
            versions.withLock { versions in
                if changes != nil { versions.turns += 1 }
                if isTakenUp { versions.followed = reading.version }
                // Versions that were published meanwhile are read again, and are older than what was taken up.
                if versions.again <= versions.followed {
                    versions.followed = versions.again &- 1
                } else if isTakenUp {
                    moment.store(time.nanoseconds, ordering: .releasing)
                }
                versions.again = .max
                versions.own = versions.own.filter { $0 > versions.followed }
            }
        }
        if let changes { try onChange(changes) }
        isTakenUp = true
    }
}

extension StoreContact.Versions {
    /// Returns what other processes have changed, or nil if they have changed nothing.
    ///
    /// An own write whose results are not in memory yet counts as foreign too. A foreign write never counts as an own one.
    fileprivate func foreign(_ reading: ChangeReading) -> StoreChanges? {
        guard reading.version != followed else { return nil }
        // A full list may end within the changes of its last version.
        guard reading.changes.count < ChangeTable.most else { return .all }
        var changes: Set<StoreChange> = []
        var last = followed
        for (version, change) in reading.changes {
            // Versions follow one another without a gap. A gap was made by a program that records no changes, or its
            // record is deleted.
            guard version == last || version == last &+ 1 else { return .all }
            last = version
            if own.contains(version) || change.topic.isEmpty { continue }
            if change == ChangeTable.everything { return .all }
            changes.insert(change)
        }
        guard last == reading.version else { return .all }
        return changes.isEmpty ? nil : .some(changes)
    }
}
