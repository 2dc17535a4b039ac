internal import Addresses
internal import Text

// URI = scheme ":" "//" authority path-abempty [ "?" query ] [ "#" fragment ]  (RFC 3986, section 3)
/// An absolute URL, parsed.
public struct AbsoluteURL: Sendable, Hashable {
    /// The URL as given.
    public let text: String
    /// Scheme in lower case.
    public let scheme: String
    /// Host in lower case; an IPv6 address without its brackets.
    public let host: String
    /// Port as given; nil if there is none.
    public let port: UInt16?
    /// Path; empty, or begins with `/`.
    public let path: String
    /// True if the authority has a user part.
    public let hasUserInfo: Bool
    public var hasQuery: Bool { query != nil }
    public let hasFragment: Bool

    /// Text after the first `?`; nil if there is none.
    public let query: String?

    /// Returns nil if the text is not a URL with an authority, exceeds 2048 bytes, or holds a character that no URL may
    /// hold.
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

    /// Characters that no URL may hold, even a lenient one (RFC 3986, section 2).
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

    /// Returns true for labels of letters, digits, hyphens and underscores (RFC 1123, section 2.1). An IPv4 address
    /// matches too.
    public static func isHostName(_ text: some StringProtocol) -> Bool {
        guard (1...253).contains(text.utf8.count) else { return false }
        return text.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false).allSatisfy { label in
            (1...63).contains(label.count) && label.first != 0x2D && label.last != 0x2D
                && label.allSatisfy {
                    (0x61...0x7A).contains($0 | 0x20) || (0x30...0x39).contains($0) || $0 == 0x2D || $0 == 0x5F
                }
        }
    }

    /// True if the host can only be this machine (RFC 6761, section 6.3).
    public var isLoopback: Bool {
        host == "localhost" || host.ends(exactly: ".localhost") || (IPAddress(host)?.isLoopback ?? false)
    }

    /// Port to connect to; the scheme's default if none is given.
    public var effectivePort: UInt16 { port ?? (scheme == "http" ? 80 : 443) }

    /// Value of the `Host` field; the scheme's default port is left out (RFC 9110, section 4.2.3).
    public var authority: String {
        let host = host.holds(":") ? "[\(host)]" : host
        return port.map { $0 == (scheme == "http" ? 80 : 443) ? host : "\(host):\($0)" } ?? host
    }

    /// Path and query in the form of a request line.
    public var requestTarget: String { (path.isEmpty ? "/" : path) + (query.map { "?\($0)" } ?? "") }
}
