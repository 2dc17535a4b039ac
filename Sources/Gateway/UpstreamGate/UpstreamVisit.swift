package import HTTPMessage
package import RuntimeConfiguration
internal import Text
internal import Web

/// A request to an application, as the gateway or another proxy received it.
package final class UpstreamVisit: Sendable {
    /// The request with the credentials: that of the client, or the one by which another proxy asks.
    package let request: Request
    package let upstream: Upstream
    /// The method of the client's request.
    package let method: String
    /// The path of the client's request as received, without the query.
    package let path: ArraySlice<UInt8>
    /// The query of the client's request as received; nil if there is none.
    package let query: ArraySlice<UInt8>?
    package let requestID: String
    /// The client's address.
    package let client: String

    package init(
        _ request: Request, to upstream: Upstream, method: String, path: ArraySlice<UInt8>, query: ArraySlice<UInt8>?,
        requestID: String, client: String
    ) {
        (self.request, self.upstream, self.method, self.path) = (request, upstream, method, path)
        (self.query, self.requestID, self.client) = (query, requestID, client)
    }

    /// The same request to the application as another configuration has it.
    package func to(_ upstream: Upstream) -> UpstreamVisit {
        UpstreamVisit(
            request, to: upstream, method: method, path: path, query: query, requestID: requestID, client: client)
    }

    /// Whether a user follows a link or types an address, so that a redirect to a sign-in helps.
    package var isNavigation: Bool {
        (method.isExactly("GET") || method.isExactly("HEAD")) && RequestOrigin.isNavigation(ofSafeMethod: request)
    }

    /// Whether the path belongs to the gateway at every application's host.
    package var isGatewayPath: Bool { UpstreamPaths.isOwn(path) }

    /// The path and query to which a sign-in returns; the root if a browser could read them as another site.
    package var place: String {
        var octets = Array(path)
        if let query { octets += [UInt8(ascii: "?")] + query }
        // Browsers send some characters as they are that a URL must encode (RFC 3986, section 2).
        var text: [UInt8] = []
        for octet in octets {
            if "\"<>^`{|}".utf8.contains(octet) {
                text.append(contentsOf: "%\(String(octet, radix: 16, uppercase: true))".utf8)
            } else {
                text.append(octet)
            }
        }
        return LocalTarget(String(decoding: text, as: UTF8.self)).map(\.text) ?? "/"
    }
}

/// The gateway's paths at applications' hosts.
package enum UpstreamPaths {
    package static let prefix = "/.gatehouse/"
    package static let signIn = Upstream.beginPath
    package static let handoff = "/.gatehouse/handoff"
    package static let signOut = "/.gatehouse/sign-out"
    package static let keys = "/.gatehouse/jwks.json"

    /// Returns true if a raw path belongs to the gateway. Percent-encoded spellings count too: no application gets them.
    package static func isOwn(_ path: ArraySlice<UInt8>) -> Bool {
        guard let decoded = Target.percentDecoded(path) else { return false }
        return decoded.starts(exactly: prefix) || decoded.isExactly("/.gatehouse")
    }
}
