internal import AccessUseCases
internal import Credentials
internal import Endpoints
internal import HTTPMessage
internal import HTTPServer
internal import Identities
internal import Policy
internal import RuntimeConfiguration
internal import Snapshots
internal import Sockets
internal import Telemetry
internal import Text
internal import Threads
internal import Time
internal import Tokens
internal import UpstreamGate
internal import Upstreams

// Requests at the hosts of applications.
extension GatewayHandler {
    /// The answer to a request that is not for the gateway's own host; nil if it is.
    func answerElsewhere(_ request: Request, from peer: String, at turn: Turn) -> Answer? {
        switch current.value.upstreams.place(of: request.hostName) {
        case .gateway: return nil
        case .unknown:
            return now(.problem(GatewayHandler.misdirected), begin(request, at: nil, from: peer))
        case .upstream(let upstream):
            let context = begin(request, at: nil, from: peer)
            context.record.route = "upstream:\(upstream.id)"
            let target = request.target
            let visit = UpstreamVisit(
                request, to: upstream, method: String(decoding: request.methodToken, as: UTF8.self),
                path: target.pathBytes, query: target.queryBytes, requestID: context.requestID,
                client: context.remoteAddress)
            return answer(visit, context, from: peer, at: turn)
        }
    }

    /// Refuses a request on a connection of another certificate. Without applications there is one host only, and any
    /// name of it is served.
    func answer(misdirected request: Request, from peer: String, at turn: Turn) -> Answer {
        takeUpChanges()
        guard !current.value.upstreams.all.isEmpty else { return answer(request, from: peer, at: turn) }
        return now(.problem(GatewayHandler.misdirected), begin(request, at: nil, from: peer))
    }

    private static let misdirected = Problem(
        .invalidRequest, status: 421, detail: "This gateway does not serve the requested host.")

    private func answer(_ visit: UpstreamVisit, _ context: RequestContext, from peer: String, at turn: Turn) -> Answer {
        let replies = HostReplies(visit, publicURL: context.configuration.publicURL)
        if let problem = silence(at: turn) { return refuse(.unavailable(problem), visit, context) }
        if visit.isGatewayPath {
            if let problem = limitSignIns(context, at: turn) {
                return .now(replies.response(problem), context: context.record)
            }
            return hosts.answer(visit, under: context.configuration, context: context.record)
        }
        // This listener has no endpoint of forward-auth, and no application gets such a path either.
        guard !ForwardAuthPath.isNear(visit.path) else {
            let missing = Problem(.notFound, detail: "This page doesn't exist.")
            return .now(replies.response(missing), context: context.record)
        }
        guard let target = visit.upstream.target else {
            return .now(replies.response(GatewayHandler.misdirected), context: context.record)
        }
        return pass(visit, context, forwardedFor: forwardedFor(visit, peer), to: target, at: turn, AppCheck())
    }

    /// The chain of addresses that led to this request. What a peer says that is not trusted is not passed on.
    private func forwardedFor(_ visit: UpstreamVisit, _ peer: String) -> String {
        guard visit.request.fieldBytes(.forwardedFor) != nil, speaksForOthers(peer) else { return peer }
        return (visit.request.fields(.forwardedFor) + [peer]).joined(separator: ", ")
    }

    // MARK: Admission

    /// Decides about a request, by one configuration and one state of the store.
    func admit(_ visit: UpstreamVisit, _ context: RequestContext, at turn: Turn, _ check: AppCheck)
        -> UpstreamAdmission
    {
        let organization = context.configuration.organization(visit.upstream.rules.organization)
        return gate.admit(visit, under: context.configuration, context.state, at: turn, check) { claims in
            organization.map { organization in
                entitlements.entitlement(of: claims, in: organization) {
                    context.state.entitlement(of: claims, under: organization.rules)
                }
            }
        }
    }

    /// Takes up changes, and makes the context of a request that has waited. Returns nil if its application is gone.
    func again(_ visit: UpstreamVisit, _ context: RequestContext) -> (UpstreamVisit, RequestContext)? {
        takeUpChanges()
        guard let upstream = current.value.upstreams[visit.upstream.id.text] else { return nil }
        return (visit.to(upstream), RequestContext(context, under: current.value, snapshot.value))
    }

    /// The problem of a request that has waited too often.
    static let undecided = Problem(
        .unavailable, detail: "The gateway could not check your credentials. Try again.")
    /// The most waits of one request: for the store, for a renewal, for the store again, and twice for keys.
    static let mostWaits = 5

