internal import Synchronization
internal import Time

/// When the store last answered, and which of its versions this process knows.
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

    /// The writer committed, and thereby made this version; a gap before it is what others wrote.
    func wrote(_ version: Int?) {
        touch()
        guard let version else { return }
        versions.withLock { versions in
            if version > versions.known &+ 1 || versions.known == .max { versions.hasForeignChange = true }
            versions.known = max(versions.known, version)
        }
    }

    /// What was seen could not be taken up.
    func missed() {
        versions.withLock { $0.hasForeignChange = true }
    }

    /// The follower saw this version; answers whether somebody else's write is among what is new.
    ///
    /// It may say so of a write of ours whose COMMIT is done and not yet noted; never the other way round.
    func saw(_ version: Int) -> Bool {
        versions.withLock { versions in
            let isForeign = versions.hasForeignChange || version > versions.known
            versions.known = max(versions.known, version)
            versions.hasForeignChange = false
            return isForeign
        }
    }
}
