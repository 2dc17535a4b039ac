public import Cryptography
internal import Text

/// A provider whose bearer tokens count, and under which conditions.
public struct TrustedProvider: Sendable {
    public let id: ProviderID
    /// Compared exactly, except for Google's two spellings.
    public let issuer: String
    /// Further exact `iss` values of its bearer tokens. They are never accepted in ID tokens, logout tokens or callbacks.
    public var accessTokenIssuers: [String] = []
    /// A bearer token has to name one of them; without any no bearer token of this provider is accepted.
    public var audiences: [String] = []
    /// Claims in which a bearer token may name its audience; the first one that it has decides.
    public var audienceClaims = ["aud"]
    /// Where not empty, `azp` has to be one of them.
    public var authorizedParties: [String] = []
    public var algorithms: Set<SignatureAlgorithm> = Set(SignatureAlgorithm.allCases)
    /// The claim that names the subject. An ID token that lacks it is named by `sub`; a bearer token is refused.
    public var subjectClaim = "sub"
    public var clockSkew: Duration = .seconds(60)
    public var maximumAge: Duration = .seconds(24 * 3600)
    /// `nil` while they could not be had.
    public var keys: KeySet?

    public init(id: ProviderID, issuer: String, keys: KeySet?) {
        self.id = id
        self.issuer = issuer
        self.keys = keys
    }

    /// Whether two spellings name one issuer; nothing but Google's has two.
    public static func isSameIssuer(_ one: String, _ other: String) -> Bool {
        canonicalIssuer(one).isExactly(canonicalIssuer(other))
    }

    /// One spelling for each issuer: Google's tokens name it with and without a scheme.
    public static func canonicalIssuer(_ issuer: String) -> String {
        issuer == "accounts.google.com" ? "https://accounts.google.com" : issuer
    }
}

extension TrustedProvider {
    /// Finds providers by an issuer, in its one spelling.
    static func issuerKey(_ issuer: String) -> ExactText { ExactText(canonicalIssuer(issuer)) }

    /// Whom the provider's bearer tokens have to be for.
    var audienceRule: AudienceRule { AudienceRule(accepted: audiences, in: audienceClaims) }

    /// Whether a bearer token of this provider may have this `iss`.
    public func issuesBearerTokens(as issuer: String) -> Bool {
        TrustedProvider.isSameIssuer(self.issuer, issuer)
            || accessTokenIssuers.contains { TrustedProvider.isSameIssuer($0, issuer) }
    }

    /// Why a token with an algorithm that the provider's settings do not list is refused.
    public func algorithmRefusal(of header: TokenHeader) -> TokenRefusal {
        let listed = algorithms.map(\.rawValue).sorted().joined(separator: ", ")
        return TokenRefusal(
            .algorithmNotAllowed, "The provider's \"algorithms\" do not list the token's \"alg\".",
            facts: "It is \(header.algorithm.rawValue); listed are \(listed).")
    }
}
