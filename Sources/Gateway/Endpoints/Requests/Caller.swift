package import Audit
internal import Grants
package import Identities
package import Sessions
package import Tokens

/// A caller whose claims are verified, by a bearer token or by a session.
package struct Caller {
    package let claims: VerifiedClaims
    /// The session; nil for bearer tokens.
    package let session: BrowserSession?

    package init(claims: VerifiedClaims, session: BrowserSession?) {
        self.claims = claims
        self.session = session
    }

    /// The caller's name in the audit log.
    package var actor: AuditActor { claims.actor }

    /// The token of the session's forms; nil for programs, which have no forms.
    package var formToken: String? { session.flatMap { try? $0.token.formToken } }
}

/// A session and its secret, which form tokens are checked against.
package struct BrowserSession {
    package let session: Session
    package let token: SessionToken

    package init(session: Session, token: SessionToken) {
        self.session = session
        self.token = token
    }
}

/// The result of checking a request's credentials.
package enum Credential {
    case caller(Caller)
    /// No valid credential. `clears`: the browser sent an unusable session cookie.
    case missing(clears: Bool)
    /// A session whose claims can be renewed only by signing in again at the provider.
    case outdated(ProviderID)
    case refused(Problem)
    /// A credential that depends on a wait, after which it is checked again.
    case pending(@Sendable () async -> Waited)
}

/// The result of a request's wait for its credential.
package enum Waited: Sendable {
    case refused(Problem)
    /// - Parameter sessions: the store's answer for the sessions that were requested; nil if the store was not asked.
    case lookAgain(sessions: [SessionKey: Session]?)
}

/// One check of a request's credential.
package struct Look: Sendable {
    /// The number of earlier checks, each followed by a wait.
    package var number = 0
    /// The store's answer after the previous check; nil if the store was not asked. Only the store decides that a
    /// session is absent: memory may drop it at any moment, as it does at each reload of the configuration.
    package var sessions: [SessionKey: Session]?

    package init(number: Int = 0, sessions: [SessionKey: Session]? = nil) {
        self.number = number
        self.sessions = sessions
    }
}
