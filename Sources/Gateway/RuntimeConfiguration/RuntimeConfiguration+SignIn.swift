package import Audit
package import Identities
package import Sessions
internal import SignInFlow
internal import Text
package import Time
package import Tokens

extension RuntimeConfiguration {
    /// The name of a provider that users see; the id if there is no such provider any more.
    package func name(of provider: ProviderID) -> String { signIn.name(of: provider) }

    package var sessionLifetimes: SessionLifetimes { signIn.lifetimes }

    /// The keys that sign checkpoints of the audit log; nil without a secret key.
    package var checkpointKeys: CheckpointKeys? { signIn.checkpointKeys }

    /// Returns true if users still sign in at the provider of a session's claims, and it has the same issuer.
    package func trusts(sessionOf claims: VerifiedClaims) -> Bool {
        signIn.issuers[claims.provider] == claims.identity.issuer
    }

    /// Returns true if a bearer token that was valid on arrival has not expired, and its key is still one of its
    /// provider's.
    package func trusts(bearer claims: VerifiedClaims, at moment: Timestamp) -> Bool {
        guard claims.validity.contains(moment),
            let provider = providerWithKeys(claims.provider),
            provider.issuer == claims.identity.issuer, let keys = provider.keys?.keys
        else { return false }
        return claims.keyID == nil || keys.contains { $0.id == nil || $0.id.isExactly(claims.keyID) }
    }
}
