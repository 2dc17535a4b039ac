public import Cryptography
internal import Text

/// A provider whose bearer tokens count, and under which conditions.
public struct TrustedProvider: Sendable {
    public let id: ProviderID
    /// Compared exactly, except for Google's two spellings.
    public let issuer: String
    /// One of them has to be in `aud`; without any no bearer token of this provider is accepted.
    public var audiences: [String] = []
    /// Where not empty, `azp` has to be one of them.
    public var authorizedParties: [String] = []
    public var algorithms: Set<SignatureAlgorithm> = Set(SignatureAlgorithm.allCases)
    /// The claim that names the subject; where a token lacks it, `sub` does.
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
