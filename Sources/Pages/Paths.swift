public import Web

/// The paths that browsers visit. Links and forms of pages, and the endpoints themselves, use these values.
public enum Paths {
    public static let home: PathTemplate = "/"
    public static let organization: PathTemplate = "/organizations/{org}"
    public static let members: PathTemplate = "/organizations/{org}/members"
    public static let mappings: PathTemplate = "/organizations/{org}/claim-mappings"
    public static let explain: PathTemplate = "/organizations/{org}/claim-mappings/explain"
    public static let audit: PathTemplate = "/organizations/{org}/audit"
    public static let account: PathTemplate = "/account"
    /// The path of invitations' links.
    public static let acceptance: PathTemplate = "/invitations/accept"
    public static let login: PathTemplate = "/auth/login"
    public static let initiate: PathTemplate = "/auth/initiate"
    /// The path of a provider's redirect URI. Each provider has its own, so that a response of one is never taken for a
    /// response of another (RFC 9700, section 4.4.2).
    public static let callback: PathTemplate = "/auth/callback/{provider}"
    /// The path of the redirect URI that all providers once shared.
    public static let callbackWithoutProvider: PathTemplate = "/auth/callback"
    public static let logout: PathTemplate = "/auth/logout"
    public static let signedOut: PathTemplate = "/auth/signed-out"
    public static let backchannelLogout: PathTemplate = "/auth/backchannel-logout/{provider}"
    public static let asset: PathTemplate = "/assets/{file}"
}
