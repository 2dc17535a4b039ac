public import Databases
internal import Synchronization
internal import Time

/// Whether requests can be decided: the store was heard of within five seconds, and the process is not on its way out.
public final class StoreHealth: Sendable {
    private let database: Database
    private let draining = Atomic<Bool>(false)

    public init(_ database: Database) {
        self.database = database
    }

    /// Old rows decide nothing: who has not heard from the store for this long answers 503.
    public static let longestSilence: Duration = .seconds(5)

    func isStoreInContact(at now: MonotonicTime) -> Bool {
        now < database.lastContact + StoreHealth.longestSilence
    }

    func isReady(at now: MonotonicTime) -> Bool {
        !draining.load(ordering: .relaxed) && isStoreInContact(at: now)
    }

    public func beginDraining() {
        draining.store(true, ordering: .relaxed)
    }
}
