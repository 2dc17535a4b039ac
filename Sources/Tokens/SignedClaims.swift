internal import Identities
internal import JSON
internal import Text

/// A token with a valid header, issuer and signature. Its other claims are not checked yet.
struct SignedClaims {
    let header: TokenHeader
    let claims: JSONDocument
    let keyID: String?

    /// Verifies a token with contexts that are made for this call. Suited to kinds of tokens that are rare.
    ///
    /// - Parameters:
    ///   - isIssuerRequired: true if `iss` must be present. If it is present, it must always be the provider's.
    ///   - limit: the maximum length of the token, in bytes.
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
            guard let text = issuer?.string, Issuer(text) == provider.issuer else {
                throw TokenRefusal(
                    .issuerUnknown, "The token's \"iss\" is not the provider's issuer.",
                    facts:
                        "It is \(issuer?.shown ?? "missing"), and the issuer is \(provider.issuer.text.quoted(atMost: 200))."
                )
            }
        }
        guard let keys = provider.keys else {
            throw TokenRefusal(.keysUnavailable, "The provider's keys are not available.")
        }
        keyID = try VerificationContexts(keys).verify(jws, token.span).id
        header = jws.header
        self.claims = claims
    }
}
