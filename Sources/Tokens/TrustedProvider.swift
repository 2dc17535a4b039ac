public import Cryptography
internal import Text

/// A provider whose bearer tokens are accepted, and the conditions on its tokens.
public struct TrustedProvider: Sendable {
    public let id: ProviderID
    /// The issuer. It is compared exactly, except that Google's two spellings are one issuer.
    public let issuer: String
    /// Further exact `iss` values for bearer tokens. They are never accepted in ID tokens, logout tokens or callbacks.
    public var accessTokenIssuers: [String] = []
    /// Accepted audiences. A bearer token must name one of them. If the list is empty, this provider's bearer tokens
    /// are refused.
    public var audiences: [String] = []
    /// Claims in which a bearer token may name its audience; the first one present decides.
    public var audienceClaims = ["aud"]
    /// Accepted values of `azp`; an empty list skips the check.
    public var authorizedParties: [String] = []
    /// Accepted signature algorithms.
    public var algorithms: Set<SignatureAlgorithm> = Set(SignatureAlgorithm.allCases)
    /// The claim that names the subject. If the claim is missing, `sub` is an ID token's subject, and a bearer token is
    /// refused.
    public var subjectClaim = "sub"
    /// Tolerance for the times in a token.
    public var clockSkew: Duration = .seconds(60)
    /// The maximum time since `iat`.
    public var maximumAge: Duration = .seconds(24 * 3600)
    /// The provider's keys; nil while they are not available.
    public var keys: KeySet?

    public init(id: ProviderID, issuer: String, keys: KeySet?) {
        self.id = id
        self.issuer = issuer
        self.keys = keys
    }

    /// Returns true if two spellings name one issuer; only Google has two spellings.
    public static func isSameIssuer(_ one: String, _ other: String) -> Bool {
        canonicalIssuer(one).isExactly(canonicalIssuer(other))
    }

    /// Returns the canonical spelling of an issuer: Google's tokens name it with and without a scheme.
    public static func canonicalIssuer(_ issuer: String) -> String {
        issuer == "accounts.google.com" ? "https://accounts.google.com" : issuer
    }
}

extension TrustedProvider {
    /// Returns the look-up key of an issuer, in its canonical spelling.
    static func issuerKey(_ issuer: String) -> ExactText { ExactText(canonicalIssuer(issuer)) }

    /// The condition on the audience of the provider's bearer tokens.
    var audienceRule: AudienceRule { AudienceRule(accepted: audiences, in: audienceClaims) }

    /// Returns true if a bearer token of this provider may have this `iss`.
    public func issuesBearerTokens(as issuer: String) -> Bool {
        TrustedProvider.isSameIssuer(self.issuer, issuer)
            || accessTokenIssuers.contains { TrustedProvider.isSameIssuer($0, issuer) }
    }

    /// Returns the refusal of a token whose algorithm the provider's settings do not list.
    public func algorithmRefusal(of header: TokenHeader) -> TokenRefusal {
        let listed = algorithms.map(\.rawValue).sorted().joined(separator: ", ")
        return TokenRefusal(
            .algorithmNotAllowed, "The provider's \"algorithms\" do not list the token's \"alg\".",
            facts: "It is \(header.algorithm.rawValue); listed: \(listed).")
    }
}
