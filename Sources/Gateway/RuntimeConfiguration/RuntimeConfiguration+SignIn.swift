package import Audit
package import Identities
package import Sessions
internal import SignInFlow
package import Time
package import Tokens

extension RuntimeConfiguration {
    /// The name of a provider that users see; the id if there is no such provider any more.
    package func name(of provider: ProviderID) -> String { signIn.name(of: provider) }

    package var sessionLifetimes: SessionLifetimes { signIn.lifetimes }

    /// The keys that sign checkpoints of the audit log; nil without a secret key.
    package var checkpointKeys: CheckpointKeys? { signIn.checkpointKeys }

    /// Returns true if a session has not ended, and its claims are not too old to be used.
    package func trusts(_ session: Session, at moment: Timestamp) -> Bool {
        switch signIn.standing(of: session, at: moment) {
        case .ended, .claimsTooOld: false
        // The next request renews the claims; an unreachable provider must not block changes.
        case .good, .renewalDue: true
        }
    }

    /// Returns true if a bearer token that was valid on arrival is accepted by its provider's present settings and
    /// keys.
    package func trusts(bearer claims: VerifiedClaims, at moment: Timestamp) -> Bool {
        providerWithKeys(claims.provider)?.stillAccepts(claims, at: moment) ?? false
    }
}
