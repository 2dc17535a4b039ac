internal import AccessUseCases
internal import Assertions
internal import Databases
internal import Identities
internal import Inventory
internal import Invitations
internal import Leases
internal import OpenID
internal import RuntimeConfiguration
internal import Sessions
internal import SignInFlow
internal import Snapshots
internal import Synchronization
internal import Threads
internal import Time
internal import WorkspaceMetrics

/// Periodic work beside the requests: keys are fetched ahead of time, users evaluated by new rules, ended sessions removed
/// and counted. Metrics are counted again after a change of their definitions. Their old history, and the rows of
/// interrupted imports, are deleted.
///
/// What concerns the rows, and not this process, is done by one of the processes that share a store: the one that holds
/// the lease ``lease``.
final class Maintenance: Sendable {
    private static let interval: Duration = .seconds(5)
    /// The number of rounds between two deletions of metrics' rows that are no longer needed: an hour.
    private static let sweepRounds = 720

    private let configurations: Published<RuntimeConfiguration>
    private let services: GatewayServices
    private let retired: RetiredConfigurations
    private let users: UserEvaluation
    private let metrics: MetricsStore
    private let recount: MetricsRecount
    private let figures: FigureReader
    private let task = Mutex<Task<Void, Never>?>(nil)
    /// When the lease was last claimed; nil if another process holds it.
    private let claimedAt = Mutex<MonotonicTime?>(nil)
    private static let lease = "maintenance"
    /// The time after which another process takes the work over, in seconds.
    private static let leaseTime = 30

    /// - Parameter retired: the replaced configurations, which are freed here.
    init(
        _ configurations: Published<RuntimeConfiguration>, _ services: GatewayServices, metrics: MetricsStore,
        retired: RetiredConfigurations = RetiredConfigurations()
    ) {
        self.metrics = metrics
        recount = MetricsRecount(metrics, log: services.log)
        figures = FigureReader(metrics)
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

    /// Counts members again, beside the requests, if the definitions of metrics may have changed.
    func recountMetrics() {
        Task.inBackground { [self] in if await holdsLease() { await recount.perform() } }
    }

    /// Claims the work on the rows, or extends the claim in time.
    private func holdsLease() async -> Bool {
        let now = MonotonicTime.now()
        let database = services.stores.database
        if let claimed = claimedAt.withLock({ $0 }), now < claimed + .seconds(Maintenance.leaseTime / 3) { return true }
        let isHeld = (try? await database.claim(Maintenance.lease, for: Maintenance.leaseTime)) ?? false
        claimedAt.withLock { $0 = isHeld ? now : nil }
        services.gatewayMetrics.note(holdsMaintenance: isHeld)
        return isHeld
    }

    /// Makes a last checkpoint that covers the latest events, if the store works; for a thread that may wait.
    func finishBlocking(before end: MonotonicTime) {
        let keys = configurations.read().value.signIn.checkpointKeys
        Task.inBackgroundBlocking(before: end) { [self] in
            if let keys { try? await services.checkpoints.makeDaily(with: keys) }
            if claimedAt.withLock({ $0 }) != nil { try? await services.stores.database.release(Maintenance.lease) }
        }
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
        _ = try? await services.assertionKeys.maintain()
        // Emails whose next attempt is due.
        services.outboxSignal.wake()
        if await holdsLease() { await workOnRows(round) }
        if round % 3 == 0, let counts = try? await services.stores.invitations.counts() {
            services.gatewayMetrics.note(invitations: counts)
        }
        if round % 3 == 0, let count = try? await services.stores.sessions.countActive(under: signIn.lifetimes) {
            services.gatewayMetrics.note(activeSessions: count)
        }
        // A failed read is repeated in the next round.
        try? await metrics.rollDay()
        if round % 3 == 0 { await noteFigures() }
    }

    /// Performs what one process does for all that share the store. Long work may outlast the lease.
    private func workOnRows(_ round: Int) async {
        let signIn = configurations.read().value.signIn
        await users.perform(isThorough: round % 12 == 0)
        guard await holdsLease() else { return }
        if round % 12 == 0 {
            _ = try? await services.stores.invitations.expire()
            if let keys = signIn.checkpointKeys { try? await services.checkpoints.makeDaily(with: keys) }
            services.stores.sessions.sweepInBackground(under: signIn.lifetimes)
            if services.stores.database.isShared {
                try? await services.stores.database.write { transaction throws(DatabaseError) in
                    try transaction.sweepLeases()
                }
            }
        }
        Task.inBackground { [recount] in await recount.perform() }
        if round % Maintenance.sweepRounds == 0 {
            metrics.applyRetention()
            metrics.sweepInBackground()
        }
    }

    /// Reads the figures of the first organizations of the configuration, so that the number of series is bounded.
    private func noteFigures() async {
        let organizations = configurations.read().value.organizations
        let shown = organizations.prefix(GatewayMetrics.mostOrganizations)
        guard let figures = try? await figures.read(shown.map(\.id)) else { return }
        services.gatewayMetrics.note(
            zip(shown, figures).map { organization, figures in
                GatewayMetrics.OrganizationGauges(
                    organization: organization.id.text, workspaces: figures.workspaces,
                    used: figures.used(of: organization.license).map { ($0.metric.rawValue, $0.share) })
            }, leftOut: organizations.count - shown.count)
    }
}
