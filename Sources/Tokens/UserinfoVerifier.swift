public import JSON
public import Time

/// Verifies an answer of the userinfo endpoint that is a JWT (OpenID Connect Core 1.0, section 5.3.2). Algorithm, key and
/// signature are those of ID tokens. Whose claims they are is checked where they are added to others.
public struct UserinfoVerifier: Sendable {
    /// Longer ones are refused, in bytes. Claims that do not fit into an ID token are what userinfo is for.
    public static let maximumLength = 64 << 10

    private let provider: TrustedProvider
    private let clientID: String

    public init(_ provider: TrustedProvider, clientID: String) {
        self.provider = provider
        self.clientID = clientID
    }

    /// The claims of a JWT that is good at `now`.
    public func verify(_ token: [UInt8], at now: Timestamp) throws(TokenRefusal) -> JSONDocument {
        let signed = try SignedClaims(
            token, of: provider, isIssuerRequired: false, atMost: UserinfoVerifier.maximumLength)
        let claims = signed.claims.root
        guard signed.header.type == nil || signed.header.type == "jwt" || signed.header.type == "userinfo+jwt" else {
            throw TokenRefusal(.typeMismatch, "The header's \"typ\" is not that of a userinfo answer.")
        }
        // Other tokens of the provider could otherwise be sent in its place.
        for name in ["nonce", "at_hash", "events"] where claims.member(name) != nil {
            throw TokenRefusal(.typeMismatch, "A userinfo answer has no \"\(name)\".")
        }
        if claims.member("aud") != nil { try AudienceRule(accepted: [clientID]).check(claims) }
        try ClaimChecks(
            header: signed.header, claims: claims, parties: .anyone, subjectClaim: "sub", clockSkew: provider.clockSkew,
            maximumAge: provider.maximumAge
        ).checkPresentTimes(at: now)
        return signed.claims
    }
}
