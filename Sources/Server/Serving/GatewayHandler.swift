internal import AccessUseCases
internal import Addresses
internal import Credentials
internal import Endpoints
internal import GatewayStores
internal import Grants
internal import HTTPMessage
internal import HTTPServer
internal import MetricsUseCases
internal import OpenID
internal import Policy
internal import RuntimeConfiguration
internal import Sessions
internal import Snapshots
internal import Sockets
internal import Telemetry
internal import Text
internal import Time
internal import UpstreamGate
internal import Upstreams
internal import Web

/// The processing of a request on one reactor: endpoint, credential, entitlement, permit, and the endpoint's own code.
final class GatewayHandler: RequestHandler {
    let configurations: Published<RuntimeConfiguration>
    let services: GatewayServices
    let router: Router
    let gate: UpstreamGate
    let proxy: UpstreamProxy
    let hosts: HostEndpoints
    private let health: StoreHealth
    let gatewayMetrics: GatewayMetrics
    private let log: Log
    private let accessLog: AccessLog
    let authenticator: Authenticator
    private let keySetVersion: KeySetVersion
    let reactor: Reactor
    let management: ManagementFactory
    let access: OwnAccess
    private(set) var current: Published<RuntimeConfiguration>.Reading
    private(set) var snapshot: Published<AccessSnapshot>.Reading
    /// The contact with the store from before ``snapshot`` was read.
    private var contact: MonotonicTime
    private var knownKeySetVersion: UInt64
    private var requestIDs = RequestIDGenerator()
    var counters = RequestCounters()
    private var signInLimiter = ClientLimiter(burst: 300, perSecond: 20)
    /// An export reads a whole list, and is an event of the audit log.
    private var exportLimiter = ClientLimiter(burst: 60, perSecond: 1)
    var entitlements = EntitlementCache()
    /// The peer that was asked about last, and whether it forwards for others: proxies send many requests.
    private var lastPeer: (address: String, speaksForOthers: Bool)?
    /// Cause a check of open connections when access changes.
    private let watches: [Watch]

    /// - Parameters:
    ///   - keySetVersion: the version of all key sets.
    ///   - upstreamConnections: the most connections to applications.
    init(
        _ configurations: Published<RuntimeConfiguration>, metrics: MetricsReplies, services: GatewayServices,
        keySetVersion: KeySetVersion,
        health: StoreHealth, gatewayMetrics: GatewayMetrics, log: Log, isDemo: Bool = false,
        upstreamConnections: Int = 4096,
        on reactor: Reactor
    ) {
        self.configurations = configurations
        self.services = services
        self.keySetVersion = keySetVersion
        self.health = health
        self.gatewayMetrics = gatewayMetrics
        self.log = log
        self.reactor = reactor
        management = ManagementFactory(
            configurations: configurations, stores: services.stores, outboxSignal: services.outboxSignal,
            checkpoints: services.checkpoints, log: services.log)
        access = OwnAccess(services.stores)
        router =
            GatewayEndpoints(
                metrics, services.signIn, management, OwnSessions(services.stores), access,
                HandoffEndpoints(services.stores.sessions, hosts: services.hosts), isDemo: isDemo,
                to: reactor.confinement
            )
            .router
        accessLog = AccessLog(log)
        authenticator = Authenticator(
            counting: gatewayMetrics.verifications, log,
            sessions: SessionAuthenticator(services.stores.sessions, renewals: services.renewals))
        gate = UpstreamGate(authenticator, keys: services.assertionKeys)
        proxy = UpstreamProxy(on: reactor, connections: upstreamConnections)
        let bell = StandingBell(proxy.upgradedConnections, on: reactor)
        watches = [
            configurations.watchers, services.stores.access.snapshots.watchers, services.stores.sessions.watchers,
        ]
        .map(bell.watch)
        hosts = services.hosts
        current = configurations.read()
        contact = health.contact
        snapshot = services.stores.access.snapshots.read()
        knownKeySetVersion = keySetVersion.current
        authenticator.take(current.value)
        reactor.atEndOfTurn { [accessLog] in accessLog.flush() }
    }

    func speaksForOthers(_ peer: IPAddress) -> Bool { configurations.read().value.trustedProxies.contains(peer) }

    /// Variant of ``speaksForOthers(_:)`` for an address as text.
    func speaksForOthers(_ peer: String) -> Bool {
        if let lastPeer, lastPeer.address.isExactly(peer) { return lastPeer.speaksForOthers }
        let speaks = IPAddress(scoped: peer).map(current.value.trustedProxies.contains) ?? false
        lastPeer = (peer, speaks)
        return speaks
    }

    // MARK: Routing

    func answer(_ request: Request, from peer: String, at turn: Turn) -> Answer {
        takeUpChanges()
        if let answer = answerElsewhere(request, from: peer, at: turn) { return answer }
        let path = RequestPath(request.target)
        let context = begin(request, at: path, from: peer)
        // `OPTIONS *` asks about the gateway as a whole (RFC 9110, section 9.3.7).
        if request.method == .options, request.target.pathBytes == [UInt8(ascii: "*")] {
            return now(.noContent, context)
        }
        guard path != nil else {
            return now(
                .problem(
                    Problem(
                        .invalidRequest, detail: "The path has invalid percent-encoding, or a segment \".\" or \"..\".")
                ),
                context)
        }
        guard let resource = context.resource else {
            return unmatched(context, at: turn)
        }
        guard request.method != .options else { return now(.noContent, context, allow: resource.allow) }
        guard let endpoint = context.endpoint else {
            let problem = Problem(
                .methodNotAllowed,
                detail: "The path does not allow this method. The Allow field lists the methods that it allows.")
            return now(.problem(problem), context, allow: resource.allow)
        }
        if let problem = silence(for: endpoint, at: turn) { return now(.problem(problem), context) }
        if let problem = limit(endpoint, context, at: turn) { return now(.problem(problem), context) }
        return endpoint.access.needsCredential
            ? identify(context, endpoint, at: turn, CredentialCheck()) : serve(context, endpoint, nil)
    }

