internal import Synchronization
internal import Text
internal import Time

/// The time of the last contact with the store, and the store versions that this process knows.
final class StoreContact: Sendable {
    fileprivate struct Versions {
        /// The version up to which changes of other processes were taken up.
        var followed: StoreVersion
        /// The versions after it that this process has written, and whose results are in memory, with their marks.
        var own: [Int: String] = [:]
        /// The latest version that this process has written or taken up.
        var latest: Int
        /// True if the last poll found an earlier version.
        var isBehind = false
        /// The follower; nil while nothing reads the versions.
        var follower: FollowerSignal?
        /// The number of times that a take-up has begun or ended: it is odd during one.
        var turns = 0
        /// The first version that is taken up again after the take-up under way.
        var again = Int.max

        /// Takes up a version again, and all after it.
        mutating func rewind(to version: Int) {
            guard version <= followed.number else { return }
            followed = StoreVersion(number: version &- 1, mark: nil)
        }
    }

    /// What was known before a poll.
    struct PollBegin {
        let time: MonotonicTime
        let latest: Int
    }

    private let moment = Atomic<UInt64>(MonotonicTime.now().nanoseconds)
    private let versions: Mutex<Versions>

    init(version: StoreVersion) {
        versions = Mutex(Versions(followed: version, latest: version.number))
    }

    /// What is in memory is as old as this time at most.
    var last: MonotonicTime { MonotonicTime(nanoseconds: moment.load(ordering: .acquiring)) }

    var followed: Int { versions.withLock { $0.followed.number } }

    /// The version up to which changes of other processes are in memory, and those after it that this process has written
    /// and that are in memory too.
    var known: (version: Int, own: [Int: String]) { versions.withLock { ($0.followed.number, $0.own) } }

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
    func publish(_ version: StoreVersion?, committedAfter time: MonotonicTime, _ results: () -> Void) {
        func age() { moment.store(min(last.nanoseconds, time.nanoseconds), ordering: .releasing) }
        let turns = versions.withLock { versions in
            // The older result is in memory before the follower can mend that.
            let isLate = version.map { $0.number <= versions.followed.number } ?? false
            if versions.follower != nil, isLate || !versions.turns.isMultiple(of: 2) { age() }
            return versions.turns
        }
        results()
        guard let version else { return }
        versions.withLock { versions in
            versions.latest = max(versions.latest, version.number)
            guard let follower = versions.follower else { return }
            if version.number > versions.followed.number, turns == versions.turns, turns.isMultiple(of: 2) {
                versions.own[version.number] = version.mark
                return
            }
            if versions.turns.isMultiple(of: 2) {
                versions.rewind(to: version.number)
            } else {
                versions.again = min(versions.again, version.number)
            }
            age()
            follower.hurry()
        }
    }

    func beginPoll() -> PollBegin { versions.withLock { PollBegin(time: .now(), latest: $0.latest) } }

    /// Passes what other processes have changed to `onChange`. If it throws, nothing counts as taken up.
    ///
    /// - Throws: `readOnly` if the store was behind what this process has seen, for the first time. The server may be one
    ///   that another has replaced. If a new connection finds the same, transactions were lost, and all is read again.
    func takeUp(
        _ reading: ChangeReading, since begin: PollBegin, _ onChange: (StoreChanges) throws(DatabaseError) -> Void
    ) throws(DatabaseError) {
        let isBehind = reading.version.number < begin.latest
        let (wasBehind, changes) = versions.withLock { versions -> (Bool, StoreChanges?) in
            defer { versions.isBehind = isBehind }
            if isBehind, !versions.isBehind { return (false, nil) }
            let changes = isBehind ? .all : versions.foreign(reading)
            if changes != nil { versions.turns += 1 }
            return (versions.isBehind, changes)
        }
        if isBehind, !wasBehind { throw DatabaseError(.readOnly, cause: "the server is behind what was written") }
        var isTakenUp = false
        defer {
            versions.withLock { versions in
                if changes != nil { versions.turns += 1 }
                if isTakenUp {
                    versions.followed = reading.version
                    versions.latest = isBehind ? reading.version.number : max(versions.latest, reading.version.number)
                    if isBehind { versions.own = [:] }
                }
                // Versions that were published meanwhile are read again, and are older than what was taken up.
                if versions.again <= versions.followed.number {
                    versions.rewind(to: versions.again)
                } else if isTakenUp {
                    moment.store(begin.time.nanoseconds, ordering: .releasing)
                }
                versions.again = .max
                versions.own = versions.own.filter { $0.key > versions.followed.number }
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
        guard reading.version.number != followed.number else { return reading.version == followed ? nil : .all }
        // A full list may end within the changes of its last version.
        guard reading.changes.count < ChangeTable.most else { return .all }
        var changes: Set<StoreChange> = []
        var marks: [Int: String] = [:]
        var last = followed.number
        for (version, change) in reading.changes {
            // Versions follow one another without a gap. A gap was made by a program that records no changes, or its
            // record is deleted.
            guard version == last || version == last &+ 1 else { return .all }
            last = version
            if change.topic.isEmpty { marks[version] = max(marks[version] ?? "", change.key) }
            if change == ChangeTable.everything, own[version] == nil { return .all }
            if own[version] == nil, !change.topic.isEmpty { changes.insert(change) }
        }
        guard last == reading.version.number else { return .all }
        // The database has lost transactions whose changes are in memory.
        let known = own.filter { $0.key <= last }.merging(followed.mark.map { [followed.number: $0] } ?? [:]) { $1 }
        for (version, mark) in known where !(marks[version] ?? "").isExactly(mark) { return .all }
        return changes.isEmpty ? nil : .some(changes)
    }
}
