public import HTTPClient
public import HTTPMessage
internal import Text
internal import Tokens

/// Endpoints that the configuration names; each replaces that of the discovery document.
public struct ProviderEndpoints: Sendable, Hashable {
    public var authorization: AbsoluteURL?
    public var token: AbsoluteURL?
    public var userinfo: AbsoluteURL?
    public var keys: AbsoluteURL?
    public var endSession: AbsoluteURL?

    public init() {}
}

/// The URLs of a provider, and the purpose of its use. Equal addresses can share one ``RemoteProvider``.
public struct ProviderAddress: Sendable, Hashable {
    private let exactIssuer: ExactText
    /// The URL of the discovery document, if it is not below the issuer.
    public let discovery: AbsoluteURL?
    public let endpoints: ProviderEndpoints
    /// Whether users sign in at the provider; otherwise it only supplies keys for bearer tokens.
    public let signsIn: Bool
    /// Whether the configuration contains the keys.
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

    /// The issuer exactly as the discovery document has to state it.
    public var issuer: String { exactIssuer.text }

    /// Whether something is required that only the discovery document states.
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
