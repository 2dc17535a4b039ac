public import Databases
internal import Synchronization
internal import Time

/// Whether requests can be decided: the store answered within the last five seconds, and the process is not stopping.
public final class StoreHealth: Sendable {
    private let lastContact: @Sendable () -> MonotonicTime
    private let draining = Atomic<Bool>(false)

    /// - Parameter database: the store whose last contact is observed.
    public convenience init(_ database: Database) {
        self.init(lastContact: { database.lastContact })
    }

    /// - Parameter lastContact: returns the time of the last contact with the store.
    init(lastContact: @escaping @Sendable () -> MonotonicTime) {
        self.lastContact = lastContact
    }

    /// The longest time without contact with the store: old rows decide nothing, so a request after that gets 503.
    public static let longestSilence: Duration = .seconds(5)

    func isStoreInContact(at now: MonotonicTime) -> Bool {
        now < lastContact() + StoreHealth.longestSilence
    }

    func isReady(at now: MonotonicTime) -> Bool {
        !draining.load(ordering: .relaxed) && isStoreInContact(at: now)
    }

    /// Makes `/readyz` return 503 from now on.
    public func beginDraining() {
        draining.store(true, ordering: .relaxed)
    }
}
