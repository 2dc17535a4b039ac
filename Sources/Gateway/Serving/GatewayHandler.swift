internal import HTTPMessage
internal import HTTPServer
internal import Organizations
internal import Policy
internal import Snapshots
internal import Sockets
internal import Telemetry
internal import Time
internal import Tokens

/// The way of a request on one reactor: route, credential, entitlement, permit, backend.
final class GatewayHandler: RequestHandler {
    private let deployments: Published<Deployment>
    private let metrics: MetricsAPI
    private let health: StoreHealth
    private let figures: GatewayFigures
    private let accessLog: AccessLog
    private let authenticator: Authenticator
    private var current: Published<Deployment>.Reading
    private var requestIDs = RequestIDGenerator()
    private var counters = RequestCounters()
    private let pages = PageCache()

    init(
        _ deployments: Published<Deployment>, metrics: MetricsAPI, health: StoreHealth, figures: GatewayFigures,
        log: Log, on reactor: Reactor
    ) {
        self.deployments = deployments
        self.metrics = metrics
        self.health = health
        self.figures = figures
        accessLog = AccessLog(log)
        authenticator = Authenticator(figures)
        current = deployments.read()
        authenticator.take(current.value)
        reactor.atEndOfTurn { [accessLog] in accessLog.flush() }
    }

    func answer(_ request: Request, from peer: String, at turn: Turn) -> Answer {
        if deployments.refresh(&current) { authenticator.take(current.value) }
        let deployment = current.value
        let context = RequestContext()
        context.record.requestID = requestIDs.next()
        context.record.method = request.method.rawValue
        context.record.remoteAddress = deployment.trustedProxies.client(
            peer: peer, forwardedFor: request.fields(.forwardedFor))
        let renderer = ReplyRenderer(
            requestID: context.record.requestID, ifNoneMatch: request.field(.ifNoneMatch),
            isHTTPS: deployment.isHTTPS)

        func now(_ reply: Reply, allow: String? = nil) -> Answer {
            if case .problem(let problem) = reply, context.record.reason.isEmpty {
                context.record.reason = problem.reason ?? problem.code.rawValue
            }
            return .now(renderer.render(reply, allow: allow), context: context)
        }

        // Asks about the gateway as a whole (RFC 9110, section 9.3.7).
        if request.method == .options, request.target.pathBytes == [UInt8(ascii: "*")] { return now(.noContent) }
        guard let segments = request.target.segments else {
            return now(
                .problem(
                    Problem(.invalidRequest, detail: "The path's percent-encoding is broken, or it has dots to climb."))
            )
        }
        guard let match = RouteMatch(segments: segments) else {
            return now(.problem(Problem(.notFound, detail: "Nothing is at this path.")))
        }
        context.route = match.route
        guard match.route.allows(request.method) else {
            let problem = Problem(.methodNotAllowed, detail: "This cannot be done here; the Allow field says what can.")
            return now(.problem(problem), allow: match.route.allow)
        }
        guard request.method != .options else { return now(.noContent, allow: match.route.allow) }
        guard health.isStoreInContact(at: turn.monotonic) else {
            let problem = Problem(
                .unavailable, detail: "The store cannot be reached, and nothing is decided on old rows.")
            return now(.problem(problem))
        }

        let claims: VerifiedClaims
        switch authenticator.authenticate(request, from: context.record.remoteAddress, at: turn) {
        case .success(let verified): claims = verified
        case .failure(let refusal): return now(.problem(refusal.problem))
        }
        context.record.subject = claims.identity.subject
        guard let permission = match.route.permission else {
            let identity = IdentityAPI(deployment: deployment, claims: claims)
            guard match.route == .organizations else { return now(identity.me()) }
            return now(request.target.queryItems.map(identity.organizations) ?? MetricsAPI.brokenQuery)
        }

        let organization = deployment.organization(match.organization)
        let decision = organization.map { organization in
            Entitlement(
                of: claims, in: organization.rules, emailTrust: deployment.emailTrust(of: claims.provider)
            ).decide(permission)
        }
        guard case .permit(let permit) = decision, let organization else {
            guard case .refuse(let reason) = decision else { return now(refuse(.organizationNotFound, context)) }
            return now(refuse(reason, context))
        }
        context.record.organization = permit.organization.text
        context.record.decision = "permit"
        counters.permits(figures, permit.role.rawValue)
        return dispatch(match, request, permit, organization, context, renderer, now)
    }

