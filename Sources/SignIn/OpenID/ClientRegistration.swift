public import Cryptography
public import Text
public import Tokens

/// The gateway's method of client authentication at a token endpoint (OpenID Connect Core 1.0, section 9).
public enum ClientAuthentication: Sendable {
    /// The secret, sent by a method that the discovery document lists: the `Authorization` field if possible, otherwise
    /// the form.
    case discovered(Secret)
    /// `client_secret_basic`
    case basic(Secret)
    /// `client_secret_post`
    case post(Secret)
    /// `private_key_jwt` (RFC 7523)
    case privateKey(SigningKey)
    /// A public client.
    case none
}

/// The gateway's registration as a client of one provider: its authentication, and its requests' parameters.
public struct ClientRegistration: Sendable {
    /// The conditions on the provider's tokens. Keys are included only if the configuration contains them.
    public let provider: TrustedProvider
    public let clientID: String
    public let authentication: ClientAuthentication
    /// The requested scopes, which include `openid`.
    public let scopes: [String]
    /// Further parameters of the authorization request.
    public let authorizationParameters: [ExactText: String]
    /// Further parameters of the logout request.
    public let logoutParameters: [ExactText: String]
    public let maximumAuthenticationAge: Duration?
    public let contextClasses: [String]
    /// The URL that receives the authorization response.
    public let redirectURI: String
    /// The URL to which the provider redirects users after a logout.
    public let postLogoutRedirectURI: String

    public init(
        provider: TrustedProvider, clientID: String, authentication: ClientAuthentication, scopes: [String],
        authorizationParameters: [ExactText: String] = [:], logoutParameters: [ExactText: String] = [:],
        maximumAuthenticationAge: Duration? = nil, contextClasses: [String] = [], redirectURI: String,
        postLogoutRedirectURI: String
    ) {
        self.provider = provider
        self.clientID = clientID
        self.authentication = authentication
        self.scopes = scopes
        self.authorizationParameters = authorizationParameters
        self.logoutParameters = logoutParameters
        self.maximumAuthenticationAge = maximumAuthenticationAge
        self.contextClasses = contextClasses
        self.redirectURI = redirectURI
        self.postLogoutRedirectURI = postLogoutRedirectURI
    }
}
