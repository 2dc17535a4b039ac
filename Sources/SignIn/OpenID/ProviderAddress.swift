public import HTTPClient
internal import Text
internal import Tokens

/// Endpoints that the configuration names; each replaces the one of the discovery document.
public struct ProviderEndpoints: Sendable, Hashable {
    public var authorization: AbsoluteURL?
    public var token: AbsoluteURL?
    public var userinfo: AbsoluteURL?
    public var keys: AbsoluteURL?
    public var endSession: AbsoluteURL?

    public init() {}
}

/// Where a provider is asked, and what for. Two that are equal are asked in the same way.
public struct ProviderAddress: Sendable, Hashable {
    private let exactIssuer: ExactText
    /// The URL of the discovery document, if it is not below the issuer.
    public let discovery: AbsoluteURL?
    public let endpoints: ProviderEndpoints
    /// Whether users sign in there; otherwise the provider only supplies keys for bearer tokens.
    public let signsIn: Bool
    /// Whether the configuration has the keys.
    public let hasFixedKeys: Bool
    public let policy: OutboundPolicy

    public init(
        issuer: String, discovery: AbsoluteURL? = nil, endpoints: ProviderEndpoints = ProviderEndpoints(),
        signsIn: Bool, hasFixedKeys: Bool, policy: OutboundPolicy
    ) {
        exactIssuer = ExactText(issuer)
        self.discovery = discovery
        self.endpoints = endpoints
        self.signsIn = signsIn
        self.hasFixedKeys = hasFixedKeys
        self.policy = policy
    }

    /// Exactly as the discovery document has to state it.
    public var issuer: String { exactIssuer.text }

    /// Whether something is needed that only the discovery document tells.
    var needsDocument: Bool {
        !hasFixedKeys && endpoints.keys == nil
            || signsIn && (endpoints.authorization == nil || endpoints.token == nil)
    }

    // The path is appended to the issuer without its last slash (OpenID Connect Discovery 1.0, section 4).
    var documentURL: AbsoluteURL? {
        if let discovery { return discovery }
        let base = TrustedProvider.canonicalIssuer(issuer)
        return AbsoluteURL(
            (base.dropping(exactlyLast: "/").map { String($0) } ?? base) + "/.well-known/openid-configuration")
    }
}
