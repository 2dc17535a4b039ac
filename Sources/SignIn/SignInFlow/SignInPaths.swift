package import Web

/// The paths of signing in and out.
package enum SignInPaths {
    package static let login: PathTemplate = "/auth/login"
    package static let initiate: PathTemplate = "/auth/initiate"
    /// The path of a provider's redirect URI. Each provider has its own, so that a response of one is never taken for a
    /// response of another (RFC 9700, section 4.4.2).
    package static let callback: PathTemplate = "/auth/callback/{provider}"
    /// The path of the redirect URI that all providers once shared.
    package static let callbackWithoutProvider: PathTemplate = "/auth/callback"
    /// The path at which a session is handed over to an application's host.
    package static let handoff: PathTemplate = "/auth/handoff"
    package static let logout: PathTemplate = "/auth/logout"
    package static let signedOut: PathTemplate = "/auth/signed-out"
    package static let backchannelLogout: PathTemplate = "/auth/backchannel-logout/{provider}"
}
