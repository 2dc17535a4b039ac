internal import JSON
internal import Text

/// A token whose header, issuer and signature are good; its claims are still to be judged.
struct SignedClaims {
    let header: TokenHeader
    let claims: JSONDocument
    let keyID: String?

    /// For tokens that come seldom: contexts are made for this one.
    ///
    /// - Parameters:
    ///   - isIssuerRequired: whether `iss` has to be there; it has to be the provider's wherever it is.
    ///   - limit: the longest token, in bytes.
    init(
        _ token: [UInt8], of provider: TrustedProvider, isIssuerRequired: Bool = true,
        atMost limit: Int = CompactJWS.maximumLength
    ) throws(TokenRefusal) {
        let jws = try CompactJWS(token.span, expecting: .claims, known: KnownHeaders(), atMost: limit)
        guard let claims = jws.claims else { throw TokenRefusal(.malformed, "The token has no claims.") }
        guard provider.algorithms.contains(jws.header.algorithm) else {
            throw provider.algorithmRefusal(of: jws.header)
        }
        let issuer = claims.root.member("iss")
        if isIssuerRequired || issuer != nil {
            guard let text = issuer?.string, TrustedProvider.isSameIssuer(text, provider.issuer) else {
                throw TokenRefusal(
                    .issuerUnknown, "The token's \"iss\" is not the provider's issuer.",
                    facts:
                        "It is \(issuer?.shown ?? "missing"), and the issuer is \(provider.issuer.quoted(atMost: 200))."
                )
            }
        }
        guard let keys = provider.keys else {
            throw TokenRefusal(.keysUnavailable, "The provider's keys are not available.")
        }
        keyID = try VerificationContexts(keys).verify(jws, token.span)
        header = jws.header
        self.claims = claims
    }
}
