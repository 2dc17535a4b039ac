internal import Databases
internal import Endpoints
internal import Grants
internal import Invitations
internal import Synchronization
public import Telemetry
internal import Time

/// The gateway's metrics, in one table.
public final class GatewayMetrics: Sendable {
    public let requests = CounterFamily(
        "gatehouse_requests_total", labels: ["route", "method", "status"],
        help: "Requests answered, by route template, method and status.")
    /// The durations of requests, recorded in nanoseconds.
    public let durations = Histogram()
    public let decisions = CounterFamily(
        "gatehouse_decisions_total", labels: ["decision", "reason"], help: "Access decisions.")
    public let verifications = CounterFamily(
        "gatehouse_token_verifications_total", labels: ["provider", "result"],
        help: "Bearer tokens verified, by provider and result.")
    public let signIns = CounterFamily(
        "gatehouse_sign_ins_total", labels: ["provider", "result"], help: "Sign-ins, by provider and result.")
    public let keyFetches = CounterFamily(
        "gatehouse_jwks_fetches_total", labels: ["provider", "result"],
        help: "Fetches of providers' keys, by provider and result.")
    private let gauges = Mutex(Gauges())
    private let lastReload = Atomic<Bool>(true)

    private struct Gauges {
        var activeSessions = 0
        var holdsMaintenance = false
        var keysFetchedAt: [String: MonotonicTime] = [:]
        var invitations: [Invitation.State: Int] = [:]
        var organizations: [OrganizationGauges] = []
        var organizationsLeftOut = 0
    }

    /// The most organizations that have series of their own.
    static let mostOrganizations = 1000

    /// One organization's gauges.
    struct OrganizationGauges: Sendable {
        let organization: String
        let workspaces: Int
        /// The used share of each limited metric, as a fraction of 1.
        let used: [(metric: String, share: Double)]
    }

    public init() {}

    /// Sets the gauge of active sessions, which is counted periodically.
    func note(activeSessions: Int) { gauges.withLock { $0.activeSessions = activeSessions } }

    func note(holdsMaintenance: Bool) { gauges.withLock { $0.holdsMaintenance = holdsMaintenance } }

    func note(invitations: [Invitation.State: Int]) { gauges.withLock { $0.invitations = invitations } }

    /// Sets the gauges of organizations.
    ///
    /// - Parameters:
    ///   - organizations: at most ``mostOrganizations``.
    ///   - leftOut: the number of other organizations.
    func note(_ organizations: [OrganizationGauges], leftOut: Int) {
        gauges.withLock { ($0.organizations, $0.organizationsLeftOut) = (organizations, leftOut) }
    }

    /// Sets the time of each provider's last key fetch.
    func note(keysFetchedAt: [String: MonotonicTime]) { gauges.withLock { $0.keysFetchedAt = keysFetchedAt } }

    /// Whether the last reload of the configuration succeeded.
    public var lastReloadSucceeded: Bool {
        get { lastReload.load(ordering: .relaxed) }
        set { lastReload.store(newValue, ordering: .relaxed) }
    }

    /// - Parameter contactAge: the time since the last contact with the store, in seconds.
    func render(
        droppedLogLines: Int, store: (waitingWrites: Int, readers: Int, idleReaders: Int) = (0, 0, 0),
        contactAge: Double = 0
    ) -> String {
        var page = PrometheusText()
        page.append(requests)
        page.append(
            "gatehouse_request_duration_seconds", durations,
            help: "Time from the complete request head to the last byte of the response.")
        page.append(decisions)
        page.append(verifications)
        page.append(signIns)
        page.append(keyFetches)
        let gauges = gauges.withLock { $0 }
        let now = MonotonicTime.now()
        page.append(
            "gatehouse_jwks_age_seconds", help: "Time since a provider's keys were fetched.",
            rows: gauges.keysFetchedAt.sorted { $0.key < $1.key }.map { provider, fetchedAt in
                ([("provider", provider)], Double(now.nanoseconds(since: fetchedAt) / 1_000_000_000))
            })
        page.append(
            "gatehouse_sessions_active", help: "Active sessions.", Double(gauges.activeSessions))
        page.append(
            "gatehouse_invitations", help: "Invitations, by state.",
            rows: Invitation.State.allCases.map { state in
                ([("state", state.rawValue)], Double(gauges.invitations[state] ?? 0))
            })
        page.append(
            "gatehouse_workspaces", help: "Workspaces, by organization.",
            rows: gauges.organizations.map { ([("organization", $0.organization)], Double($0.workspaces)) })
        page.append(
            "gatehouse_license_used_ratio", help: "Used share of a license limit, by organization and metric.",
            rows: gauges.organizations.flatMap { organization in
                organization.used.map { metric, share in
                    ([("organization", organization.organization), ("metric", metric)], share)
                }
            })
        page.append(
            "gatehouse_metrics_organizations_left_out",
            help: "Organizations without series of their own, because there are too many.",
            Double(gauges.organizationsLeftOut))
        page.append(
            "gatehouse_store_contact_age_seconds",
            help: "Age of the rows in memory: time since the changes of other processes were last taken up.", contactAge
        )
        page.append(
            "gatehouse_store_writes_waiting", help: "Writes that wait for the store.", Double(store.waitingWrites))
        page.append(
            "gatehouse_store_connections", help: "Connections to the store: those of readers, and the writer's.",
            rows: [
                ([("state", "busy")], Double(1 + store.readers - store.idleReaders)),
                ([("state", "idle")], Double(store.idleReaders)),
            ])
        page.append(
            "gatehouse_lease_held", help: "1 if this process does the work that one of several must do.",
            labels: [("work", "maintenance")], gauges.holdsMaintenance ? 1 : 0)
        page.append(
            "gatehouse_config_last_reload_success", help: "1 if the last configuration reload succeeded.",
            lastReloadSucceeded ? 1 : 0)
        page.append(
            "gatehouse_log_lines_dropped_total", kind: "counter", help: "Log lines dropped because the log was full.",
            Double(droppedLogLines))
        page.append(
            "gatehouse_build_info", help: "The running version.", labels: [("version", GatewayVersion.current)], 1)
        if let process = ProcessMetrics() {
            page.append(
                "gatehouse_process_cpu_seconds_total", kind: "counter", help: "User and system CPU time.",
                process.cpuSeconds)
            page.append(
                "gatehouse_process_resident_memory_bytes", help: "Resident memory.", Double(process.residentBytes))
            page.append("gatehouse_process_open_fds", help: "Open descriptors.", Double(process.openDescriptors))
        }
        return page.text
    }
}
