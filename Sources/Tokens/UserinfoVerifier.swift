public import JSON
public import Time

/// A verifier of JWT responses of the userinfo endpoint (OpenID Connect Core 1.0, section 5.3.2). Algorithm, key and
/// signature are checked as for ID tokens. Their subject is checked when they are merged into the token's claims.
public struct UserinfoVerifier: Sendable {
    /// The maximum length of a response, in bytes. It exceeds that of tokens, because userinfo carries claims that do
    /// not fit into an ID token.
    public static let maximumLength = 64 << 10

    private let provider: TrustedProvider
    private let clientID: String

    public init(_ provider: TrustedProvider, clientID: String) {
        self.provider = provider
        self.clientID = clientID
    }

    /// Returns the claims of a JWT that is valid at `now`.
    public func verify(_ token: [UInt8], at now: Timestamp) throws(TokenRefusal) -> JSONDocument {
        let signed = try SignedClaims(
            token, of: provider, isIssuerRequired: false, atMost: UserinfoVerifier.maximumLength)
        let claims = signed.claims.root
        guard signed.header.type == nil || signed.header.type == "jwt" || signed.header.type == "userinfo+jwt" else {
            throw TokenRefusal(.typeMismatch, "The header's \"typ\" does not name a userinfo response.")
        }
        // Without this check, other tokens of the provider could be used as userinfo.
        for name in ["nonce", "at_hash", "events"] where claims.member(name) != nil {
            throw TokenRefusal(.typeMismatch, "A userinfo response must not have \"\(name)\".")
        }
        if claims.member("aud") != nil { try AudienceRule(accepted: [clientID]).check(claims) }
        try ClaimChecks(
            header: signed.header, claims: claims, parties: .anyone, subjectClaim: "sub", clockSkew: provider.clockSkew,
            maximumAge: provider.maximumAge
        ).checkPresentTimes(at: now)
        return signed.claims
    }
}
