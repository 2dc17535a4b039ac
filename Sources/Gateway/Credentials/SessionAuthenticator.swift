internal import HTTPMessage
internal import OpenID
internal import Sessions
internal import Sockets
internal import Time
internal import Tokens
internal import Web

/// Finds the session of a request's cookie, and asks the provider about it when that is due. One a reactor.
struct SessionAuthenticator {
    let service: SignInService
    private var cookies = KnownCookies()

    init(service: SignInService) {
        self.service = service
    }

    /// - Parameter isSecondLook: after ``Credential/pending(_:)``; what is not there now is not there at all.
    mutating func authenticate(
        _ request: Request, under deployment: Deployment, at turn: Turn, isSecondLook: Bool
    ) -> Credential {
        let reading = cookies.reading(of: request, for: deployment.sessionCookie)
        guard reading.isThere else { return .missing(clears: false) }
        var found: [BrowserSession] = []
        var unknown: [SessionKey] = []
        for (token, key) in reading.tokens {
            if let session = service.sessions.cached(key) {
                if isLive(session, under: deployment, at: turn.wall) {
                    found.append(BrowserSession(session: session, token: token))
                }
            } else {
                unknown.append(key)
            }
        }
        if !unknown.isEmpty, !isSecondLook {
            let (sessions, keys) = (service.sessions, unknown)
            return .pending {
                for key in keys {
                    do {
                        _ = try await sessions.session(key)
                    } catch {
                        return Problem(.unavailable, detail: "The store cannot be reached. Try again in a moment.")
                    }
                }
                return nil
            }
        }
        guard let only = found.first else { return .missing(clears: true) }
        // One of them was put there by somebody else, and which one cannot be told.
        guard found.count == 1 else {
            return .refused(
                Problem(
                    .invalidRequest,
                    detail: "The browser sent two sessions at once. Delete this site's cookies and sign in again."))
        }
        return judge(only, under: deployment, at: turn)
    }

    /// Ends what idled too long, is too old, or came by a provider that is gone.
    private func isLive(_ session: Session, under deployment: Deployment, at now: Timestamp) -> Bool {
        let isKnown = deployment.signIn.party(session.claims.provider).map {
            TrustedProvider.canonicalIssuer($0.client.provider.issuer) == session.claims.identity.issuer
        }
        if isKnown == true, session.standing(under: deployment.signIn.lifetimes, at: now) != .ended { return true }
        service.sessions.endInBackground(session.key)
        return false
    }

    private func judge(_ found: BrowserSession, under deployment: Deployment, at turn: Turn) -> Credential {
        let session = found.session
        let lifetimes = deployment.signIn.lifetimes
        switch session.standing(under: lifetimes, at: turn.wall) {
        case .good: break
        case .ended: return .missing(clears: true)
        case .claimsTooOld: return .outdated(session.claims.provider)
        case .renewalDue:
            switch service.renewals.advice(for: session, under: lifetimes, at: turn.wall) {
            case .useAsIs: break
            case .signInAgain: return .outdated(session.claims.provider)
            case .renew:
                guard let party = deployment.signIn.party(session.claims.provider) else {
                    return .missing(clears: true)
                }
                let lacksClaims = deployment.lacksMappedClaims(of: session.claims.provider)
                let renewals = service.renewals
                return .pending {
                    await renewals.renew(session, at: party, lacksClaims: lacksClaims)
                    return nil
                }
            }
        }
        service.sessions.noteUse(of: session, at: turn.wall)
        return .caller(Caller(claims: session.claims, session: found))
    }
}
