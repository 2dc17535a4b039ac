internal import Audit
internal import Sessions
internal import Tokens

/// Somebody whose claims are verified, by a bearer token or by a session.
struct Caller {
    let claims: VerifiedClaims
    /// `nil` for bearer tokens.
    let session: BrowserSession?

    /// As the audit log names them.
    var actor: AuditActor { claims.actor }
}

/// A session and the secret that led to it, which forms are checked against.
struct BrowserSession {
    let session: Session
    let token: SessionToken
}

/// What a request's credentials come to.
enum Credential {
    case caller(Caller)
    /// None that counts. `clears`: the browser sent a session's cookie that is of no use any more.
    case missing(clears: Bool)
    /// A session whose claims nobody can vouch for without the person: they go through the provider again.
    case outdated(ProviderID)
    case refused(Problem)
    /// Something has to be waited for; afterwards one looks again.
    case pending(@Sendable () async -> Waited)
}

/// What a request knows after it has waited for its credential.
enum Waited: Sendable {
    case refused(Problem)
    /// - Parameter sessions: all that the store has of the sessions it was asked for; nil if it was not asked.
    case lookAgain(sessions: [SessionKey: Session]?)
}

/// One look at a request's credential.
struct Look: Sendable {
    /// How many came before it, with something waited for in between.
    var number = 0
    /// What the store said after the look before; nil if it was not asked. Only the store's word makes a session absent:
    /// memory may forget it at any moment, as it does at each reload of the configuration.
    var sessions: [SessionKey: Session]?
}
