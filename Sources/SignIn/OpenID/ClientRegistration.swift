public import Cryptography
public import Text
public import Tokens

/// The gateway as a provider knows it: a client with its secret, and what it asks for.
public struct ClientRegistration: Sendable {
    /// The provider's conditions; its keys only where the configuration has them.
    public let provider: TrustedProvider
    public let clientID: String
    /// `nil` for a public client.
    public let clientSecret: Secret?
    /// Contains `openid`.
    public let scopes: [String]
    /// Added to the authorization request.
    public let authorizationParameters: [ExactText: String]
    public let maximumAuthenticationAge: Duration?
    public let contextClasses: [String]
    /// Where the provider sends people back to.
    public let redirectURI: String
    /// Where the provider sends people after a logout.
    public let postLogoutRedirectURI: String

    public init(
        provider: TrustedProvider, clientID: String, clientSecret: Secret?, scopes: [String],
        authorizationParameters: [ExactText: String] = [:], maximumAuthenticationAge: Duration? = nil,
        contextClasses: [String] = [], redirectURI: String, postLogoutRedirectURI: String
    ) {
        self.provider = provider
        self.clientID = clientID
        self.clientSecret = clientSecret
        self.scopes = scopes
        self.authorizationParameters = authorizationParameters
        self.maximumAuthenticationAge = maximumAuthenticationAge
        self.contextClasses = contextClasses
        self.redirectURI = redirectURI
        self.postLogoutRedirectURI = postLogoutRedirectURI
    }
}
