internal import HTTPMessage
internal import Sockets
internal import Telemetry
internal import Time
internal import Tokens

/// Finds out whose request it is. One a reactor.
final class Authenticator {
    private let figures: GatewayFigures
    private var verifier = BearerTokenVerifier([], cacheSize: 0)
    private var accepted: [ProviderID: Counter] = [:]
    private var limiter = FailureLimiter()

    init(_ figures: GatewayFigures) {
        self.figures = figures
    }

    /// Takes up new providers and keys; what was remembered under the old ones is forgotten.
    func take(_ deployment: Deployment) {
        verifier = BearerTokenVerifier(deployment.providers, cacheSize: deployment.tokenCache)
    }

    func authenticate(
        _ request: Request, from address: String, at turn: Turn
    ) -> Result<VerifiedClaims, ProblemRefusal> {
        guard let field = request.fieldBytes(.authorization) else {
            return .failure(
                ProblemRefusal(Problem(.unauthenticated, detail: "Send a bearer token in the Authorization field.")))
        }
        // Two would let two readers see two different people.
        guard request.count(of: .authorization) == 1, case .token(let token) = BearerCredential(field) else {
            return .failure(refusal(.malformed, "The Authorization field has to be \"Bearer\" and one token."))
        }
        if let seconds = limiter.retryAfter(address, now: turn.monotonic),
            !verifier.remembers(token.span, at: turn.wall)
        {
            var problem = Problem(
                .rateLimited, detail: "Too many refused tokens came from this address. Try again later.")
            problem.retryAfter = seconds
            return .failure(ProblemRefusal(problem))
        }
        do throws(TokenRefusal) {
            let claims = try verifier.verify(token.span, at: turn.wall)
            count(claims.provider)
            return .success(claims)
        } catch {
            limiter.recordFailure(address, now: turn.monotonic)
            figures.verifications.counter([error.provider?.text ?? "unknown", error.reason.rawValue]).add()
            return .failure(refusal(error.reason, error.detail))
        }
    }

    private func refusal(_ reason: TokenReason, _ detail: String) -> ProblemRefusal {
        ProblemRefusal(Problem(.unauthenticated, detail: detail, reason: reason.rawValue))
    }

    private func count(_ provider: ProviderID) {
        if let counter = accepted[provider] { return counter.add() }
        let counter = figures.verifications.counter([provider.text, "accepted"])
        accepted[provider] = counter
        counter.add()
    }
}

/// A problem on its way out.
struct ProblemRefusal: Error {
    let problem: Problem

    init(_ problem: Problem) {
        self.problem = problem
    }
}