    /// The answer to a path that does not exist. A signed-in user's page keeps its header.
    private func unmatched(_ context: RequestContext, at turn: Turn) -> Answer {
        let isNavigation =
            context.request.method == .get && RequestOrigin.acceptsHTML(context.request)
            && context.request.field(.authorization) == nil
        guard isNavigation, silence(for: GatewayHandler.missingPage, at: turn) == nil else {
            return now(.problem(GatewayHandler.missing), context)
        }
        return identify(context, GatewayHandler.missingPage, at: turn, CredentialCheck())
    }

    private static let missing = Problem(
        .notFound, detail: "This page doesn't exist, or you can't see it.")
    private static let missingPage = Endpoint(
        "missing", .get, "/", .page, .optionalCaller(.now { _, _ in .problem(missing) }))

    /// The problem if the store is out of contact; nil if the endpoint may be served.
    func silence(for endpoint: Endpoint, at turn: Turn) -> Problem? {
        endpoint.needsNoStore ? nil : silence(at: turn)
    }

    /// The problem if the store is out of contact: nothing is decided then.
    func silence(at turn: Turn) -> Problem? {
        guard !health.isStoreInContact(at: turn.monotonic, since: contact) else { return nil }
        return Problem(.unavailable, detail: "The store cannot be reached, so no access is decided on old data.")
    }

    func begin(_ request: Request, at path: RequestPath?, from peer: String) -> RequestContext {
        RequestContext(
            request, at: path, of: path.flatMap(router.resource),
            from: current.value.trustedProxies.client(peer: peer, forwardedFor: request.fields(.forwardedFor)),
            under: current.value, snapshot.value, requestID: requestIDs.next(), log,
            on: reactor.confinement)
    }

    /// Adopts a new configuration, or new keys of a provider.
    func takeUpChanges() {
        contact = health.contact
        // A revocation or a suspension takes effect with the next request.
        var hasChanged = services.stores.access.snapshots.refresh(&snapshot)
        if hasChanged { entitlements.removeAll() }
        let isNew = configurations.refresh(&current)
        let hasNewKeys = knownKeySetVersion != keySetVersion.current
        hasChanged = hasChanged || isNew || hasNewKeys
        if hasChanged { gate.forget() }
        if isNew {
            proxy.closeIdleConnections()
            lastPeer = nil
        }
        guard isNew || hasNewKeys else { return }
        knownKeySetVersion = keySetVersion.current
        if isNew { authenticator.take(current.value) } else { authenticator.takeKeys() }
        entitlements.removeAll()
    }

    /// Counts requests that may be guesses, or that cause work for others.
    private func limit(_ endpoint: Endpoint, _ context: RequestContext, at turn: Turn) -> Problem? {
        if endpoint.isRateLimited { return limitSignIns(context, at: turn) }
        guard let isExport = endpoint.isExport, isExport(context) else { return nil }
        return GatewayHandler.limit("exports", &exportLimiter, context, at: turn)
    }

    /// Counts a request that belongs to a sign-in.
    func limitSignIns(_ context: RequestContext, at turn: Turn) -> Problem? {
        GatewayHandler.limit("sign-ins or invitations", &signInLimiter, context, at: turn)
    }

    private static func limit(
        _ what: String, _ limiter: inout ClientLimiter, _ context: RequestContext, at turn: Turn
    ) -> Problem? {
        let client = ClientPrefix(context.remoteAddress)
        if let seconds = limiter.retryAfter(client, now: turn.monotonic) {
            var problem = Problem(.rateLimited, detail: "Too many \(what) came from this address. Try again later.")
            problem.retryAfter = seconds
            return problem
        }
        limiter.record(client, now: turn.monotonic)
        return nil
    }

    // MARK: Completion

    func refuse(_ fault: ProtocolError, from peer: String, at turn: Turn) -> Answer {
        let record = RequestRecord(nil)
        record.entry.requestID = requestIDs.next()
        record.entry.method = "other"
        record.entry.remoteAddress = peer
        record.entry.reason = "\(fault)"
        let renderer = ReplyRenderer(
            requestID: record.entry.requestID, ifNoneMatch: nil, isHTTPS: current.value.site.isHTTPS)
        return .now(renderer.render(.problem(Problem.of(fault))), context: record)
    }

    /// Flushes the access log; at the end of a turn this happens automatically.
    func flushLog() { accessLog.flush() }

    func completed(_ exchange: CompletedExchange) {
        guard let record = exchange.context as? RequestRecord else { return }
        record.entry.route = record.route
        record.entry.status = exchange.status.code
        record.entry.bytes = exchange.contentBytes
        record.entry.nanoseconds = exchange.nanoseconds
        gatewayMetrics.durations.record(nanoseconds: exchange.nanoseconds)
        counters.count(gatewayMetrics, record.route, record.entry.method, exchange.status.code)
        accessLog.append(record.entry, at: exchange.turn.wall)
    }
}
