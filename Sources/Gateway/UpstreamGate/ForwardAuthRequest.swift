package import HTTPMessage
package import RuntimeConfiguration
internal import Text

/// The paths of forward-auth.
package enum ForwardAuthPath {
    /// Traefik and Caddy: the original request is in `X-Forwarded-*`.
    case plain
    /// nginx and HAProxy: the original request is in `X-Original-Method` and `X-Original-URL`.
    case nginx
    /// Envoy: the request itself is the original one, below a prefix.
    case envoy

    private static let root = "/forward-auth"
    private static let envoyPrefix = Array("/forward-auth/envoy".utf8)

    /// Returns nil if forward-auth has no such path.
    package init?(_ request: Request) {
        let path = request.target.pathBytes
        let text = request.target.path
        if text.isExactly(ForwardAuthPath.root) {
            self = .plain
        } else if text.isExactly("\(ForwardAuthPath.root)/nginx") {
            self = .nginx
        } else if path.starts(with: ForwardAuthPath.envoyPrefix),
            path.dropFirst(ForwardAuthPath.envoyPrefix.count).first == UInt8(ascii: "/")
        {
            self = .envoy
        } else {
            return nil
        }
    }

    /// Returns true for the paths of forward-auth and all below it, in every spelling.
    package static func isNear(_ path: ArraySlice<UInt8>) -> Bool {
        guard let decoded = Target.percentDecoded(path) else { return false }
        return decoded.isExactly(root) || decoded.starts(exactly: "\(root)/")
    }

    /// The original request that a proxy asks about.
    ///
    /// - Returns: nil if a part is missing, occurs twice, is malformed, or names a host of no application.
    package func original(of request: Request, in table: UpstreamTable) -> OriginalRequest? {
        switch self {
        case .plain: forwarded(request, table)
        case .nginx: absolute(request, table)
        case .envoy: own(request, table)
        }
    }

    private func forwarded(_ request: Request, _ table: UpstreamTable) -> OriginalRequest? {
        guard let method = ForwardAuthPath.only(.forwardedMethod, request), let host = only(.forwardedHost, request),
            let scheme = only(.forwardedProto, request), let uri = ForwardAuthPath.only(.forwardedURI, request)
        else { return nil }
        return OriginalRequest(method: method, scheme: scheme, host: host, uri: uri, in: table)
    }

    private func absolute(_ request: Request, _ table: UpstreamTable) -> OriginalRequest? {
        guard let method = ForwardAuthPath.only(.originalMethod, request),
            let url = ForwardAuthPath.only(.originalURL, request)
        else { return nil }
        // absolute-URI = scheme ":" "//" authority path-abempty [ "?" query ] (RFC 3986, section 4.3)
        guard let colon = url.firstIndex(of: UInt8(ascii: ":")), url[(colon + 1)...].starts(with: [0x2F, 0x2F]) else {
            return nil
        }
        let rest = url[(colon + 3)...]
        let end = rest.firstIndex { $0 == UInt8(ascii: "/") || $0 == UInt8(ascii: "?") } ?? rest.endIndex
        var uri = rest[end...]
        if uri.first != UInt8(ascii: "/") { uri = ([UInt8(ascii: "/")] + uri)[...] }
        return OriginalRequest(
            method: method, scheme: String(decoding: url[..<colon], as: UTF8.self),
            host: String(decoding: rest[..<end], as: UTF8.self), uri: uri, in: table)
    }

    private func own(_ request: Request, _ table: UpstreamTable) -> OriginalRequest? {
        guard let host = only(.host, request) else { return nil }
        let target = request.target
        var uri = target.pathBytes.dropFirst(ForwardAuthPath.envoyPrefix.count)
        if let query = target.queryBytes { uri = (uri + [UInt8(ascii: "?")] + query)[...] }
        return OriginalRequest(method: request.methodToken, scheme: nil, host: host, uri: uri, in: table)
    }

    private func only(_ name: FieldName, _ request: Request) -> String? {
        ForwardAuthPath.only(name, request).map { String(decoding: $0, as: UTF8.self) }
    }

    /// The value of a field that occurs once and is not empty.
    private static func only(_ name: FieldName, _ request: Request) -> ArraySlice<UInt8>? {
        guard request.count(of: name) == 1, let value = request.fieldBytes(name), !value.isEmpty else { return nil }
        return value
    }
}

/// The request about which another proxy asks.
package struct OriginalRequest: Sendable {
    package let method: String
    package let upstream: Upstream
    /// As received, without the query.
    package let path: ArraySlice<UInt8>
    package let query: ArraySlice<UInt8>?

    /// - Parameters:
    ///   - scheme: `http` or `https`, or the schemes of WebSocket, which mean the same; nil if the proxy does not say.
    ///   - uri: path and query.
    init?(method: ArraySlice<UInt8>, scheme: String?, host: String, uri: ArraySlice<UInt8>, in table: UpstreamTable) {
        guard !method.isEmpty, method.allSatisfy(OriginalRequest.isToken), let upstream = table.upstream(atHost: host),
            uri.first == UInt8(ascii: "/"), uri.allSatisfy({ $0 > 0x20 && $0 != 0x7F && $0 != UInt8(ascii: "#") })
        else { return nil }
        if let scheme {
            let isSecure = ["https", "wss"].contains(exactly: scheme)
            guard isSecure || ["http", "ws"].contains(exactly: scheme),
                isSecure == upstream.origin.starts(exactly: "https://")
            else { return nil }
        }
        self.method = String(decoding: method, as: UTF8.self)
        self.upstream = upstream
        let mark = uri.firstIndex(of: UInt8(ascii: "?"))
        path = uri[..<(mark ?? uri.endIndex)]
        query = mark.map { uri[($0 + 1)...] }
    }

    /// token = 1*tchar (RFC 9110, section 5.6.2)
    private static func isToken(_ octet: UInt8) -> Bool {
        (0x30...0x39).contains(octet) || (0x41...0x5A).contains(octet) || (0x61...0x7A).contains(octet)
            || "!#$%&'*+-.^_`|~".utf8.contains(octet)
    }
}
