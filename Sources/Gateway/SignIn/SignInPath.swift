internal import Identities

/// The paths of signing in and out, relative to `public_url`.
enum SignInPath {
    static let login = "/auth/login"
    static let initiate = "/auth/initiate"
    static let logout = "/auth/logout"
    static let signedOut = "/auth/signed-out"
    /// The redirect URI that all providers once shared.
    static let callback = "/auth/callback"

    /// The path of a provider's redirect URI. Each provider has its own, so that a response of one is never taken for
    /// a response of another (RFC 9700, section 4.4.2).
    ///
    /// - Parameter provider: the provider's id, which needs no percent-encoding.
    static func callback(of provider: ProviderID) -> String { "\(callback)/\(provider.text)" }
}
