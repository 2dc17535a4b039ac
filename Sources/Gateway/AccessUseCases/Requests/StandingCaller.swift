package import Databases
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
    package let configurations: Published<RuntimeConfiguration>
    package let sessions: SessionStore
    /// The claims at the time of the request.
    package let claims: VerifiedClaims
    /// The session; nil for bearer tokens.
    package let session: SessionKey?

    package init(
        configurations: Published<RuntimeConfiguration>, sessions: SessionStore, claims: VerifiedClaims,
        session: SessionKey?
    ) {
        self.configurations = configurations
        self.sessions = sessions
        self.claims = claims
        self.session = session
    }

    /// - Parameter isConfirmed: true if the caller confirms the loss of their own role.
    package func acting(_ permission: Permission, isConfirmed: Bool = false) -> AccessActor {
        AccessActor(self, permission: permission, isConfirmed: isConfirmed)
    }

    package var currentClaims: VerifiedClaims { session.flatMap { sessions.cached($0)?.claims } ?? claims }

    package func isValid(at moment: Timestamp, _ transaction: Transaction) throws(DatabaseError) -> Bool {
        let configuration = configurations.read().value
        guard let session else { return configuration.trusts(bearer: claims, at: moment) }
        guard configuration.trusts(sessionOf: claims) else { return false }
        return try SessionStore.isLive(session, under: configuration.sessionLifetimes, at: moment, transaction)
    }
}
