public import Cryptography
public import Text
public import Tokens

/// How the gateway proves to a token endpoint that it is the client (OpenID Connect Core 1.0, section 9).
public enum ClientAuthentication: Sendable {
    /// The secret, by a method that the discovery document lists: in the `Authorization` field, or else in the form.
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

/// The gateway as a provider knows it: a client with its proof, and what it asks for.
public struct ClientRegistration: Sendable {
    /// The provider's conditions; its keys only where the configuration has them.
    public let provider: TrustedProvider
    public let clientID: String
    public let authentication: ClientAuthentication
    /// Contains `openid`.
    public let scopes: [String]
    /// Added to the authorization request.
    public let authorizationParameters: [ExactText: String]
    /// Added to the logout request.
    public let logoutParameters: [ExactText: String]
    public let maximumAuthenticationAge: Duration?
    public let contextClasses: [String]
    /// Where the provider sends people back to.
    public let redirectURI: String
    /// Where the provider sends people after a logout.
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
