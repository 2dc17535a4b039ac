package import Databases
package import Endpoints
package import Grants
package import Identities
package import RuntimeConfiguration
package import Sessions
package import Snapshots
package import Time
package import Tokens

/// A caller whose session or token is checked again when the content has arrived, by the providers, keys and lifetimes
/// of that moment.
package struct StandingCaller: ActorCredential {
    private let configurations: Published<RuntimeConfiguration>
    private let sessions: SessionStore
    private let now: @Sendable () -> Timestamp
    /// The claims at the time of the request.
    package let claims: VerifiedClaims
    /// The session at the time of the request; nil for bearer tokens.
    package let session: Session?

    package init(_ caller: Caller, under configurations: Published<RuntimeConfiguration>, _ stores: Stores) {
        self.configurations = configurations
        (sessions, now) = (stores.sessions, stores.now)
        claims = caller.claims
        session = caller.session?.session
    }

    /// - Parameter isConfirmed: true if the caller confirms the loss of their own role.
    package func acting(_ permission: Permission, isConfirmed: Bool = false) -> AccessActor {
        AccessActor(self, permission: permission, isConfirmed: isConfirmed)
    }

    package var currentClaims: VerifiedClaims { currentSession?.claims ?? claims }

    /// The session; a renewal may have replaced that of the request.
    private var currentSession: Session? { session.map { sessions.cached($0.key) ?? $0 } }

    package func isValid(at moment: Timestamp, _ transaction: Transaction) throws(DatabaseError) -> Bool {
        let configuration = configurations.read().value
        guard let session = currentSession else { return configuration.refusal(ofBearer: claims, at: moment) == nil }
        guard configuration.trusts(session, at: moment) else { return false }
        return try SessionStore.isCurrent(session, under: configuration.sessionLifetimes, at: moment, transaction)
    }

    /// The problem for this caller after the credential was refused: that of a request which begins with it now.
    package var refused: Problem {
        guard session == nil else {
            return Problem(.unauthenticated, detail: "Your session has ended. Sign in to continue.")
        }
        let refusal = configurations.read().value.refusal(ofBearer: claims, at: now())
        return Problem(
            .unauthenticated, detail: refusal?.detail ?? "The token is not valid any more.",
            reason: (refusal?.reason ?? .expired).rawValue)
    }
}