    /// Records a decision for the log and the metrics.
    func note(_ admission: UpstreamAdmission, _ context: RequestContext) {
        let record = context.record
        switch admission {
        case .pending: return
        case .admitted(let pass):
            record.entry.decision = "permit"
            record.entry.organization = pass.permit.organization.text
            record.entry.subject = pass.permit.claims?.identity.subject.text ?? ""
            counters.permits(gatewayMetrics, pass.permit.role?.rawValue ?? (pass.isAnonymous ? "anyone" : "claims"))
        case .refused(let denial):
            record.entry.decision = "refuse"
            record.entry.reason = denial.reason
            gatewayMetrics.decisions.counter(["refuse", denial.reason]).add()
        }
    }

    private func refuse(_ denial: UpstreamDenial, _ visit: UpstreamVisit, _ context: RequestContext) -> Answer {
        context.record.entry.reason = denial.reason
        let replies = HostReplies(visit, publicURL: context.configuration.publicURL)
        return .now(replies.response(to: denial, of: visit), context: context.record)
    }

    // MARK: Reverse proxy

    private func pass(
        _ visit: UpstreamVisit, _ context: RequestContext, forwardedFor: String, to target: UpstreamTarget,
        at turn: Turn, _ check: AppCheck
    ) -> Answer {
        let admission = admit(visit, context, at: turn, check)
        note(admission, context)
        switch admission {
        case .refused(let denial): return refuse(denial, visit, context)
        case .admitted(let pass):
            return forward(pass, visit, context, forwardedFor: forwardedFor, to: target)
        case .pending(let wait):
            let handler = Confined(self, to: reactor.confinement)
            return .later(bodyLimit: target.options.bodyLimit, context: context.record) { body in
                switch await wait() {
                case .refused(let problem):
                    let replies = HostReplies(visit, publicURL: context.configuration.publicURL)
                    return replies.response(to: .credential(problem), of: visit)
                case .checkAgain(let next):
                    return await handler.value.passAgain(visit, context, forwardedFor: forwardedFor, next)
                        .response(to: body)
                }
            }
        }
    }

    /// Decides again with what is in force after a wait. Only the limit of the content stays that of the beginning.
    private func passAgain(
        _ visit: UpstreamVisit, _ context: RequestContext, forwardedFor: String, _ check: AppCheck
    ) -> Answer {
        guard check.number <= GatewayHandler.mostWaits else {
            return refuse(.unavailable(GatewayHandler.undecided), visit, context)
        }
        guard let (visit, context) = again(visit, context), let target = visit.upstream.target else {
            return now(.problem(GatewayHandler.misdirected), context)
        }
        let turn = Turn(monotonic: reactor.turn.monotonic, wall: services.stores.now())
        if let problem = silence(at: turn) { return refuse(.unavailable(problem), visit, context) }
        return pass(visit, context, forwardedFor: forwardedFor, to: target, at: turn, check)
    }

    private func forward(
        _ pass: UpstreamPass, _ visit: UpstreamVisit, _ context: RequestContext, forwardedFor: String,
        to target: UpstreamTarget
    ) -> Answer {
        let upstream = visit.upstream
        var fields = Fields([
            (.forwardedFor, forwardedFor),
            (.forwardedProto, upstream.scheme),
            (.forwardedHost, upstream.authority), (.requestID, visit.requestID),
        ])
        fields.append(pass.identity)
        let watch = Confined(StandingWatch(self, visit, context), to: reactor.confinement)
        let exchange = ForwardedExchange(
            pass.permit, host: visit.request.field(.host) ?? upstream.authority, requestID: visit.requestID,
            fields: fields,
            isStillPermitted: { watch.value.holds() })
        let (proxy, log) = (Confined(self.proxy, to: reactor.confinement), services.log)
        let record = Confined(context.record, to: reactor.confinement)
        let replies = HostReplies(visit, publicURL: context.configuration.publicURL)
        return .later(bodyLimit: target.options.bodyLimit, context: context.record) { body in
            do throws(UpstreamFault) {
                return try await proxy.value.forward(visit.request, body, exchange, to: target)
            } catch {
                record.value.entry.reason = error.code
                log.write(
                    .warning, "a request could not be forwarded", requestID: visit.requestID,
                    fields: [("upstream", target.id), ("reason", error.code), ("detail", error.detail)])
                return replies.response(to: error)
            }
        }
    }
}
