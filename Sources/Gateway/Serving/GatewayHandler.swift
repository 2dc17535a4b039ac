internal import Addresses
internal import Grants
internal import HTTPMessage
internal import HTTPServer
internal import OpenID
internal import Policy
internal import Snapshots
internal import Sockets
internal import Telemetry
internal import Threads
internal import Time
internal import Tokens
internal import Web

/// The processing of a request on one reactor: route, credential, entitlement, permit, backend.
final class GatewayHandler: RequestHandler {
    let deployments: Published<Deployment>
    let metrics: MetricsAPI
    let service: SignInService
    private let health: StoreHealth
    let figures: GatewayFigures
    private let accessLog: AccessLog
    private let authenticator: Authenticator
    private let news: KeyNews
    private let reactor: Reactor
    private(set) var current: Published<Deployment>.Reading
    private(set) var access: Published<AccessSnapshot>.Reading
    private var knownNews: UInt64
    private var requestIDs = RequestIDGenerator()
    var counters = RequestCounters()
    private var signInLimiter = ClientLimiter(burst: 300, perSecond: 20)
    let pages = PageCache()
    var entitlements = EntitlementCache()

    /// - Parameter news: the notice of changed keys.
    init(
        _ deployments: Published<Deployment>, metrics: MetricsAPI, signIn service: SignInService, news: KeyNews,
        health: StoreHealth, figures: GatewayFigures, log: Log, on reactor: Reactor
    ) {
        self.deployments = deployments
        self.metrics = metrics
        self.service = service
        self.news = news
        self.health = health
        self.figures = figures
        self.reactor = reactor
        accessLog = AccessLog(log)
        authenticator = Authenticator(figures, log, sessions: SessionAuthenticator(service: service))
        current = deployments.read()
        access = service.access.snapshots.read()
        knownNews = news.version
        authenticator.take(current.value)
        reactor.atEndOfTurn { [accessLog] in accessLog.flush() }
    }

    func speaksForOthers(_ peer: IPAddress) -> Bool { deployments.read().value.trustedProxies.contains(peer) }

    // MARK: Routing and authentication

    func answer(_ request: Request, from peer: String, at turn: Turn) -> Answer {
        takeUpChanges()
        let exchange = begin(request, from: peer)
        // `OPTIONS *` asks about the gateway as a whole (RFC 9110, section 9.3.7).
        if request.method == .options, request.target.pathBytes == [UInt8(ascii: "*")] {
            return exchange.now(.noContent)
        }
        guard let segments = request.target.segments else {
            return exchange.now(
                .problem(
                    Problem(.invalidRequest, detail: "The path's percent-encoding is broken, or it has dots to climb."))
            )
        }
        guard let match = RouteMatch(segments: segments) else {
            return exchange.now(.problem(Problem(.notFound, detail: "Nothing is at this path.")))
        }
        exchange.context.route = match.route
        guard match.route.allows(request.method) else {
            let problem = Problem(.methodNotAllowed, detail: "This cannot be done here; the Allow field says what can.")
            return exchange.now(.problem(problem), allow: match.route.allow)
        }
        guard request.method != .options else { return exchange.now(.noContent, allow: match.route.allow) }
        if match.route == .asset { return exchange.now(PageRoutes.asset(match.item)) }
        guard health.isStoreInContact(at: turn.monotonic) else {
            let problem = Problem(
                .unavailable, detail: "The store cannot be reached, and nothing is decided on old rows.")
            return exchange.now(.problem(problem))
        }
        if match.route == .openAPI { return exchange.now(OpenAPI.reply) }
        if match.route.isRateLimited, let problem = limitSignIns(exchange, at: turn) {
            return exchange.now(.problem(problem))
        }
        if match.route.kind == .signIn || match.route == .backchannelLogout { return signIn(match, exchange) }
        return look(match, exchange, at: turn, Look())
    }

    private func begin(_ request: Request, from peer: String) -> Exchange {
        let context = RequestContext()
        context.record.requestID = requestIDs.next()
        context.record.method = request.method.rawValue
        context.record.remoteAddress = current.value.trustedProxies.client(
            peer: peer, forwardedFor: request.fields(.forwardedFor))
        return Exchange(
            request: request, deployment: current.value, access: access.value, context: context,
            renderer: ReplyRenderer(
                requestID: context.record.requestID, ifNoneMatch: request.field(.ifNoneMatch),
                isHTTPS: current.value.isHTTPS), on: reactor)
    }

    /// Adopts a new deployment, or new keys of a provider.
    private func takeUpChanges() {
        // A revocation or a suspension takes effect with the next request.
        if service.access.snapshots.refresh(&access) { entitlements.removeAll() }
        let isNew = deployments.refresh(&current)
        guard isNew || knownNews != news.version else { return }
        knownNews = news.version
        authenticator.take(current.value)
        entitlements.removeAll()
    }

