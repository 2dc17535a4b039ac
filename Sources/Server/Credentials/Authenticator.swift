internal import Addresses
internal import Endpoints
internal import HTTPMessage
internal import Identities
internal import OpenID
internal import RuntimeConfiguration
internal import Sockets
internal import Telemetry
internal import Tokens

/// Authenticates a request from its bearer token or session cookie. Each reactor has its own instance.
final class Authenticator {
    private let gatewayMetrics: GatewayMetrics
    private let log: Log
    private var verifier = BearerTokenVerifier([], cacheSize: 0)
    private var accepted: [ProviderID: Counter] = [:]
    private var limiter = ClientLimiter()

    private var sessions: SessionAuthenticator

    init(_ gatewayMetrics: GatewayMetrics, _ log: Log, sessions: SessionAuthenticator) {
        self.gatewayMetrics = gatewayMetrics
        self.log = log
        self.sessions = sessions
    }

    /// Replaces the providers; tokens remembered under the old ones are forgotten.
    func take(_ configuration: RuntimeConfiguration) {
        verifier = BearerTokenVerifier(
            configuration.trusted, cacheSize: configuration.tokenCache, keys: configuration.keys)
    }

    /// Takes up new keys of a provider; remembered tokens are forgotten.
    func takeKeys() { verifier.forgetKeys() }

    /// Authenticates a request. If an `Authorization` field is present, it alone decides, and the cookie is not tried.
    ///
    /// - Parameter client: the key for counting failures; evaluated only if a failure was or is counted.
    /// - Parameter requestID: the request's id, for the log.
    func authenticate(
        _ request: Request, _ requestID: String, from client: @autoclosure () -> ClientPrefix,
        under configuration: RuntimeConfiguration, at turn: Turn, _ check: CredentialCheck
    ) -> Credential {
        guard let field = request.fieldBytes(.authorization) else {
            return sessions.authenticate(request, requestID, under: configuration, at: turn, check)
        }
        // Two tokens could let two readers see two different users.
        guard request.count(of: .authorization) == 1, case .token(let token) = BearerCredential(field) else {
            return .refused(refusal(.malformed, "The Authorization field must be \"Bearer\" and one token."))
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
            if check.number < Authenticator.mostWaits,
                let wait = newKeys(for: error, from: client(), requestID, configuration)
            {
                return .pending(wait)
            }
            log.write(
                .warning, "a bearer token was refused", requestID: requestID,
                fields: [
                    ("provider", error.provider?.text ?? ""), ("reason", error.reason.rawValue),
                    ("detail", error.loggedDetail + cause(of: error, under: configuration)),
                ])
            limiter.record(client(), now: turn.monotonic)
            gatewayMetrics.verifications.counter([error.provider?.text ?? "unknown", error.reason.rawValue]).add()
            return .refused(refusal(error.reason, error.detail))
        }
    }

    /// The number of waits for keys before a token is refused. A fetch in progress may have begun before the provider's
    /// keys changed; the second wait is for a fetch of its own.
    private static let mostWaits = 2

    /// The fetch to wait for, if a token's key may be one that the gateway does not know yet. Only a token that would
    /// be refused waits.
    private func newKeys(
        for refusal: TokenRefusal, from client: ClientPrefix, _ requestID: String, _ configuration: RuntimeConfiguration
    ) -> (@Sendable () async -> WaitOutcome)? {
        guard let remote = configuration.remote(ofRefused: refusal) else { return nil }
        let (asker, version) = (KeyAsker.client(client), verifier.keyVersion(of: remote.id) ?? 0)
        guard remote.canLearnKeys(for: asker, beyond: version) else { return nil }
        return {
            await remote.learnKeys(for: asker, beyond: version, requestID: requestID)
            return .checkAgain(sessions: nil)
        }
    }

    /// The reason why the provider's keys are missing, for the log.
    private func cause(of refusal: TokenRefusal, under configuration: RuntimeConfiguration) -> String {
        guard refusal.reason == .keysUnavailable, let fault = configuration.remote(ofRefused: refusal)?.keysError else {
            return ""
        }
        return " \(fault)"
    }

    private func refusal(_ reason: TokenReason, _ detail: String) -> Problem {
        Problem(.unauthenticated, detail: detail, reason: reason.rawValue)
    }

    private func count(_ provider: ProviderID) {
        if let counter = accepted[provider] { return counter.add() }
        let counter = gatewayMetrics.verifications.counter([provider.text, "accepted"])
        accepted[provider] = counter
        counter.add()
    }
}
