internal import JSON

/// A token whose header, issuer and signature are good; its claims are still to be judged.
struct SignedClaims {
    let header: TokenHeader
    let claims: JSONDocument
    let keyID: String?

    /// For tokens that come seldom: contexts are made for this one.
    init(_ token: [UInt8], of provider: TrustedProvider) throws(TokenRefusal) {
        let jws = try CompactJWS(token.span, expecting: .claims)
        guard let claims = jws.claims else { throw TokenRefusal(.malformed, "The token has no claims.") }
        guard provider.algorithms.contains(jws.header.algorithm) else {
            throw TokenRefusal(.algorithmNotAllowed, "The provider's \"algorithms\" do not list the token's \"alg\".")
        }
        guard let issuer = claims.root.member("iss")?.string, TrustedProvider.isSameIssuer(issuer, provider.issuer)
        else { throw TokenRefusal(.issuerUnknown, "The token's \"iss\" is not the provider's issuer.") }
        guard let keys = provider.keys else {
            throw TokenRefusal(.keysUnavailable, "The provider's keys are not available.")
        }
        keyID = try VerificationContexts(keys).verify(jws, token.span)
        header = jws.header
        self.claims = claims
    }
}
