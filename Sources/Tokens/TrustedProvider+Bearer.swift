internal import Cryptography
internal import Identities
internal import JSON
public import Time

extension TrustedProvider {
    /// Returns true if a bearer token that was verified earlier would be accepted at `now`, by the provider's present
    /// settings and keys. The signature itself is not verified again: the key must still be the one that made it.
    ///
    /// - Parameter claims: the claims of a bearer token. Claims of other tokens, and restored ones, are not accepted.
    public func stillAccepts(_ claims: VerifiedClaims, at now: Timestamp) -> Bool {
        guard claims.provider == id, claims.identity.issuer == issuer,
            let named = claims.payload.member("iss")?.string, issuesBearerTokens(as: Issuer(named)),
            let fields = try? TokenHeader.Fields(claims.header.bytes), let header = try? TokenHeader(fields),
            algorithms.contains(header.algorithm), let key = claims.key, let keys,
            let index = keys.index(for: header), keys.keys[index].key.isSame(as: key),
            let outcome = try? bearerChecks(header, claims.payload).check(at: now)
        else { return false }
        return outcome.subject == claims.identity.subject
    }

    /// The checks of a bearer token's claims by the provider's settings.
    func bearerChecks(_ header: TokenHeader, _ claims: JSONValue) -> ClaimChecks {
        ClaimChecks(
            header: header, claims: claims, parties: .bearer(audienceRule, authorizedParties: authorizedParties),
            subjectClaim: subjectClaim, clockSkew: clockSkew, maximumAge: maximumAge)
    }
}
