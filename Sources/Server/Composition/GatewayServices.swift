internal import AccessUseCases
internal import Assertions
internal import Audit
internal import Databases
internal import Grants
internal import Identities
internal import InventoryStore
internal import Invitations
internal import Management
internal import RuntimeConfiguration
internal import Sessions
internal import SignInFlow
internal import Snapshots
internal import Telemetry
internal import Threads
internal import Time
internal import UpstreamGate

/// The stores, and the work that must run only once at a time, as the process composes them. Each area takes the parts
/// that it needs.
final class GatewayServices: Sendable {
    let stores: Stores
    let signIn: SignInServices
    let renewals: SessionRenewals
    let outbox: Outbox
    let licenseNotices: LicenseNotices
    let outboxSignal = OutboxSignal()
    let extensions: SuspensionExtensions
    let openRequests: OpenRequestCounts
    let checkpoints: AuditCheckpoints
    let assertionKeys: AssertionKeys
    let hosts: HostEndpoints
    let gatewayMetrics: GatewayMetrics
    let log: Log

    /// - Parameter configuration: the configuration in force; a later one is taken up by ``adopt(_:)``.
    init(
        database: Database, under configuration: RuntimeConfiguration, gatewayMetrics: GatewayMetrics, log: Log,
        clocks: Clocks = .system
    ) throws(DatabaseError) {
        let now = clocks.wall
        let sessions = SessionStore(database: database, sealingWith: configuration.signIn.box, now: now)
        let access = try AccessStore(
            database: database, under: configuration.accessSettings, dependents: EndedAccess(), now: now)
        let denied = DeniedSignInStore(database: database)
        stores = Stores(
            database: database, sessions: sessions, denied: denied, access: access,
            invitations: InvitationStore(access), now: now)
        signIn = SignInServices(
            database: database, sessions: sessions, denied: denied, access: access, count: gatewayMetrics.signIns,
            log: log,
            now: now)
        outbox = Outbox(stores.invitations)
        licenseNotices = LicenseNotices(database: database, now: now)
        extensions = SuspensionExtensions(access, monotonic: clocks.monotonic)
        openRequests = OpenRequestCounts(access, denied, monotonic: clocks.monotonic)
        renewals = SessionRenewals(sessions, snapshots: access.snapshots, log: log, clocks: clocks)
        checkpoints = AuditCheckpoints(database: database, log: log, now: now)
        assertionKeys = AssertionKeys(database: database, sealingWith: configuration.signIn.box, now: now)
        try assertionKeys.refresh()
        try assertionKeys.maintainBlocking()
        hosts = HostEndpoints(sessions, keys: assertionKeys, now: now)
        self.gatewayMetrics = gatewayMetrics
        self.log = log
    }

    /// Takes up the sealing keys and access rules of a new configuration; call it before the configuration is published.
    func adopt(_ configuration: RuntimeConfiguration) {
        let box = configuration.signIn.box
        if !stores.sessions.isSealed(with: box) {
            stores.sessions.seal(with: box)
            assertionKeys.seal(with: box)
        }
        stores.access.settings.publish(configuration.accessSettings)
    }

    /// Adds a new verified address of a suspended user to the suspension.
    func extend(_ new: SuspensionExtension, _ origin: AuditOrigin) async {
        guard await !extensions.extend(new, requestID: origin.requestID, address: origin.address) else { return }
        log.write(
            .warning, "a suspended user has the address of the organization's last manager",
            requestID: origin.requestID, fields: [("organization", new.organization.text)])
    }
}
