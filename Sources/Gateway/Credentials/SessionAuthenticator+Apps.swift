internal import Caches
internal import Cryptography
package import Endpoints
internal import HTTPMessage
internal import RuntimeConfiguration
package import Sessions
internal import SignInFlow
internal import Sockets
internal import Text
internal import Web

/// The result of looking for a session at an application's host.
package enum AppCredential {
    /// The user, by the parent of the session.
    case caller(Caller, AppSession)
    /// There is no session, or its parent has ended, or its claims must be renewed by a sign-in.
    case missing
    case refused(Problem)
    /// The session depends on a wait, after which it is looked for again.
    case pending(@Sendable () async -> AppWait)
}

/// The result of a wait for a session at an application's host.
package enum AppWait: Sendable {
    case refused(Problem)
    case checkAgain(AppCheck)
}

/// One look for a session at an application's host.
package struct AppCheck: Sendable {
    /// The number of earlier looks, each followed by a wait.
    package var number = 0
    /// Whether the look counts as a use of the session. An open connection that is only watched is no use.
    private(set) var isUse = true
    /// The store's answers; nil if the store was not asked.
    var answer: Answer?

    struct Answer: Sendable {
        /// The number of replaced sessions when the store was asked.
        let replaced: Int
        let app: AppSession?
        let parent: Session?
    }

    package init() {}

    /// A look that does not count as a use of the session.
    package static var watching: AppCheck {
        var check = AppCheck()
        check.isUse = false
        return check
    }

    /// The look after a wait that changed something else than the session.
    package var next: AppCheck {
        var next = self
        next.number += 1
        return next
    }
}

extension SessionAuthenticator {
    /// Finds the session of an application's cookie. The parent decides whether it is good, and is renewed if that is
    /// due. The use counts as a use of the parent.
    mutating func app(
        _ request: Request, _ cookie: Cookie, at host: String, _ requestID: String,
        under configuration: RuntimeConfiguration, at turn: Turn, _ check: AppCheck
    ) -> AppCredential {
        let digest: SecretDigest<AppSessionPurpose>
        switch appCookies.reading(of: request, for: cookie) {
        case .missing: return .missing
        case .several: return .refused(.severalSessions)
        case .session(let found): digest = found
        }
        let replaced = apps.replaced
        if replaced != knownReplaced {
            knownApps.removeAll()
            knownReplaced = replaced
        }
        let answer = check.answer.flatMap { $0.replaced == replaced ? $0 : nil }
        let cached = knownApps.value(for: digest).flatMap { $0.host.isExactly(host) ? $0 : nil }
        let known = cached ?? answer?.app
        guard let known, let parent = sessions.cached(known.session) ?? answer?.parent else {
            guard answer == nil else { return .missing }
            return .pending(loading(digest, known, at: host, check))
        }
        if cached == nil { knownApps.insert(known, for: digest, bytes: 256) }
        let standing = configuration.signIn.standing(of: parent, at: turn.wall)
        guard standing != .ended else {
            // Another process may have used the session since it was cached.
            guard answer != nil else { return .pending(loading(digest, known, at: host, check, isAnew: true)) }
            sessions.endInBackground(parent.key, unlessUsedAfter: parent.usedAt)
            return .missing
        }
        var own = CredentialCheck()
        (own.number, own.isUse) = (check.number, check.isUse)
        switch credential(of: parent, nil, standing, requestID, under: configuration, at: turn, own) {
        case .caller(let caller): return .caller(caller, known)
        case .missing, .outdated: return .missing
        case .refused(let problem): return .refused(problem)
        case .pending(let wait):
            var next = check.next
            // After a renewal, the store's former answer is out of date.
            next.answer = nil
            let again = next
            return .pending {
                switch await wait() {
                case .refused(let problem): .refused(problem)
                case .checkAgain: .checkAgain(again)
                }
            }
        }
    }

    private func loading(
        _ digest: SecretDigest<AppSessionPurpose>, _ known: AppSession?, at host: String, _ check: AppCheck,
        isAnew: Bool = false
    ) -> @Sendable () async -> AppWait {
        let (apps, sessions) = (apps, sessions)
        return {
            do {
                let replaced = apps.replaced
                var app = known
                if app == nil { app = try await apps.session(digest, at: host) }
                var parent: Session?
                if let app {
                    parent =
                        isAnew
                        ? try await sessions.sessionRead(anew: app.session) : try await sessions.session(app.session)
                }
                var next = check.next
                next.answer = AppCheck.Answer(replaced: replaced, app: app, parent: parent)
                return .checkAgain(next)
            } catch {
                return .refused(.storeUnavailable)
            }
        }
    }
}
