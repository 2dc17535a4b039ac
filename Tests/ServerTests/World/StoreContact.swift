import Synchronization
import Time

/// The last contact with a store that the test can silence. Until then, the contact is always new, because the world
/// polls no store.
final class StoreContact: Sendable {
    private let isLost = Atomic(false)
    private let meanwhile = Mutex<(@Sendable () -> Void)?>(nil)

    @Sendable func last() -> MonotonicTime {
        meanwhile.withLock { meanwhile in
            meanwhile?()
            meanwhile = nil
        }
        return isLost.load(ordering: .relaxed) ? MonotonicTime(nanoseconds: 0) : .now()
    }

    /// Runs a change just before the contact is read next.
    func beforeReading(_ change: @escaping @Sendable () -> Void) { meanwhile.withLock { $0 = change } }

    func lose() { isLost.store(true, ordering: .relaxed) }
}
