internal import Text

/// The gateway's own site: its origin, and the cookies that browsers keep for it. It is never taken from a request.
public struct Site: Sendable {
    /// The origin for links and security header fields, without a final slash.
    public let origin: String
    /// Whether browsers reach the site by https.
    public let isHTTPS: Bool
    /// The cookie of sessions.
    public let sessionCookie: Cookie
    /// The cookie that binds sign-ins and opened invitations to a browser.
    public let browserCookie: Cookie

    /// - Parameter origin: the origin of `public_url`.
    public init(origin: String) {
        self.origin = origin
        isHTTPS = origin.starts(exactly: "https://")
        sessionCookie = Cookie("gatehouse", isSecure: isHTTPS)
        browserCookie = Cookie("gatehouse-browser", isSecure: isHTTPS)
    }
}
