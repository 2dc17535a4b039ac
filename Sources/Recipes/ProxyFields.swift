internal import Text
internal import Upstreams

/// The request fields that a proxy sets or removes in front of an application.
enum ProxyFields {
    /// The fields of a 200 that say who the user is. All of them are copied to the request, always.
    static let identity = [
        "X-Forwarded-User", "X-Forwarded-Email", "X-Forwarded-Preferred-Username", "X-Forwarded-Groups",
        "X-Gatehouse-Issuer", "X-Gatehouse-Identity", "X-Gatehouse-Organization", "X-Gatehouse-Role",
        "X-Gatehouse-Assertion",
    ]

    /// The request's id is copied too, but is no secret.
    static let requestID = "X-Request-Id"

    /// Fields of clients that never reach an application, besides all `X-Forwarded-`, `X-Gatehouse-` and `X-Original-`.
    static let dropped = [
        "Forwarded", "X-Real-IP", "X-Rewrite-URL", "X-Script-Name", "Remote-User", "X-Remote-User", "X-HTTP-Method",
        "X-HTTP-Method-Override", "X-Method-Override",
    ]

    /// Names with those prefixes that applications are known to read, for proxies that cannot remove by prefix.
    static let knownWithPrefix = ReservedFields.known.filter { name in
        !identity.contains(exactly: name) && !stated.contains(exactly: name)
    }

    /// The fields with those prefixes that the proxies state themselves.
    private static let stated = ["X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto"]
}
