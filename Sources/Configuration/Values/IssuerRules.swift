internal import HTTPMessage
internal import SettingDeclarations
internal import Text

/// The requirements on an issuer with a discovery document, and common mistakes.
enum IssuerRules {
    /// Path names of Entra ID's endpoints for all tenants. No token has them as its tenant.
    private static let sharedTenants = ["common", "organizations", "consumers"]
    private static let entraHosts = [
        "login.microsoftonline.com", "login.microsoftonline.us", "login.partner.microsoftonline.cn",
        "login.windows.net",
        "sts.windows.net",
    ]

    /// Returns a message for a value that no provider has as its issuer; nil for any other value.
    ///
    /// - Parameter url: the issuer as a URL; nil if it is none.
    static func mistake(in issuer: String, _ url: AbsoluteURL?) -> String? {
        // The mistakes are in the path, and most issuers have none.
        if let url, url.path.utf8.count < 2, !url.hasQuery, !url.hasFragment { return nil }
        let plain = issuer.dropping(exactlyLast: "/") ?? issuer[...]
        if plain.ends(exactly: "/.well-known/openid-configuration")
            || issuer.holds(exactly: "/.well-known/oauth-authorization-server")
        {
            return "is the URL of a discovery document: write the issuer that it states, or set discovery_url beside it"
        }
        if let url, entraHosts.contains(exactly: url.host),
            let tenant = url.path.split(at: "/").dropFirst().first,
            sharedTenants.contains(exactly: tenant.asciiLowercased())
        {
            return "is not an issuer, because tokens name a tenant: write its id in place of \(quoted(String(tenant)))"
        }
        return nil
    }

    /// Returns the reason why an issuer cannot have a discovery document, or nil.
    ///
    /// - Parameter url: the issuer as a URL; nil if it is none.
    static func fault(of issuer: String, _ url: AbsoluteURL?) -> String? {
        // Google's tokens also name the issuer without a scheme.
        if issuer.isExactly("accounts.google.com") { return nil }
        guard let url, url.scheme == "https" || url.scheme == "http" else {
            return "must be a URL such as https://acme.okta.com, exactly as in its tokens' iss; "
                + "any other string requires keys, and no client_id"
        }
        guard !url.hasQuery, !url.hasFragment, !url.hasUserInfo else {
            return "must have no query, no fragment and no user name"
        }
        return nil
    }
}
