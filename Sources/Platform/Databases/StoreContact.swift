internal import Synchronization
internal import Time

/// The time of the last contact with the store, and the store versions that this process knows.
final class StoreContact: Sendable {
    private struct Versions {
        /// The version up to which changes of other processes were taken up.
        var followed: Int
        /// The versions after it that this process has written.
        var own: Set<Int> = []
        /// False while nothing reads the versions.
        var isFollowed = false
    }

    private let moment = Atomic<UInt64>(MonotonicTime.now().nanoseconds)
    private let versions: Mutex<Versions>

    init(version: Int) {
        versions = Mutex(Versions(followed: version))
    }

    /// What is in memory is as old as this time at most.
    var last: MonotonicTime { MonotonicTime(nanoseconds: moment.load(ordering: .relaxed)) }

    var followed: Int { versions.withLock { $0.followed } }

    /// Begins to note the versions that this process writes.
    func beginFollowing() {
        versions.withLock { $0.isFollowed = true }
    }

    /// Records a commit of this process and its version.
    func wrote(_ version: Int?) {
        guard let version else { return }
        versions.withLock { versions in
            if versions.isFollowed, version > versions.followed { versions.own.insert(version) }
        }
    }

    /// The version up to which changes of other processes are in memory, and those after it that this process has written.
    var known: (version: Int, own: Set<Int>) { versions.withLock { ($0.followed, $0.own) } }

    /// Returns what other processes have changed, or nil if they have changed nothing.
    ///
    /// An own write whose COMMIT is done, but not yet recorded here, counts as foreign too. A foreign write never counts
    /// as an own one.
    func foreign(_ reading: ChangeReading) -> StoreChanges? {
        versions.withLock { versions in
            guard reading.version != versions.followed else { return nil }
            // A full list may end within the changes of its last version.
            guard reading.changes.count < ChangeTable.most else { return .all }
            var changes: Set<StoreChange> = []
            var last = versions.followed
            for (version, change) in reading.changes {
                // Versions follow one another without a gap. A gap was made by a program that records no changes, or its
                // record is deleted.
                guard version == last || version == last &+ 1 else { return .all }
                last = version
                if versions.own.contains(version) || change.topic.isEmpty { continue }
                if change == ChangeTable.everything { return .all }
                changes.insert(change)
            }
            guard last == reading.version else { return .all }
            return changes.isEmpty ? nil : .some(changes)
        }
    }

    /// Records that the changes up to a version are taken up, as they were at a time.
    func followed(to version: Int, asOf time: MonotonicTime) {
        versions.withLock { versions in
            versions.followed = version
            versions.own = versions.own.filter { $0 > version }
        }
        moment.store(time.nanoseconds, ordering: .relaxed)
    }
}
