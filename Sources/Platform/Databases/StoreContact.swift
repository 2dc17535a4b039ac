internal import Synchronization
internal import Time

/// The time of the last contact with the store, and the store version that this process knows.
final class StoreContact: Sendable {
    private struct Versions {
        var known: Int
        var hasForeignChange = false
    }

    private let moment = Atomic<UInt64>(MonotonicTime.now().nanoseconds)
    private let versions: Mutex<Versions>

    init(version: Int) {
        versions = Mutex(Versions(known: version))
    }

    var last: MonotonicTime { MonotonicTime(nanoseconds: moment.load(ordering: .relaxed)) }

    func touch() {
        moment.store(MonotonicTime.now().nanoseconds, ordering: .relaxed)
    }

    /// Records a commit of this process and its version. A gap before that version means that another process wrote.
    func wrote(_ version: Int?) {
        touch()
        guard let version else { return }
        versions.withLock { versions in
            if version > versions.known &+ 1 || versions.known == .max { versions.hasForeignChange = true }
            versions.known = max(versions.known, version)
        }
    }

    /// Records that a detected change was not processed.
    func missed() {
        versions.withLock { $0.hasForeignChange = true }
    }

    /// Records a version seen by the follower; returns true if another process wrote since the last call.
    ///
    /// The result may also be true for an own write whose COMMIT is done but not yet recorded. It is never false for a
    /// foreign write.
    func saw(_ version: Int) -> Bool {
        versions.withLock { versions in
            let isForeign = versions.hasForeignChange || version > versions.known
            versions.known = max(versions.known, version)
            versions.hasForeignChange = false
            return isForeign
        }
    }
}
