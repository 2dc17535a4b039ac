internal import Addresses
internal import HTTPMessage
internal import HTTPServer
internal import Identities
internal import Sockets
internal import Threads
internal import Web

extension GatewayHandler {
    /// Checks the credentials; if one depends on a wait, checks them again afterwards.
    func identify(_ context: RequestContext, _ endpoint: Endpoint, at turn: Turn, _ look: Look) -> Answer {
        let credential = authenticator.authenticate(
            context.request, context.requestID, from: ClientPrefix(context.remoteAddress), under: context.deployment,
            at: turn, look)
        switch credential {
        case .caller(let caller): return serve(context, endpoint, caller)
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
                case .lookAgain(let sessions):
                    let next = Look(number: look.number + 1, sessions: sessions)
                    return await handler.value.identifyAgain(context, endpoint, next).response(to: body)
                }
            }
        }
    }

    /// Checks again with the current time and keys; the deployment stays that of the request's beginning.
    private func identifyAgain(_ context: RequestContext, _ endpoint: Endpoint, _ next: Look) -> Answer {
        guard next.number <= 3 else {
            return now(
                .problem(Problem(.unavailable, detail: "The gateway could not check your credentials. Try again.")),
                context
            )
        }
        takeUpChanges()
        let turn = Turn(monotonic: reactor.turn.monotonic, wall: service.now())
        return identify(context, endpoint, at: turn, next)
    }
}

extension RequestContext {
    /// Whether a redirect to a sign-in helps.
    private var mayGoToSignIn: Bool { resource?.kind == .page && RequestOrigin.isNavigation(request) }

    /// The organization that the path names; nil if it names none.
    private var organization: String? {
        let organization = variable("org")
        return organization.isEmpty ? nil : organization
    }

    /// Removes a session cookie that cannot be used; empty if there is none.
    var staleCookies: [String] { record.hasStaleSession ? [deployment.sessionCookie.clearing] : [] }

    /// The reply to a request without a valid credential.
    var unauthenticated: Reply {
        guard mayGoToSignIn else {
            let problem = Problem(
                .unauthenticated, detail: "Sign in, or send a bearer token in the Authorization field.")
            return Reply.problem(problem).with(staleCookies)
        }
        let query = SignInQuery(organization: organization, returnTo: target)
        return Reply.redirect(query.link).with(staleCookies)
    }

    /// The reply to a request whose claims have to be renewed by a sign-in at their provider.
    func outdated(_ provider: ProviderID) -> Reply {
        guard mayGoToSignIn else {
            return .problem(
                Problem(
                    .unauthenticated,
                    detail: "Your identity provider must confirm your claims again. Reload the page, or sign in again.")
            )
        }
        let query = SignInQuery(provider: provider.text, organization: organization, returnTo: target)
        return .redirect(query.link)
    }
}
