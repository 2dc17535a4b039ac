internal import Caches
internal import Cryptography
internal import Endpoints
internal import HTTPMessage
internal import OpenID
internal import RuntimeConfiguration
package import Sessions
package import SignInFlow
internal import Sockets
internal import Tokens
internal import Web

/// Finds the session of a request's cookie, and renews it at the provider when that is due. Each reactor has its own
/// instance.
package struct SessionAuthenticator {
    let sessions: SessionStore
    private let renewals: SessionRenewals
    private var cookies = KnownCookies(read: SessionCookies.read)
    var appCookies = KnownCookies(read: AppSessionCookie.read)
    let apps: AppSessionStore
    var knownApps = BoundedCache<SecretDigest<AppSessionPurpose>, AppSession>(bytes: 1 << 20, entries: 4096)
    /// The number of replaced sessions up to which ``knownApps`` is current.
    var knownReplaced = 0

    package init(_ sessions: SessionStore, renewals: SessionRenewals) {
        self.sessions = sessions
        self.renewals = renewals
        apps = AppSessionStore(sessions)
    }

    mutating func authenticate(
        _ request: Request, _ requestID: String, under configuration: RuntimeConfiguration, at turn: Turn,
        _ check: CredentialCheck
    ) -> Credential {
        let reading = cookies.reading(of: request, for: configuration.site.sessionCookie)
        guard reading.isThere else { return .missing(clears: false) }
        var found: (session: BrowserSession, standing: SessionStanding)?
        var hasSeveral = false
        var isUnknown = false
        var ended: [SessionKey] = []
        for (token, key) in reading.tokens {
            guard let session = sessions.cached(key) ?? check.sessions?[key] else {
                if check.sessions == nil { isUnknown = true }
                continue
            }
            let standing = configuration.signIn.standing(of: session, at: turn.wall)
            guard standing != .ended else {
                // Another process may have used the session since it was cached.
                if check.sessions == nil {
                    ended.append(key)
                } else {
                    sessions.endInBackground(key, unlessUsedAfter: session.usedAt)
                }
                continue
            }
            hasSeveral = found != nil
            found = (BrowserSession(session: session, token: token), standing)
        }
        if isUnknown || !ended.isEmpty { return .pending(loading(reading.tokens.map(\.key), anew: ended)) }
        guard let (only, standing) = found else { return .missing(clears: true) }
        guard !hasSeveral else { return .refused(.severalSessions) }
        return credential(
            of: only.session, only.token, standing, requestID, under: configuration, at: turn, check)
    }

    /// - Parameter ended: the keys of those sessions that look ended as they are cached.
    private func loading(_ keys: [SessionKey], anew ended: [SessionKey]) -> @Sendable () async -> WaitOutcome {
        let sessions = sessions
        return {
            var loaded: [SessionKey: Session] = [:]
            for key in keys {
                do {
                    loaded[key] =
                        ended.contains(key)
                        ? try await sessions.sessionRead(anew: key) : try await sessions.session(key)
                } catch {
                    return .refused(.storeUnavailable)
                }
            }
            return .checkAgain(sessions: loaded)
        }
    }

    /// - Parameter token: the secret of the session's cookie; nil if an application's cookie led to the session.
    func credential(
        of session: Session, _ token: SessionToken?, _ standing: SessionStanding, _ requestID: String,
        under configuration: RuntimeConfiguration, at turn: Turn, _ check: CredentialCheck
    ) -> Credential {
        let lifetimes = configuration.signIn.lifetimes
        switch standing {
        case .good: break
        case .ended: return .missing(clears: true)
        case .claimsTooOld: return .outdated(session.claims.provider)
        case .renewalDue:
            guard let party = configuration.signIn.party(session.claims.provider)?.serving(requestID) else {
                return .missing(clears: true)
            }
            let advice = renewals.beginRenewal(
                of: session, at: party, under: lifetimes, at: turn.wall, rules: configuration.accessRules)
            switch advice {
            case .signInAgain: return .outdated(session.claims.provider)
            // The first check may have waited for the store, and the second for the renewal.
            case .wait(let renewal) where check.number < 2:
                return .pending {
                    await renewal()
                    return .checkAgain(sessions: nil)
                }
            case .wait, .useAsIs: break
            }
        }
        if check.isUse { sessions.noteUse(of: session, under: lifetimes, at: turn.wall) }
        return .caller(
            Caller(
                claims: session.claims, session: token.map { BrowserSession(session: session, token: $0) }))
    }
}

extension Problem {
    /// The browser sent two session cookies. Another party set one of them, and the gateway cannot tell which one.
    static let severalSessions = Problem(
        .invalidRequest,
        detail: "The browser sent two sessions at once. Delete this site's cookies and sign in again.")
}
