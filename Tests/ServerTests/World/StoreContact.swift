import Synchronization
import Time

/// The last contact with a store that the test can silence. Until then, the contact is always new, because the world
/// polls no store.
final class StoreContact: Sendable {
    private let isLost = Atomic(false)

    @Sendable func last() -> MonotonicTime {
        isLost.load(ordering: .relaxed) ? MonotonicTime(nanoseconds: 0) : .now()
    }

    func lose() { isLost.store(true, ordering: .relaxed) }
}
