internal import AccessUseCases
internal import Addresses
internal import Credentials
internal import Endpoints
internal import HTTPMessage
internal import HTTPServer
internal import Policy
internal import RuntimeConfiguration
internal import Snapshots
internal import Sockets
internal import Telemetry
internal import Text
internal import Threads
internal import UpstreamGate
internal import Upstreams

/// The listener of forward-auth: other proxies ask it about each request to an application. It serves nothing else, and
/// answers only trusted proxies.
final class ForwardAuthHandler: RequestHandler {
    private let gateway: GatewayHandler

    /// - Parameter gateway: the handler of the same reactor.
    init(_ gateway: GatewayHandler) {
        self.gateway = gateway
    }

    func speaksForOthers(_ peer: IPAddress) -> Bool { gateway.speaksForOthers(peer) }
    func refuse(_ fault: ProtocolError, from peer: String, at turn: Turn) -> Answer {
        gateway.refuse(fault, from: peer, at: turn)
    }
    func completed(_ exchange: CompletedExchange) { gateway.completed(exchange) }

    func answer(_ request: Request, from peer: String, at turn: Turn) -> Answer {
        gateway.takeUpChanges()
        let context = gateway.begin(request, at: nil, from: peer)
        context.record.route = "forward-auth"
        guard gateway.speaksForOthers(peer) else {
            return refuse("Only addresses in trusted_proxies may ask here.", context)
        }
        guard let path = ForwardAuthPath(request) else {
            return gateway.now(.problem(Problem(.notFound, detail: "Only forward-auth is served here.")), context)
        }
        guard path != .nginx || request.method == .get else {
            return refuse("This endpoint is asked with GET.", context)
        }
        // The proxy may pass such a field on, and the application take it for the gateway's.
        guard !ForwardAuthHandler.hasUnknownField(request) else {
            return refuse("The request has a field that only the gateway may state, in an unusual name.", context)
        }
        guard let original = path.original(of: request, in: context.configuration.upstreams) else {
            return refuse("The original request is incomplete, stated twice, or for an unknown host.", context)
        }
        let visit = UpstreamVisit(
            request, to: original.upstream, method: original.method, path: original.path, query: original.query,
            requestID: context.requestID, client: context.remoteAddress)
        guard !visit.isGatewayPath, !ForwardAuthPath.isNear(visit.path) else {
            return refuse("This path belongs to the gateway.", context)
        }
        if let problem = gateway.silence(at: turn) { return answer(to: .unavailable(problem), path, visit, context) }
        return decide(path, visit, context, at: turn, AppCheck())
    }

    private static func hasUnknownField(_ request: Request) -> Bool {
        var isUnknown = false
        request.fieldLines.each { head, name, _ in
            isUnknown = isUnknown || ReservedFields.areUnknownOfGateway(head, in: name)
        }
        return isUnknown
    }

    private func refuse(_ detail: String, _ context: RequestContext) -> Answer {
        context.record.entry.decision = "refuse"
        return gateway.now(.problem(Problem(.permissionMissing, detail: detail)), context)
    }

    private func decide(
        _ path: ForwardAuthPath, _ visit: UpstreamVisit, _ context: RequestContext, at turn: Turn, _ check: AppCheck
    ) -> Answer {
        let admission = gateway.admit(visit, context, at: turn, check)
        gateway.note(admission, context)
        switch admission {
        case .refused(let denial): return answer(to: denial, path, visit, context)
        case .admitted(let pass):
            return gateway.now(.adding(pass.identity, .content(type: "text/plain", tag: nil) { [] }), context)
        case .pending(let wait):
            let own = Confined(self, to: gateway.reactor.confinement)
            return .later(bodyLimit: 0, context: context.record) { body in
                switch await wait() {
                case .refused(let problem):
                    return await own.value.answer(to: .credential(problem), path, visit, context).response(to: body)
                case .checkAgain(let next):
                    return await own.value.decideAgain(path, visit, context, next).response(to: body)
                }
            }
        }
    }

    private func decideAgain(
        _ path: ForwardAuthPath, _ visit: UpstreamVisit, _ context: RequestContext, _ check: AppCheck
    ) -> Answer {
        guard check.number <= GatewayHandler.mostWaits else {
            return answer(to: .unavailable(GatewayHandler.undecided), path, visit, context)
        }
        guard let (visit, context) = gateway.again(visit, context) else {
            return refuse("The application is not configured any more.", context)
        }
        let turn = Turn(monotonic: gateway.reactor.turn.monotonic, wall: gateway.services.stores.now())
        if let problem = gateway.silence(at: turn) { return answer(to: .unavailable(problem), path, visit, context) }
        return decide(path, visit, context, at: turn, check)
    }

    /// The answer to a request that is not admitted: what the client is to get. nginx takes only 401 and 403 for an
    /// answer, and everything else for a failure.
    private func answer(
        to denial: UpstreamDenial, _ path: ForwardAuthPath, _ visit: UpstreamVisit, _ context: RequestContext
    ) -> Answer {
        let record = context.record
        record.entry.reason = denial.reason
        let replies = HostReplies(visit, publicURL: context.configuration.publicURL)
        guard path == .nginx else { return .now(replies.response(to: denial, of: visit), context: record) }
        var problem = denial.problem
        if ![401, 503].contains(problem.status) {
            problem = Problem(.permissionMissing, detail: problem.detail, reason: problem.reason)
        }
        var reply = Reply.problem(problem)
        if case .signIn = denial, visit.isNavigation {
            reply = .adding(Fields([(.location, replies.signInLink(for: visit))]), reply)
        }
        return .now(replies.render(reply), context: record)
    }
}
