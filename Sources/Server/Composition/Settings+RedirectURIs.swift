public import Configuration
public import SignInFlow

extension Settings {
    /// The redirect URIs of the providers at which users sign in, in the order of the file.
    public var redirectURIs: [RedirectURI] {
        providers.filter { $0.clientID != nil }.map { RedirectURI(of: $0.id, at: publicURL.origin) }
    }
}