    private func dispatch(
        _ match: RouteMatch, _ request: Request, _ permit: Permit, _ organization: Deployment.Organization,
        _ context: RequestContext, _ renderer: ReplyRenderer, _ now: (Reply, String?) -> Answer
    ) -> Answer {
        guard match.route.permission == .writeInventory else {
            return now(metrics.read(match, request, permit, organization.license, pages), nil)
        }
        let hasBody = request.method == .put || request.method == .post
        if hasBody, request.hasContentType("application/json") != true {
            return now(.problem(Problem(.unsupportedMediaType, detail: "Send the document as application/json.")), nil)
        }
        let limit = match.route == .inventory ? current.value.inventoryBody : 16 << 20
        let metrics = metrics
        return .later(bodyLimit: hasBody ? limit : 1 << 20, context: context) { body in
            let reply = await metrics.work(match, request, permit, requestID: renderer.requestID, body)
            return renderer.render(reply)
        }
    }

    private func refuse(_ reason: RefusalReason, _ context: RequestContext) -> Reply {
        context.record.decision = "refuse"
        context.record.reason = reason.rawValue
        figures.decisions.counter(["refuse", reason.rawValue]).add()
        switch reason {
        case .permissionMissing:
            return .problem(Problem(.permissionMissing, detail: "Your role in this organization does not permit this."))
        case .claimsIncomplete:
            return .problem(
                Problem(
                    .claimsIncomplete,
                    detail:
                        "Your provider left claims out of the token that could earn a role. Ask it for fewer groups."))
        case .organizationNotFound:
            return .problem(
                Problem(.organizationNotFound, detail: "There is no such organization, or you have no role in it."))
        }
    }

    func refuse(_ fault: ProtocolFault, from peer: String, at turn: Turn) -> Answer {
        let context = RequestContext()
        context.record.requestID = requestIDs.next()
        context.record.method = "other"
        context.record.remoteAddress = peer
        context.record.reason = "\(fault)"
        let renderer = ReplyRenderer(
            requestID: context.record.requestID, ifNoneMatch: nil, isHTTPS: current.value.isHTTPS)
        return .now(renderer.render(.problem(Problem.of(fault))), context: context)
    }

    /// Hands over what was logged; at the end of a turn it happens by itself.
    func flushLog() { accessLog.flush() }

    func completed(_ exchange: CompletedExchange) {
        guard let context = exchange.context as? RequestContext else { return }
        context.record.route = context.route?.template ?? "unmatched"
        context.record.status = exchange.status.code
        context.record.bytes = exchange.contentBytes
        context.record.nanoseconds = exchange.nanoseconds
        figures.durations.record(nanoseconds: exchange.nanoseconds)
        counters.count(figures, context.route, context.record.method, exchange.status.code)
        accessLog.append(context.record, at: exchange.turn.wall)
    }
}

/// References to the counters that one reactor uses, so that counting needs no look-up by text.
struct RequestCounters {
    private struct Key: Hashable {
        let route: Route?
        let method: String
        let status: Int
    }

    private var requests: [Key: Counter] = [:]
    private var permits: [String: Counter] = [:]

    mutating func count(_ figures: GatewayFigures, _ route: Route?, _ method: String, _ status: Int) {
        let key = Key(route: route, method: method, status: status)
        if let counter = requests[key] { return counter.add() }
        let counter = figures.requests.counter([route?.template ?? "unmatched", method, String(status)])
        requests[key] = counter
        counter.add()
    }

    mutating func permits(_ figures: GatewayFigures, _ role: String) {
        if let counter = permits[role] { return counter.add() }
        let counter = figures.decisions.counter(["permit", role])
        permits[role] = counter
        counter.add()
    }
}
