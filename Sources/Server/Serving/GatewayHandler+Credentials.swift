internal import AccessUseCases
internal import Addresses
internal import Endpoints
internal import HTTPServer
internal import Snapshots
internal import Sockets
internal import Threads

extension GatewayHandler {
    /// Checks the credentials; if one depends on a wait, checks them again afterwards.
    func identify(_ context: RequestContext, _ endpoint: Endpoint, at turn: Turn, _ check: CredentialCheck) -> Answer {
        let credential = authenticator.authenticate(
            context.request, context.requestID, from: ClientPrefix(context.remoteAddress), under: context.configuration,
            at: turn, check)
        switch credential {
        case .caller(let caller):
            if !check.hasCounted, let count = requestCount(context, endpoint, caller) {
                let handler = Confined(self, to: reactor.confinement)
                var next = check
                next.hasCounted = true
                return later(context, endpoint) { [next] body in
                    await count()
                    return await handler.value.identifyAgain(context, endpoint, next).response(to: body)
                }
            }
            return serve(context, endpoint, caller)
        case .refused(let problem): return now(.problem(problem), context)
        case .missing(let clears):
            context.record.hasStaleSession = clears
            return serve(context, endpoint, nil)
        case .outdated(let provider): return now(context.outdated(provider), context)
        case .pending(let wait):
            let handler = Confined(self, to: reactor.confinement)
            return later(context, endpoint) { body in
                switch await wait() {
                case .refused(let problem): return context.render(.problem(problem))
                case .checkAgain(let sessions):
                    let next = CredentialCheck(number: check.number + 1, sessions: sessions)
                    return await handler.value.identifyAgain(context, endpoint, next).response(to: body)
                }
            }
        }
    }

    /// Checks again with the current time, keys, configuration, grants and suspensions. Nothing was decided before the
    /// wait, and the verifier has the keys of the current configuration. One configuration therefore decides the whole
    /// request, and a reload during the wait takes effect. Only the limit of the content stays that of the beginning.
    private func identifyAgain(_ context: RequestContext, _ endpoint: Endpoint, _ next: CredentialCheck) -> Answer {
        guard next.number <= 3 else {
            return now(
                .problem(Problem(.unavailable, detail: "The gateway could not check your credentials. Try again.")),
                context
            )
        }
        takeUpChanges()
        let turn = Turn(monotonic: reactor.turn.monotonic, wall: services.stores.now())
        // The store may have fallen silent during the wait.
        if let problem = silence(for: endpoint, at: turn) { return now(.problem(problem), context) }
        return identify(
            RequestContext(context, under: current.value, snapshot.value), endpoint, at: turn, next)
    }
}
