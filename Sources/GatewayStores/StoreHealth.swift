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

    /// What is read from memory after this call is as old as the result at most.
    package var contact: MonotonicTime { lastContact() }

    /// Returns true if what was read from memory may decide now. A later contact says nothing about it, and the clock is
    /// read again: a process that was stopped in between has old rows.
    ///
    /// - Parameters:
    ///   - turn: the time at which the turn began.
    ///   - contact: ``contact`` from before the reading.
    package func isStoreInContact(at turn: MonotonicTime, since contact: MonotonicTime) -> Bool {
        max(turn, clock()) < contact + StoreHealth.longestSilence
    }

    package func isReady(at turn: MonotonicTime) -> Bool {
        !draining.load(ordering: .relaxed) && isStoreInContact(at: turn, since: contact)
    }

    /// Makes `/readyz` return 503 from now on.
    public func beginDraining() {
        draining.store(true, ordering: .relaxed)
    }
}
