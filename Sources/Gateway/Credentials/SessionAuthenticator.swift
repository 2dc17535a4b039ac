internal import Grants
internal import HTTPMessage
internal import OpenID
internal import Sessions
internal import Snapshots
internal import Sockets
internal import Text
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
        var found: (session: BrowserSession, standing: SessionStanding)?
        var hasSeveral = false
        var unknown: [SessionKey] = []
        for (token, key) in reading.tokens {
            guard let session = service.sessions.cached(key) else {
                unknown.append(key)
                continue
            }
            let standing = standing(of: session, under: deployment, at: turn.wall)
            guard standing != .ended else {
                service.sessions.endInBackground(session.key)
                continue
            }
            hasSeveral = found != nil
            found = (BrowserSession(session: session, token: token), standing)
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
        guard let (only, standing) = found else { return .missing(clears: true) }
        // One of them was put there by somebody else, and which one cannot be told.
        guard !hasSeveral else {
            return .refused(
                Problem(
                    .invalidRequest,
                    detail: "The browser sent two sessions at once. Delete this site's cookies and sign in again."))
        }
        return judge(only, standing, under: deployment, at: turn)
    }

    /// What came by a provider that is gone, or is another issuer now, has ended.
    private func standing(of session: Session, under deployment: Deployment, at now: Timestamp) -> SessionStanding {
        guard deployment.signIn.issuers[session.claims.provider].isExactly(session.claims.identity.issuer) else {
            return .ended
        }
        return session.standing(under: deployment.signIn.lifetimes, at: now)
    }

    private func judge(
        _ found: BrowserSession, _ standing: SessionStanding, under deployment: Deployment, at turn: Turn
    ) -> Credential {
        let session = found.session
        let lifetimes = deployment.signIn.lifetimes
        switch standing {
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
                let lacksClaims = deployment.lacksMappedClaims(
                    of: session.claims.provider, with: service.access.snapshots.read().value)
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
