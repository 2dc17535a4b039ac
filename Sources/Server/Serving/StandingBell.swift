internal import Snapshots
internal import Sockets
internal import Synchronization
internal import Threads
internal import Upstreams

/// Tells a reactor that access may have changed, so that it checks its open connections to applications. Many changes at
/// once cause one check.
final class StandingBell: Sendable {
    private let connections: Confined<UpgradedConnections>
    private let reactor: Reactor
    private let isRung = Atomic(false)

    init(_ connections: UpgradedConnections, on reactor: Reactor) {
        self.connections = Confined(connections, to: reactor.confinement)
        self.reactor = reactor
    }

    /// Rings after each change of a value, while the result is held.
    func watch(_ watchers: Watchers) -> Watch { watchers.add { [self] in ring() } }

    private func ring() {
        guard !isRung.exchange(true, ordering: .acquiringAndReleasing) else { return }
        reactor.perform { [weak self] in self?.check() }
    }

    private func check() {
        // A change from now on rings again.
        _ = isRung.exchange(false, ordering: .acquiringAndReleasing)
        connections.value.recheck()
    }
}
