package import Databases
package import Grants
package import Identities
package import Sessions
internal import SignInFlow
package import Snapshots
internal import Text
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
        guard let session else { return configuration.stillTrusts(claims, at: moment) }
        guard configuration.signIn.issuers[claims.provider] == claims.identity.issuer else { return false }
        return try SessionStore.isLive(session, under: configuration.signIn.lifetimes, at: moment, transaction)
    }
}

extension RuntimeConfiguration {
    /// Returns true if a bearer token that was valid on arrival has not expired, and its key is still one of its
    /// provider's.
    fileprivate func stillTrusts(_ claims: VerifiedClaims, at moment: Timestamp) -> Bool {
        guard claims.validity.contains(moment),
            let provider = providerWithKeys(claims.provider),
            provider.issuer == claims.identity.issuer, let keys = provider.keys?.keys
        else { return false }
        return claims.keyID == nil || keys.contains { $0.id == nil || $0.id.isExactly(claims.keyID) }
    }
}
