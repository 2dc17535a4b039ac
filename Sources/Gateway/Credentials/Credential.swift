package import Endpoints
package import Identities
package import Sessions

/// The result of checking a request's credentials.
package enum Credential {
    case caller(Caller)
    /// No valid credential. `clears`: the browser sent an unusable session cookie.
    case missing(clears: Bool)
    /// A session whose claims can be renewed only by signing in again at the provider.
    case outdated(ProviderID)
    case refused(Problem)
    /// A credential that depends on a wait, after which it is checked again.
    case pending(@Sendable () async -> WaitOutcome)
}

/// The result of a request's wait for its credential.
package enum WaitOutcome: Sendable {
    case refused(Problem)
    /// - Parameter sessions: the store's answer for the sessions that were requested; nil if the store was not asked.
    case checkAgain(sessions: [SessionKey: Session]?)
}

/// One check of a request's credential.
package struct CredentialCheck: Sendable {
    /// The number of earlier checks, each followed by a wait.
    package var number = 0
    /// The store's answer after the previous check; nil if the store was not asked. Only the store decides that a
    /// session is absent. The cache may drop it at any moment, as it does if a reload replaces the sealing keys.
    package var sessions: [SessionKey: Session]?
    /// The caller's other organizations for the header of the page, once they are known and the number of open access
    /// requests was read; nil before.
    package var others: [OtherOrganization]?
    /// Whether the check counts as a use of the session.
    var isUse = true

    package init() {}
}
