internal import AccessUseCases
internal import Addresses
internal import Credentials
internal import Endpoints
internal import HTTPServer
internal import Policy
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
            if let others = check.others { return serve(context, endpoint, caller, others: others) }
            return header(context, endpoint, caller, check)
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
                    var next = check
                    (next.number, next.sessions) = (check.number + 1, sessions)
                    return await handler.value.identifyAgain(context, endpoint, next).response(to: body)
                }
            }
        }
    }

    /// Serves a caller with what the header of the page shows. If that takes long, the caller is checked again after it.
    private func header(
        _ context: RequestContext, _ endpoint: Endpoint, _ caller: Caller, _ check: CredentialCheck
    ) -> Answer {
        let (count, menu) = (requestCount(context, endpoint, caller), self.menu(context, endpoint, caller))
        if count == nil, case .known(let others) = menu { return serve(context, endpoint, caller, others: others) }
        let handler = Confined(self, to: reactor.confinement)
        let generation = entitlements.generation
        return later(context, endpoint) { body in
            await count?()
            var next = check
            switch menu {
            case .known(let others): next.others = others
            case .unknown(let evaluate):
                let evaluated = await evaluate() ?? []
                next.others = GatewayHandler.menu(of: evaluated)
                handler.value.keep(evaluated, of: caller, since: generation)
            }
            return await handler.value.identifyAgain(context, endpoint, next).response(to: body)
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
