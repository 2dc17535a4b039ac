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

    /// Returns why a bearer token that was valid on arrival is refused by its provider's present settings and keys.
    /// Returns nil if it is accepted.
    package func refusal(ofBearer claims: VerifiedClaims, at moment: Timestamp) -> TokenRefusal? {
        guard let provider = providerWithKeys(claims.provider) else {
            return TokenRefusal(.issuerUnknown, "The provider of the token is not configured any more.")
        }
        return provider.refusal(ofVerified: claims, at: moment)
    }
}
