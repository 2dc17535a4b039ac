public import Configuration
public import SignInFlow

extension Settings {
    /// The redirect URIs of the providers at which users sign in, in the order of the file.
    public var redirectURIs: [RedirectURI] { redirectURIs(atMost: .max) }

    /// Variant of ``redirectURIs`` that returns only the first ones.
    func redirectURIs(atMost count: Int) -> [RedirectURI] {
        providers.lazy.filter { $0.clientID != nil }.prefix(count).map { RedirectURI(of: $0.id, at: publicURL.origin) }
    }
}
