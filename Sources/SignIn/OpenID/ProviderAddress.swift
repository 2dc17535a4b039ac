public import HTTPClient
public import HTTPMessage
public import Identities
internal import Text

/// Configured endpoints. Each replaces the endpoint of the discovery document.
public struct ProviderEndpoints: Sendable, Hashable {
    public var authorization: AbsoluteURL?
    public var token: AbsoluteURL?
    public var userinfo: AbsoluteURL?
    public var keys: AbsoluteURL?
    public var endSession: AbsoluteURL?

    public init() {}
}

/// A provider's URLs, and what the provider is used for. Equal addresses can share one ``RemoteProvider``.
public struct ProviderAddress: Sendable, Hashable {
    /// The issuer, which the discovery document must state.
    public let issuer: Issuer
    /// The URL of the discovery document, if it is not below the issuer.
    public let discovery: AbsoluteURL?
    public let endpoints: ProviderEndpoints
    /// True if users sign in at the provider. Otherwise the provider only supplies keys for bearer tokens.
    public let signsIn: Bool
    /// True if the configuration contains the keys.
    public let hasFixedKeys: Bool
    public let policy: OutboundPolicy

    public init(
        issuer: Issuer, discovery: AbsoluteURL? = nil, endpoints: ProviderEndpoints = ProviderEndpoints(),
        signsIn: Bool, hasFixedKeys: Bool, policy: OutboundPolicy
    ) {
        self.issuer = issuer
        self.discovery = discovery
        self.endpoints = endpoints
        self.signsIn = signsIn
        self.hasFixedKeys = hasFixedKeys
        self.policy = policy
    }

    /// True if a required value is stated only by the discovery document.
    var needsDocument: Bool {
        !hasFixedKeys && endpoints.keys == nil
            || signsIn && (endpoints.authorization == nil || endpoints.token == nil)
    }

    // The path is appended to the issuer without its final slash (OpenID Connect Discovery 1.0, section 4).
    var documentURL: AbsoluteURL? {
        if let discovery { return discovery }
        let base = issuer.text
        return AbsoluteURL(
            (base.dropping(exactlyLast: "/").map { String($0) } ?? base) + "/.well-known/openid-configuration")
    }
}
