public import Identities

/// The paths of signing in and out, relative to `public_url`.
public enum SignInPath {
    public static let login = "/auth/login"
    public static let initiate = "/auth/initiate"
    public static let logout = "/auth/logout"
    public static let signedOut = "/auth/signed-out"
    /// The redirect URI that all providers once shared.
    public static let callback = "/auth/callback"

    /// The path of a provider's redirect URI. Each provider has its own, so that a response of one is never taken for
    /// a response of another (RFC 9700, section 4.4.2).
    ///
    /// - Parameter provider: the provider's id, which needs no percent-encoding.
    public static func callback(of provider: ProviderID) -> String { "\(callback)/\(provider.text)" }
}
