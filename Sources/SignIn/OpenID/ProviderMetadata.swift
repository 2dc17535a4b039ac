public import HTTPClient
internal import JSON
internal import Text
internal import Tokens

/// What a provider says about itself (OpenID Connect Discovery 1.0, section 3), as far as it is used here.
public struct ProviderMetadata: Sendable, Hashable {
    public let authorizationEndpoint: AbsoluteURL
    public let tokenEndpoint: AbsoluteURL
    public let keysURL: AbsoluteURL
    public let userinfoEndpoint: AbsoluteURL?
    /// OpenID Connect RP-Initiated Logout 1.0
    public let endSessionEndpoint: AbsoluteURL?
    /// `nil` where the document does not say; it then is `client_secret_basic`.
    public let tokenAuthenticationMethods: [String]?
    /// Whether every answer to an authorization request carries `iss` (RFC 9207, section 3).
    public let sendsIssuer: Bool
}

/// Why a discovery document is of no use. One sentence for the log.
struct UnusableMetadata: Error, CustomStringConvertible {
    let description: String
}

extension ProviderMetadata {
    // The path is appended to the issuer without its last slash (OpenID Connect Discovery 1.0, section 4).
    static func documentURL(issuer: String) -> AbsoluteURL? {
        let base = TrustedProvider.canonicalIssuer(issuer)
        return AbsoluteURL(
            (base.dropping(exactlyLast: "/").map { String($0) } ?? base) + "/.well-known/openid-configuration")
    }

    /// - Parameter policy: endpoints over plain HTTP are refused unless it allows them.
    init(_ body: [UInt8], issuer: String, policy: OutboundPolicy) throws(UnusableMetadata) {
        guard let document = try? JSONDocument(parsing: body), document.root.kind == .object else {
            throw UnusableMetadata(description: "the discovery document is not a JSON object")
        }
        let root = document.root
        // Another issuer's document would make its keys this one's.
        guard let said = root.member("issuer")?.string,
            TrustedProvider.isSameIssuer(said, issuer)
        else { throw UnusableMetadata(description: "the discovery document is another issuer's") }

        func url(_ name: String) throws(UnusableMetadata) -> AbsoluteURL? {
            guard let text = root.member(name)?.string else { return nil }
            guard let url = AbsoluteURL(text), !url.hasUserInfo, !url.hasFragment,
                url.scheme == "https" || url.scheme == "http" && policy.allowsLoopbackHTTP && url.isLoopback
            else { throw UnusableMetadata(description: "\"\(name)\" is not an https URL") }
            return url
        }
        guard let authorization = try url("authorization_endpoint"), let token = try url("token_endpoint"),
            let keys = try url("jwks_uri")
        else {
            throw UnusableMetadata(
                description: "\"authorization_endpoint\", \"token_endpoint\" or \"jwks_uri\" is missing")
        }
        (authorizationEndpoint, tokenEndpoint, keysURL) = (authorization, token, keys)
        userinfoEndpoint = try url("userinfo_endpoint")
        endSessionEndpoint = try url("end_session_endpoint")
        tokenAuthenticationMethods = root.member("token_endpoint_auth_methods_supported").map {
            $0.elements.compactMap(\.string)
        }
        sendsIssuer = root.member("authorization_response_iss_parameter_supported")?.boolean == true
    }
}
