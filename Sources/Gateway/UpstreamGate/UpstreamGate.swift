internal import Addresses
package import Assertions
package import Credentials
internal import Endpoints
internal import HTTPMessage
internal import Identities
package import Policy
package import RuntimeConfiguration
internal import Sessions
package import Sockets
internal import Text
package import Tokens

/// Decides about requests to applications: path, rule, credential, identity. The reverse proxy and forward-auth share
/// it. Each reactor has its own instance.
package final class UpstreamGate {
    private let authenticator: Authenticator
    private var signer: AssertionSigner

    package init(_ authenticator: Authenticator, keys: AssertionKeys) {
        self.authenticator = authenticator
        signer = AssertionSigner(keys)
    }

    /// Forgets what depends on rules, grants or keys that have changed.
    package func forget() { signer.forget() }

    /// Decides about a request.
    ///
    /// - Parameters:
    ///   - state: the rules, grants and suspensions that decide the whole request.
    ///   - entitlement: returns the access of claims to the application's organization.
    package func admit(
        _ visit: UpstreamVisit, under configuration: RuntimeConfiguration, _ state: AccessState, at turn: Turn,
        _ check: AppCheck, entitlement: (VerifiedClaims) -> Entitlement?
    ) -> UpstreamAdmission {
        let path: UpstreamPath
        do throws(UpstreamPathFault) {
            path = try UpstreamPath(visit.path)
        } catch {
            return .refused(.badPath(error))
        }
        let upstream = visit.upstream
        // A rule that permits anyone needs no credential, and none is looked at.
        switch state.decide(path: path, method: visit.method, claims: nil, at: upstream.rules) {
        case .permit(let permit):
            return .admitted(
                UpstreamPass(
                    permit: permit, identity: IdentityFields.none, passesAuthorization: upstream.passesAuthorization))
        case .refuse(let reason): return .refused(.access(reason))
        case .signIn: break
        }
        switch credential(visit, under: configuration, at: turn, check) {
        case .missing: return .refused(.signIn)
        case .refused(let problem): return .refused(.credential(problem))
        case .pending(let wait): return .pending(wait)
        case .caller(let caller, let session):
            let decision = state.decide(
                path: path, method: visit.method, claims: caller.claims, at: upstream.rules, entitlement: entitlement)
            switch decision {
            case .signIn: return .refused(.signIn)
            case .refuse(let reason): return .refused(.access(reason))
            case .permit(let permit):
                guard let identity = identity(permit, visit, session, configuration, state, at: turn) else {
                    return .refused(
                        .unavailable(Problem(.unavailable, detail: "The gateway has no key to sign with. Try again.")))
                }
                return .admitted(
                    UpstreamPass(
                        permit: permit, identity: identity,
                        passesAuthorization: upstream.passesAuthorization))
            }
        }
    }

    /// Whom the request's credential names.
    private enum Found {
        /// - Parameter session: nil for bearer tokens.
        case caller(Caller, AppSession?)
        case missing
        case refused(Problem)
        case pending(@Sendable () async -> AppWait)
    }

    private func credential(
        _ visit: UpstreamVisit, under configuration: RuntimeConfiguration, at turn: Turn, _ check: AppCheck
    ) -> Found {
        let request = visit.request
        let hasAuthorization = request.fieldBytes(.authorization).map { _ in true } ?? false
        // The application's own Authorization field decides nothing while a session does.
        if hasAuthorization, !visit.upstream.passesAuthorization {
            return bearer(visit, under: configuration, at: turn, check)
        }
        let found = authenticator.app(
            request, visit.upstream.cookies.session, at: visit.upstream.host, visit.requestID, under: configuration,
            at: turn, check)
        switch found {
        case .caller(let caller, let session): return .caller(caller, session)
        case .missing: return hasAuthorization ? bearer(visit, under: configuration, at: turn, check) : .missing
        case .refused(let problem): return .refused(problem)
        case .pending(let wait): return .pending(wait)
        }
    }

    private func bearer(
        _ visit: UpstreamVisit, under configuration: RuntimeConfiguration, at turn: Turn, _ check: AppCheck
    ) -> Found {
        let found = authenticator.bearer(
            visit.request, visit.requestID, from: ClientPrefix(visit.client), under: configuration, at: turn,
            check.number)
        switch found {
        case .caller(let caller): return .caller(caller, nil)
        case .missing, .outdated: return .missing
        case .refused(let problem): return .refused(problem)
        case .pending(let wait):
            let next = check.next
            return .pending {
                switch await wait() {
                case .refused(let problem): .refused(problem)
                case .checkAgain: .checkAgain(next)
                }
            }
        }
    }

    private func identity(
        _ permit: UpstreamPermit, _ visit: UpstreamVisit, _ session: AppSession?,
        _ configuration: RuntimeConfiguration, _ state: AccessState, at turn: Turn
    ) -> Fields? {
        guard let claims = permit.claims else { return nil }
        return signer.fields(
            for: claims, audience: visit.upstream.id.text, issuer: configuration.publicURL, session: session?.id,
            role: permit.role?.rawValue, at: turn.wall
        ) {
            AssertedIdentity(
                claims, verifiedEmail: state.rules.verifiedEmail(of: claims),
                groupsClaim: state.rules.groupsClaim(of: claims.provider), user: visit.upstream.user,
                in: permit.organization, as: permit.role)
        }
    }
}
