internal import HTTPMessage
internal import OpenID
internal import Sockets
internal import Telemetry
internal import Time
internal import Tokens

/// Finds out whose request it is. One a reactor.
final class Authenticator {
    private let figures: GatewayFigures
    private var verifier = BearerTokenVerifier([], cacheSize: 0)
    private var accepted: [ProviderID: Counter] = [:]
    private var limiter = ClientLimiter()

    private var sessions: SessionAuthenticator

    init(_ figures: GatewayFigures, sessions: SessionAuthenticator) {
        self.figures = figures
        self.sessions = sessions
    }

    /// Takes up new providers and keys; what was remembered under the old ones is forgotten.
    func take(_ deployment: Deployment) {
        verifier = BearerTokenVerifier(deployment.trustedProviders, cacheSize: deployment.tokenCache)
    }

    /// Where the `Authorization` field is there it alone decides; the cookie is never tried after it.
    ///
    /// - Parameter client: what failures are counted by; asked only if one was counted or is.
    /// - Parameter look: how often it was looked at before, with something waited for in between.
    func authenticate(
        _ request: Request, from client: @autoclosure () -> ClientPrefix, under deployment: Deployment, at turn: Turn,
        look: Int
    ) -> Credential {
        guard let field = request.fieldBytes(.authorization) else {
            return sessions.authenticate(request, under: deployment, at: turn, isSecondLook: look > 0)
        }
        // Two would let two readers see two different people.
        guard request.count(of: .authorization) == 1, case .token(let token) = BearerCredential(field) else {
            return .refused(refusal(.malformed, "The Authorization field has to be \"Bearer\" and one token."))
        }
        if limiter.hasCounted, let seconds = limiter.retryAfter(client(), now: turn.monotonic),
            !verifier.remembers(token.span, at: turn.wall)
        {
            var problem = Problem(
                .rateLimited, detail: "Too many refused tokens came from this address. Try again later.")
            problem.retryAfter = seconds
            return .refused(problem)
        }
        do throws(TokenRefusal) {
            let claims = try verifier.verify(token.span, at: turn.wall)
            count(claims.provider)
            return .caller(Caller(claims: claims, session: nil))
        } catch {
            if look == 0, let wait = newKeys(for: error, under: deployment) { return .pending(wait) }
            limiter.record(client(), now: turn.monotonic)
            figures.verifications.counter([error.provider?.text ?? "unknown", error.reason.rawValue]).add()
            return .refused(refusal(error.reason, error.detail))
        }
    }

    /// What to wait for where a token may be of a key that the provider has and the gateway not yet.
    private func newKeys(
        for refusal: TokenRefusal, under deployment: Deployment
    ) -> (@Sendable () async -> Problem?)? {
        guard let provider = refusal.provider, let remote = deployment.signIn.remotes[provider],
            deployment.providers.contains(where: { $0.id == provider && $0.keys == nil })
        else { return nil }
        switch refusal.reason {
        case .keysUnavailable where remote.needsKeys:
            return {
                await remote.refreshIfNeeded()
                return nil
            }
        case .keyNotFound where remote.mayHaveNewKeys:
            return {
                await remote.refreshForUnknownKey()
                return nil
            }
        default: return nil
        }
    }

    private func refusal(_ reason: TokenReason, _ detail: String) -> Problem {
        Problem(.unauthenticated, detail: detail, reason: reason.rawValue)
    }

    private func count(_ provider: ProviderID) {
        if let counter = accepted[provider] { return counter.add() }
        let counter = figures.verifications.counter([provider.text, "accepted"])
        accepted[provider] = counter
        counter.add()
    }
}
