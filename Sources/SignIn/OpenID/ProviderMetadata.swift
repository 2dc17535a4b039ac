internal import HTTPClient
internal import HTTPMessage
internal import Identities
internal import JSON
internal import Text
internal import Tokens

/// The parts of a provider's metadata that are used (OpenID Connect Discovery 1.0, section 3), with the configured
/// replacements. Only these parts must be present.
public struct ProviderMetadata: Sendable, Hashable {
    enum Endpoint: String, Sendable, Hashable, CaseIterable {
        case authorization = "authorization_endpoint"
        case token = "token_endpoint"
        case keys = "jwks_uri"
        case userinfo = "userinfo_endpoint"
        /// The logout endpoint (OpenID Connect RP-Initiated Logout 1.0).
        case endSession = "end_session_endpoint"
    }

    private var urls: [Endpoint: AbsoluteURL] = [:]
    /// Endpoints of the document that are present but cannot be used.
    private(set) var unusable: [Endpoint: EndpointError] = [:]
    /// Methods of client authentication; nil if the document lists none, which means `client_secret_basic`.
    private(set) var tokenAuthenticationMethods: [String]?
    /// Algorithms with which a client may sign; nil if the document lists none.
    private(set) var tokenSigningAlgorithms: [String]?
    /// True if every authorization response carries `iss` (RFC 9207, section 3).
    private(set) var sendsIssuer = false

    struct EndpointError: Error, Hashable {
        let why: String
        /// True if the provider has the endpoint. An empty value means that it has none.
        var isOffered = true
    }

    subscript(endpoint: Endpoint) -> AbsoluteURL? { urls[endpoint] }

    /// Returns true if a required endpoint is missing. The provider's use decides which endpoints are required.
    func lacksEndpoints(of address: ProviderAddress) -> Bool {
        address.signsIn && (urls[.authorization] == nil || urls[.token] == nil)
            || !address.hasFixedKeys && urls[.keys] == nil
    }

    /// Returns an endpoint, or throws if it is missing or unusable.
    func required(_ endpoint: Endpoint) throws(ProviderError) -> AbsoluteURL {
        if let url = urls[endpoint] { return url }
        let why = unusable[endpoint].map { "cannot be used: \($0.why)" } ?? "is missing"
        throw ProviderError(isOutage: false, "the discovery document's \"\(endpoint.rawValue)\" \(why)")
    }
}

extension ProviderMetadata {
    /// Creates metadata from the configuration alone, without a document.
    init(_ endpoints: ProviderEndpoints) {
        replace(by: endpoints)
    }

    private mutating func replace(by endpoints: ProviderEndpoints) {
        let replacements: [(Endpoint, AbsoluteURL?)] = [
            (.authorization, endpoints.authorization), (.token, endpoints.token), (.keys, endpoints.keys),
            (.userinfo, endpoints.userinfo), (.endSession, endpoints.endSession),
        ]
        for (endpoint, url) in replacements {
            guard let url else { continue }
            urls[endpoint] = url
            unusable[endpoint] = nil
        }
    }

    /// Reads a discovery document.
    ///
    /// - Throws: a fault if the document names another issuer. That issuer's keys would otherwise be trusted for this
    ///   one.
    init(_ root: JSONValue, of address: ProviderAddress) throws(ProviderError) {
        guard let said = root.member("issuer")?.string else {
            throw ProviderError(isOutage: false, "the discovery document has no \"issuer\"")
        }
        guard Issuer(said) == address.issuer else {
            throw ProviderError(
                isOutage: false,
                "the discovery document states the issuer \(said.quoted(atMost: 200)), and the configuration has "
                    + "\(address.issuer.text.quoted(atMost: 200)): both must be equal, including a final slash")
        }
        for endpoint in Endpoint.allCases {
            guard let value = root.member(endpoint.rawValue), !value.isNull else { continue }
            do throws(EndpointError) {
                urls[endpoint] = try ProviderMetadata.url(value, under: address.policy)
            } catch {
                unusable[endpoint] = error
            }
        }
        replace(by: address.endpoints)
        tokenAuthenticationMethods = ProviderMetadata.texts(root.member("token_endpoint_auth_methods_supported"))
        tokenSigningAlgorithms = ProviderMetadata.texts(
            root.member("token_endpoint_auth_signing_alg_values_supported"))
        sendsIssuer = root.member("authorization_response_iss_parameter_supported")?.boolean == true
    }

    private static func url(_ value: JSONValue, under policy: OutboundPolicy) throws(EndpointError) -> AbsoluteURL {
        guard let text = value.string else { throw EndpointError(why: "it is not a string") }
        guard !text.isEmpty else { throw EndpointError(why: "it is empty", isOffered: false) }
        let shown = text.quoted(atMost: 100)
        guard let url = AbsoluteURL(text) else { throw EndpointError(why: "\(shown) is not an absolute URL") }
        guard !url.hasUserInfo, !url.hasFragment else {
            throw EndpointError(why: "it has a user name or a fragment")
        }
        guard url.scheme == "https" || url.scheme == "http" && policy.allowsLoopbackHTTP && url.isLoopback else {
            throw EndpointError(why: "\(shown) is not https")
        }
        return url
    }

    /// Returns an array of strings, or one string as an array, because some servers write a list of one as a string.
    /// Returns nil for any other value.
    private static func texts(_ value: JSONValue?) -> [String]? {
        guard let value else { return nil }
        if let text = value.string { return text.isEmpty ? nil : [text] }
        let texts = value.elements.compactMap(\.string)
        return texts.isEmpty ? nil : texts
    }
}
