internal import Sockets
internal import Text

// URI = scheme ":" "//" authority path-abempty [ "?" query ] [ "#" fragment ]  (RFC 3986, section 3)
/// An absolute URL taken apart.
public struct AbsoluteURL: Sendable, Hashable {
    /// As it was written.
    public let text: String
    /// In lower case.
    public let scheme: String
    /// In lower case; an IPv6 address without its brackets.
    public let host: String
    public let port: UInt16?
    /// Empty, or begins with `/`.
    public let path: String
    public let hasUserInfo: Bool
    public var hasQuery: Bool { query != nil }
    public let hasFragment: Bool

    /// What stands after the first `?`, without it; `nil` without one.
    public let query: String?

    /// `nil` where the text is no URL with an authority, is longer than 2048 bytes, or holds what never stands in one.
    public init?(_ text: String) {
        guard text.utf8.count <= 2048,
            text.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F && !AbsoluteURL.never.contains($0) }),
            let (scheme, more) = text.cut(at: ":"), var rest = more.dropping(exactly: "//")
        else { return nil }
        self.text = text
        self.scheme = scheme.asciiLowercased()
        guard let first = self.scheme.utf8.first, (0x61...0x7A).contains(first),
            self.scheme.utf8.allSatisfy({ (0x61...0x7A).contains($0) || (0x30...0x39).contains($0) })
        else { return nil }
        let fragment = rest.cut(at: "#")
        hasFragment = fragment != nil
        rest = fragment?.before ?? rest
        let parts = rest.cut(at: "?")
        query = (parts?.after).map { String($0) }
        rest = parts?.before ?? rest
        let slash = rest.firstIndex(ofASCII: "/") ?? rest.endIndex
        path = String(rest[slash...])
        let userInfo = rest[..<slash].cut(atLast: "@")
        hasUserInfo = userInfo != nil
        guard let (host, port) = AbsoluteURL.split(userInfo?.after ?? rest[..<slash]) else { return nil }
        (self.host, self.port) = (host, port)
    }

    /// Never in a URL, however lenient (RFC 3986, section 2).
    private static let never = Array("\"<>\\^`{|}".utf8)

    private static func split(_ authority: Substring) -> (host: String, port: UInt16?)? {
        var host = authority
        var port: UInt16?
        if let (before, digits) = authority.cut(atLast: ":"), !digits.holds("]") {
            guard !digits.isEmpty, digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let number = UInt16(digits),
                number > 0
            else { return nil }
            port = number
            host = before
        }
        if let inner = host.dropping(exactly: "[")?.dropping(exactlyLast: "]") {
            host = inner
            guard host.holds(":"), IPAddress(String(host)) != nil else { return nil }
        } else {
            guard isHostName(host) else { return nil }
        }
        return (host.asciiLowercased(), port)
    }

    /// Labels of letters, digits and hyphens (RFC 1123, section 2.1); an IPv4 address is made of such too.
    public static func isHostName(_ text: some StringProtocol) -> Bool {
        guard (1...253).contains(text.utf8.count) else { return false }
        return text.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false).allSatisfy { label in
            (1...63).contains(label.count) && label.first != 0x2D && label.last != 0x2D
                && label.allSatisfy {
                    (0x61...0x7A).contains($0 | 0x20) || (0x30...0x39).contains($0) || $0 == 0x2D || $0 == 0x5F
                }
        }
    }

    /// Whether the host can only be this machine (RFC 6761, section 6.3).
    public var isLoopback: Bool {
        host == "localhost" || host.ends(exactly: ".localhost") || (IPAddress(host)?.isLoopback ?? false)
    }

    /// Where to connect: the port of the scheme where none is written.
    public var effectivePort: UInt16 { port ?? (scheme == "http" ? 80 : 443) }

    /// The `Host` field: the port only where it is not the scheme's own (RFC 9110, section 4.2.3).
    public var authority: String {
        let host = host.holds(":") ? "[\(host)]" : host
        return port.map { $0 == (scheme == "http" ? 80 : 443) ? host : "\(host):\($0)" } ?? host
    }

    /// Path and query as a request line has them.
    public var requestTarget: String { (path.isEmpty ? "/" : path) + (query.map { "?\($0)" } ?? "") }
}
