public import Identities
internal import Web

/// The redirect URI to register at a provider (RFC 6749, section 3.1.2).
///
/// Each provider has its own. An honest provider sends a code only to its own. The code of one provider therefore never
/// reaches the gateway as the code of another (mix-up; RFC 9700, section 4.4.2).
public struct RedirectURI: Sendable, Hashable {
    /// The provider's id in the configuration.
    public let provider: ProviderID
    /// An absolute URL below `public_url`.
    public let text: String

    /// - Parameter publicURL: the origin of `public_url`.
    package init(of provider: ProviderID, at publicURL: String) {
        self.provider = provider
        text = publicURL + SignInPaths.callback.path(provider.text)
    }
}
