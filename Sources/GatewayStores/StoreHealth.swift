public import Databases
internal import Synchronization
package import Time

/// Whether requests can be decided: the store answered within the last five seconds, and the process is not stopping.
public final class StoreHealth: Sendable {
    private let lastContact: @Sendable () -> MonotonicTime
    private let clock: @Sendable () -> MonotonicTime
    private let draining = Atomic<Bool>(false)

    /// - Parameter database: the store whose last contact is observed.
    public convenience init(_ database: Database) {
        self.init(lastContact: { database.lastContact })
    }

    /// - Parameters:
    ///   - lastContact: returns the time of the last contact with the store.
    ///   - clock: the clock of that time.
    package init(
        lastContact: @escaping @Sendable () -> MonotonicTime,
        clock: @escaping @Sendable () -> MonotonicTime = { .now() }
    ) {
        (self.lastContact, self.clock) = (lastContact, clock)
    }

    /// The longest time without contact with the store: old rows decide nothing, so a request after that gets 503.
    public static let longestSilence: Duration = .seconds(5)

    /// The clock is read again for each request: a process that was stopped in the middle of a turn has old rows.
    ///
    /// - Parameter turn: the time at which the turn began.
    package func isStoreInContact(at turn: MonotonicTime) -> Bool {
        max(turn, clock()) < lastContact() + StoreHealth.longestSilence
    }

    package func isReady(at turn: MonotonicTime) -> Bool {
        !draining.load(ordering: .relaxed) && isStoreInContact(at: turn)
    }

    /// Makes `/readyz` return 503 from now on.
    public func beginDraining() {
        draining.store(true, ordering: .relaxed)
    }
}
