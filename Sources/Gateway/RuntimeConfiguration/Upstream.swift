internal import Addresses
package import Assertions
internal import HTTPMessage
package import Identities
package import Policy
internal import Text
package import Upstreams
package import Web

/// An application behind the gateway, as requests meet it.
package final class Upstream: Sendable {
    package let rules: UpstreamRules
    /// The host name, in lower case and without a port.
    package let host: String
    /// The origin at which browsers reach the application.
    package let origin: String
    /// The scheme, and the host and port, of the origin.
    package let scheme: String
    package let authority: String
    /// What applications call the user.
    package let user: AssertedIdentity.User
    /// Whether `Authorization` belongs to the application.
    package let passesAuthorization: Bool
    /// Where the gateway forwards requests to, as the application's reverse proxy; nil if another proxy does that.
    package let target: UpstreamTarget?
    /// The cookies at the application's host.
    package let cookies: UpstreamCookies

    package init(
        rules: UpstreamRules, host: String, origin: String, user: AssertedIdentity.User, passesAuthorization: Bool,
        target: UpstreamTarget?
    ) {
        (self.rules, self.host, self.origin, self.user) = (rules, host, origin, user)
        let parts = origin.cut(at: "://").map { (String($0.0), String($0.1)) }
        (scheme, authority) = parts ?? ("https", host)
        (self.passesAuthorization, self.target) = (passesAuthorization, target)
        cookies = UpstreamCookies(isSecure: origin.starts(exactly: "https://"))
    }

    package var id: UpstreamID { rules.id }

    /// The path at an application's host at which a sign-in begins.
    package static let beginPath = "/.gatehouse/sign-in"

    /// The URL at which a sign-in for the application begins.
    package var beginURL: String { origin + Upstream.beginPath }
}

/// The gateway's cookies at an application's host.
package struct UpstreamCookies: Sendable {
    /// The cookie of sessions.
    package let session: Cookie
    /// The cookie that binds a sign-in to the browser that began it.
    package let begin: Cookie
    /// The cookie with the place to which the sign-in returns, sealed.
    package let place: Cookie

    package init(isSecure: Bool) {
        session = Cookie("gatehouse-app", isSecure: isSecure)
        begin = Cookie("gatehouse-begin", isSecure: isSecure)
        place = Cookie("gatehouse-place", isSecure: isSecure)
    }
}

/// The applications of one configuration.
package struct UpstreamTable: Sendable {
    /// The meaning of a request's host.
    package enum Place: Sendable {
        /// The gateway itself.
        case gateway
        case upstream(Upstream)
        /// No host of this gateway: the request is misdirected (RFC 9110, section 15.5.20).
        case unknown
    }

    package let all: [Upstream]
    /// No application.
    package static let none = UpstreamTable([], own: "")

    private let byHost: [ExactText: Upstream]
    private let own: String

    /// - Parameter own: the host of `public_url`.
    package init(_ all: [Upstream], own: String) {
        self.all = all
        self.own = IPAddress(own)?.description ?? own
        byHost = Dictionary(all.map { (ExactText($0.host), $0) }, uniquingKeysWith: { first, _ in first })
    }

    /// The meaning of a request's host name. Without applications, every host means the gateway, as it does behind a
    /// proxy that changes the field.
    package func place(of name: String?) -> Place {
        guard !all.isEmpty else { return .gateway }
        guard let name else { return .unknown }
        if name.isExactly(own) { return .gateway }
        return byHost[ExactText(name)].map { .upstream($0) } ?? .unknown
    }

    /// The application of a host name with or without a port; nil if there is none.
    package func upstream(atHost host: String) -> Upstream? {
        Request.hostName(in: host).flatMap { byHost[ExactText($0)] }
    }

    package subscript(id: String) -> Upstream? { all.first { $0.id.text.isExactly(id) } }
}
