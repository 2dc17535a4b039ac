public import Cryptography
public import Identities

/// A provider whose bearer tokens are accepted, and the conditions on its tokens.
public struct TrustedProvider: Sendable {
    public let id: ProviderID
    public let issuer: Issuer
    /// Further `iss` values for bearer tokens. They are never accepted in ID tokens, logout tokens or callbacks.
    public var accessTokenIssuers: [Issuer] = []
    /// Accepted audiences. A bearer token must name one of them. If the list is empty, this provider's bearer tokens
    /// are refused.
    public var audiences: [String] = []
    /// Claims in which a bearer token may name its audience; the first one present decides.
    public var audienceClaims = ["aud"]
    /// Accepted values of `azp`; an empty list skips the check.
    public var authorizedParties: [String] = []
    /// Accepted signature algorithms.
    public var algorithms = TrustedProvider.everyAlgorithm
    /// The claim that names the subject. If the claim is missing, `sub` is an ID token's subject, and a bearer token is
    /// refused.
    public var subjectClaim = "sub"
    /// Tolerance for the times in a token.
    public var clockSkew: Duration = .seconds(60)
    /// The maximum time since `iat`.
    public var maximumAge: Duration = .seconds(24 * 3600)
    /// The provider's keys; nil while they are not available.
    public var keys: KeySet?

    /// All supported algorithms; one set, which the providers share.
    private static let everyAlgorithm = Set(SignatureAlgorithm.allCases)

    public init(id: ProviderID, issuer: Issuer, keys: KeySet?) {
        self.id = id
        self.issuer = issuer
        self.keys = keys
    }
}

extension TrustedProvider {
    /// The condition on the audience of the provider's bearer tokens.
    var audienceRule: AudienceRule { AudienceRule(accepted: audiences, in: audienceClaims) }

    /// Returns true if a bearer token of this provider may have this `iss`.
    public func issuesBearerTokens(as issuer: Issuer) -> Bool {
        self.issuer == issuer || accessTokenIssuers.contains(issuer)
    }

    /// Returns the refusal of a token whose algorithm the provider's settings do not list.
    public func algorithmRefusal(of header: TokenHeader) -> TokenRefusal {
        let listed = algorithms.map(\.rawValue).sorted().joined(separator: ", ")
        return TokenRefusal(
            .algorithmNotAllowed, "The provider's \"algorithms\" do not list the token's \"alg\".",
            facts: "It is \(header.algorithm.rawValue); listed: \(listed).")
    }
}
