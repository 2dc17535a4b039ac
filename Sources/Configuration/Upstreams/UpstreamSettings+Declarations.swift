internal import Identities
package import SettingDeclarations

extension UpstreamSettings {
    static let id = Setting(
        "id", .upstreamID, .required, "The upstream's id in paths, and the audience (aud) of its assertions.")
    static let name = Setting(
        "name", .text("a name", example: "Reports"), .optional, "The name that users see; default: the id.")
    static let host = Setting(
        "host", .upstreamHost, .required,
        "The host name at which browsers reach the application. It belongs to this upstream alone, and is never "
            + "public_url's.")
    static let origin = Setting(
        "origin", .upstreamOrigin, .optional,
        "Scheme, host and port at which browsers reach the application, if scheme or port are not public_url's; http only "
            + "on loopback.")
    static let organization = Setting(
        "organization", .text("an organization's id", example: "acme"), .required,
        "The id of the organization whose claim mappings, grants and suspensions decide.")
    static let address = Setting(
        "address", .oneOrMore(of: .upstreamAddress), .optional,
        "Where the application listens: http://HOST:PORT, https://HOST:PORT or unix:PATH, or a list, over which requests are "
            + "spread. Without it, another proxy passes the requests on and asks at forward_auth_listen.")
    static let access = Setting(
        "access", .sections() as SettingKind<[UpstreamRuleSettings]>, .byDefault("[]"),
        "Rules that are tried in order: the first whose path and methods match decides. If none matches, the request is "
            + "refused.")
    static let user = Setting(
        "user", .choice("how the application knows a user") as SettingKind<UserName>, .byDefault("\"subject\""),
        "The value of X-Forwarded-User and of the assertion's sub: the subject at the user's issuer, or the gateway's id of "
            + "the identity.")
    static let passAuthorization = Setting(
        "pass_authorization", .boolean, .byDefault("false"),
        "Whether the client's Authorization field is passed on. Without a session it must be a valid bearer token.")
    static let upgradeIdle = Setting(
        "upgrade_idle", .durationOrNull(in: .seconds(1) ... .seconds(365 * 86400)), .byDefault("null"),
        "The time after which an upgraded connection (WebSocket) without data ends; null: never.")
    static let preserveHost = Setting(
        "preserve_host", .boolean, .byDefault("true"),
        "true: the application gets the client's Host; false: the host of its own address.")
    static let requestHeaders = Setting(
        "request_headers", .requestHeaders, .byDefault("{}"), "Fields that are added to each request.")
    static let timeout = Setting(
        "timeout", .duration(in: .seconds(1) ... .seconds(86400)), .byDefault("\"60s\""),
        "The time for connecting, for the wait for the head of an answer, and of silence while it streams.")
    static let bodyLimit = Setting(
        "body_limit", .size(in: 1...1 << 40), .byDefault("\"100MiB\""), "The maximum size of a request body.")
    static let caFile = Setting(
        "ca_file", .pem("a PEM file with certificates", label: "CERTIFICATE", good: "ca.pem"), .optional,
        "Certificate authorities for the application's certificate, instead of the system's.")

    package static let settings = [
        DeclaredSetting(id), DeclaredSetting(name), DeclaredSetting(host), DeclaredSetting(origin),
        DeclaredSetting(organization), DeclaredSetting(address), DeclaredSetting(access), DeclaredSetting(user),
        DeclaredSetting(passAuthorization), DeclaredSetting(upgradeIdle), DeclaredSetting(preserveHost),
        DeclaredSetting(requestHeaders), DeclaredSetting(timeout), DeclaredSetting(bodyLimit), DeclaredSetting(caFile),
    ]
}
