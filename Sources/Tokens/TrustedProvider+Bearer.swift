internal import Cryptography
internal import Identities
internal import JSON
public import Time

extension TrustedProvider {
    /// Returns why a bearer token that was verified earlier would be refused at `now`, by the provider's present settings
    /// and keys. Returns nil if it would be accepted. The signature itself is not verified again: the key must still be
    /// the one that made it.
    ///
    /// - Parameter claims: the claims of a bearer token. Claims of other tokens, and restored ones, are refused.
    public func refusal(ofVerified claims: VerifiedClaims, at now: Timestamp) -> TokenRefusal? {
        guard claims.provider == id, claims.identity.issuer == issuer,
            let named = claims.payload.member("iss")?.string, issuesBearerTokens(as: Issuer(named))
        else { return TokenRefusal(.issuerUnknown, "The issuer of the token is not accepted any more.") }
        guard let fields = try? TokenHeader.Fields(claims.header.bytes), let header = try? TokenHeader(fields) else {
            return TokenRefusal(.malformed, "The header of the token cannot be read.")
        }
        guard algorithms.contains(header.algorithm) else {
            return TokenRefusal(.algorithmNotAllowed, "The algorithm of the token is not accepted any more.")
        }
        guard let keys else { return TokenRefusal(.keysUnavailable, "The provider's keys are not available.") }
        guard let key = claims.key, let index = keys.index(for: header), keys.keys[index].key.isSame(as: key) else {
            return TokenRefusal(.keyNotFound, "The key that signed the token is not the provider's any more.")
        }
        do throws(TokenRefusal) {
            let outcome = try bearerChecks(header, claims.payload).check(at: now)
            guard outcome.subject == claims.identity.subject else {
                return TokenRefusal(
                    .subjectMissing, "The token does not name its user in the provider's subject claim.")
            }
            return nil
        } catch {
            return error
        }
    }

    /// The checks of a bearer token's claims by the provider's settings.
    func bearerChecks(_ header: TokenHeader, _ claims: JSONValue) -> ClaimChecks {
        ClaimChecks(
            header: header, claims: claims, parties: .bearer(audienceRule, authorizedParties: authorizedParties),
            subjectClaim: subjectClaim, clockSkew: clockSkew, maximumAge: maximumAge)
    }
}
