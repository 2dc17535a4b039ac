package import Addresses
internal import Endpoints
package import HTTPMessage
internal import Identities
internal import OpenID
package import RuntimeConfiguration
package import Sockets
package import Telemetry
internal import Tokens
package import Web

/// Authenticates a request from its bearer token or session cookie. Each reactor has its own instance.
package final class Authenticator {
    /// The verifications of bearer tokens, by provider and result.
    private let verifications: CounterFamily
    private let log: Log
    private var verifier = BearerTokenVerifier([], cacheSize: 0)
    private var accepted: [ProviderID: Counter] = [:]
    private var limiter = ClientLimiter()

    private var sessions: SessionAuthenticator

    /// - Parameter verifications: counts tokens, by provider and result.
    package init(counting verifications: CounterFamily, _ log: Log, sessions: SessionAuthenticator) {
        self.verifications = verifications
        self.log = log
        self.sessions = sessions
    }

    /// Replaces the providers; tokens remembered under the old ones are forgotten.
    package func take(_ configuration: RuntimeConfiguration) {
        verifier = BearerTokenVerifier(
            configuration.trusted, cacheSize: configuration.tokenCache, keys: configuration.keys)
    }

    /// Takes up new keys of a provider; remembered tokens are forgotten.
    package func takeKeys() { verifier.forgetKeys() }

    /// Authenticates a request. If an `Authorization` field is present, it alone decides, and the cookie is not tried.
    ///
    /// - Parameter client: the key for counting failures; evaluated only if a failure was or is counted.
    /// - Parameter requestID: the request's id, for the log.
    package func authenticate(
        _ request: Request, _ requestID: String, from client: @autoclosure () -> ClientPrefix,
        under configuration: RuntimeConfiguration, at turn: Turn, _ check: CredentialCheck
    ) -> Credential {
        guard request.fieldBytes(.authorization) != nil else {
            return sessions.authenticate(request, requestID, under: configuration, at: turn, check)
        }
        return bearer(request, requestID, from: client(), under: configuration, at: turn, check.number)
    }

    /// Authenticates a request from its `Authorization` field alone; a request without the field is refused.
    ///
    /// - Parameter number: the number of earlier checks of this request.
    package func bearer(
        _ request: Request, _ requestID: String, from client: @autoclosure () -> ClientPrefix,
        under configuration: RuntimeConfiguration, at turn: Turn, _ number: Int
    ) -> Credential {
        // Two tokens could let two readers see two different users.
        guard request.count(of: .authorization) == 1, let field = request.fieldBytes(.authorization),
            case .token(let token) = BearerCredential(field)
        else {
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
            if number < Authenticator.mostWaits,
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
            verifications.counter([error.provider?.text ?? "unknown", error.reason.rawValue]).add()
            return .refused(refusal(error.reason, error.detail))
        }
    }

    /// Finds the session of an application's cookie.
    ///
    /// - Parameters:
    ///   - cookie: the cookie of sessions at the host.
    ///   - host: the application's host.
    package func app(
        _ request: Request, _ cookie: Cookie, at host: String, _ requestID: String,
        under configuration: RuntimeConfiguration, at turn: Turn, _ check: AppCheck
    ) -> AppCredential {
        sessions.app(request, cookie, at: host, requestID, under: configuration, at: turn, check)
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
        let counter = verifications.counter([provider.text, "accepted"])
        accepted[provider] = counter
        counter.add()
    }
}
