internal import AccessUseCases
internal import Dispatch
internal import Identities
internal import Invitations
internal import OpenID
internal import RuntimeConfiguration
internal import Sessions
internal import SignInFlow
internal import Snapshots
internal import Synchronization
internal import Threads
internal import Time

/// Periodic work beside the requests: keys are fetched ahead of time, users evaluated by new rules, and ended sessions
/// removed and counted.
final class Maintenance: Sendable {
    private static let interval: Duration = .seconds(5)

    private let configurations: Published<RuntimeConfiguration>
    private let services: GatewayServices
    private let retired: RetiredConfigurations
    private let users: UserEvaluation
    private let task = Mutex<Task<Void, Never>?>(nil)

    /// - Parameter retired: the replaced configurations, which are freed here.
    init(
        _ configurations: Published<RuntimeConfiguration>, _ services: GatewayServices,
        retired: RetiredConfigurations = RetiredConfigurations()
    ) {
        self.configurations = configurations
        self.retired = retired
        self.services = services
        users = UserEvaluation(services.stores.access)
    }

    func start() {
        let new = Task.inBackground { [self] in
            var round = 0
            while !Task.isCancelled {
                await perform(round)
                round += 1
                try? await Task.pause(for: Maintenance.interval)
            }
        }
        task.withLock { $0 = new }
    }

    func stop() {
        task.withLock { $0?.cancel() }
    }

    /// Makes a last checkpoint that covers the latest events; for a thread that may wait.
    func finishBlocking() {
        guard let keys = configurations.read().value.signIn.checkpointKeys else { return }
        let isDone = DispatchSemaphore(value: 0)
        Task.inBackground { [services] in
            try? await services.checkpoints.makeDaily(with: keys)
            isDone.signal()
        }
        isDone.wait()
    }

    /// Performs one round; the clocks of keys and sessions are those of the stores.
    func perform(_ round: Int) async {
        let signIn = configurations.read().value.signIn
        retired.free()
        // A slow provider must not delay the others.
        for remote in signIn.remotes.values where remote.isRefreshDue() {
            Task.inBackground { await remote.refreshAhead() }
        }
        var fetchedAt: [String: MonotonicTime] = [:]
        for (id, remote) in signIn.remotes { fetchedAt[id.text] = remote.keysFetchedAt }
        services.gatewayMetrics.note(keysFetchedAt: fetchedAt)
        // E-mails whose next attempt is due.
        services.outboxSignal.wake()
        await users.perform(isThorough: round % 12 == 0)
        if round % 12 == 0 { _ = try? await services.stores.invitations.expire() }
        if round % 3 == 0, let counts = try? await services.stores.invitations.counts() {
            services.gatewayMetrics.note(invitations: counts)
        }
        if round % 12 == 0, let keys = signIn.checkpointKeys { try? await services.checkpoints.makeDaily(with: keys) }
        if round % 12 == 0 { services.stores.sessions.sweepInBackground(under: signIn.lifetimes) }
        if round % 3 == 0, let count = try? await services.stores.sessions.countActive(under: signIn.lifetimes) {
            services.gatewayMetrics.note(activeSessions: count)
        }
    }
}