    /// Counts requests that may be guesses, or that cause work for others.
    private func limitSignIns(_ exchange: Exchange, at turn: Turn) -> Problem? {
        let client = ClientPrefix(exchange.context.record.remoteAddress)
        if let seconds = signInLimiter.retryAfter(client, now: turn.monotonic) {
            var problem = Problem(
                .rateLimited, detail: "Too many sign-ins or invitations came from this address. Try again later.")
            problem.retryAfter = seconds
            return problem
        }
        signInLimiter.record(client, now: turn.monotonic)
        return nil
    }

    private func signIn(_ match: RouteMatch, _ exchange: Exchange) -> Answer {
        let flow = SignInFlow(
            deployment: exchange.deployment, service: service, request: exchange.request,
            requestID: exchange.renderer.requestID, address: exchange.context.record.remoteAddress)
        let isPost = exchange.request.method == .post
        return exchange.later { body in
            switch match.route {
            case .login: isPost ? await flow.loginConfirmed(body) : await flow.login()
            case .initiate: isPost ? await flow.initiatePosted(body) : await flow.initiate()
            case .callback:
                isPost
                    ? await flow.callbackPosted(of: match.item, body) : await flow.callback(of: match.item)
            case .callbackWithoutProvider: flow.callbackWithoutProvider()
            case .logout: await flow.logout(body)
            case .backchannelLogout: await flow.backchannelLogout(match.item, body)
            default: flow.signedOut()
            }
        }
    }

    /// Checks the credentials; if one depends on a wait, checks them again afterwards.
    private func look(_ match: RouteMatch, _ exchange: Exchange, at turn: Turn, _ look: Look) -> Answer {
        let credential = authenticator.authenticate(
            exchange.request, exchange.renderer.requestID,
            from: ClientPrefix(exchange.context.record.remoteAddress), under: exchange.deployment, at: turn, look)
        switch credential {
        case .caller(let caller): return serve(match, exchange, caller)
        case .refused(let problem): return exchange.now(.problem(problem))
        case .missing(let clears):
            if match.route == .acceptance { return acceptance(exchange, nil) }
            return exchange.now(unauthenticated(match, exchange, clears: clears))
        case .outdated(let provider): return exchange.now(outdated(match, exchange, provider))
        case .pending(let wait):
            let handler = Confined(self, to: reactor.confinement)
            return .later(bodyLimit: exchange.bodyLimit, context: exchange.context) { body in
                switch await wait() {
                case .refused(let problem): return exchange.render(.problem(problem))
                case .lookAgain(let sessions):
                    let next = Look(number: look.number + 1, sessions: sessions)
                    return await handler.value.lookAgain(match, exchange, next).response(to: body)
                }
            }
        }
    }

    /// Checks again with the current time and keys; the deployment stays that of the request's beginning.
    private func lookAgain(_ match: RouteMatch, _ exchange: Exchange, _ next: Look) -> Answer {
        guard next.number <= 3 else {
            return exchange.now(
                .problem(Problem(.unavailable, detail: "The gateway could not settle who you are. Try again.")))
        }
        takeUpChanges()
        let turn = Turn(monotonic: reactor.turn.monotonic, wall: service.now())
        return look(match, exchange, at: turn, next)
    }

    // MARK: Requests without a valid credential

    private func unauthenticated(_ match: RouteMatch, _ exchange: Exchange, clears: Bool) -> Reply {
        let cookies = clears ? [exchange.deployment.sessionCookie.clearing] : []
        let request = exchange.request
        if match.route == .home, RequestOrigin.isNavigation(request) || request.acceptsAnything {
            return PageRoutes.signIn(exchange).with(cookies)
        }
        guard match.route.kind == .page, RequestOrigin.isNavigation(request) else {
            let problem = Problem(
                .unauthenticated, detail: "Sign in, or send a bearer token in the Authorization field.")
            return Reply.problem(problem).with(cookies)
        }
        let query = SignInQuery(organization: match.organization, returnTo: exchange.target)
        return Reply.redirect(query.link).with(cookies)
    }

    func outdated(_ match: RouteMatch, _ exchange: Exchange, _ provider: ProviderID) -> Reply {
        guard match.route.kind == .page, RequestOrigin.isNavigation(exchange.request) else {
            return .problem(
                Problem(
                    .unauthenticated,
                    detail: "Your identity provider has to confirm your claims again: load the page anew, or sign in."))
        }
        let query = SignInQuery(
            provider: provider.text, organization: match.organization.isEmpty ? nil : match.organization,
            returnTo: exchange.target)
        return .redirect(query.link)
    }

    // MARK: Completion

    func refuse(_ fault: ProtocolError, from peer: String, at turn: Turn) -> Answer {
        let context = RequestContext()
        context.record.requestID = requestIDs.next()
        context.record.method = "other"
        context.record.remoteAddress = peer
        context.record.reason = "\(fault)"
        let renderer = ReplyRenderer(
            requestID: context.record.requestID, ifNoneMatch: nil, isHTTPS: current.value.isHTTPS)
        return .now(renderer.render(.problem(Problem.of(fault))), context: context)
    }

    /// Flushes the access log; at the end of a turn this happens automatically.
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
