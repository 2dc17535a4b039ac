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
        let octets = Array(text.utf8)
        guard octets.count <= 2048,
            octets.allSatisfy({ $0 > 0x20 && $0 < 0x7F && !AbsoluteURL.never.contains($0) }),
            let colon = octets.firstIndex(of: UInt8(ascii: ":")), octets[(colon + 1)...].starts(with: [0x2F, 0x2F])
        else { return nil }
        self.text = text
        scheme = String(decoding: octets[..<colon].map(ASCII.lowercased), as: UTF8.self)
        guard let first = scheme.utf8.first, (0x61...0x7A).contains(first),
            scheme.utf8.allSatisfy({ (0x61...0x7A).contains($0) || (0x30...0x39).contains($0) })
        else { return nil }
        var rest = octets[(colon + 3)...]
        let fragment = rest.firstIndex(of: UInt8(ascii: "#"))
        hasFragment = fragment != nil
        if let fragment { rest = rest[..<fragment] }
        let mark = rest.firstIndex(of: UInt8(ascii: "?"))
        query = mark.map { String(decoding: rest[($0 + 1)...], as: UTF8.self) }
        if let mark { rest = rest[..<mark] }
        let slash = rest.firstIndex(of: UInt8(ascii: "/")) ?? rest.endIndex
        path = String(decoding: rest[slash...], as: UTF8.self)
        rest = rest[..<slash]
        let at = rest.lastIndex(of: UInt8(ascii: "@"))
        hasUserInfo = at != nil
        if let at { rest = rest[(at + 1)...] }
        guard let (host, port) = AbsoluteURL.split(rest) else { return nil }
        (self.host, self.port) = (host, port)
    }

    /// Characters that no URL may hold, even a lenient one (RFC 3986, section 2).
    private static let never = Array("\"<>\\^`{|}".utf8)

    private static func split(_ authority: ArraySlice<UInt8>) -> (host: String, port: UInt16?)? {
        var host = authority
        var port: UInt16?
        if let colon = authority.lastIndex(of: UInt8(ascii: ":")) {
            let digits = authority[(colon + 1)...]
            if !digits.contains(UInt8(ascii: "]")) {
                guard digits.allSatisfy({ (0x30...0x39).contains($0) }),
                    let number = UInt16(String(decoding: digits, as: UTF8.self)), number > 0
                else { return nil }
                port = number
                host = authority[..<colon]
            }
        }
        if host.first == UInt8(ascii: "["), host.last == UInt8(ascii: "]") {
            host = host.dropFirst().dropLast()
            guard host.contains(UInt8(ascii: ":")), IPAddress(String(decoding: host, as: UTF8.self)) != nil else {
                return nil
            }
        } else {
            guard isHostName(host) else { return nil }
        }
        return (String(decoding: host.map(ASCII.lowercased), as: UTF8.self), port)
    }

    /// Returns true for labels of letters, digits, hyphens and underscores (RFC 1123, section 2.1). An IPv4 address
    /// matches too.
    public static func isHostName(_ text: some StringProtocol) -> Bool { isHostName(Array(text.utf8)[...]) }

    private static func isHostName(_ octets: ArraySlice<UInt8>) -> Bool {
        guard (1...253).contains(octets.count) else { return false }
        var (length, last) = (0, UInt8(0))
        for octet in octets {
            switch octet {
            case UInt8(ascii: "."):
                guard length > 0, last != UInt8(ascii: "-") else { return false }
                (length, last) = (0, 0)
                continue
            case UInt8(ascii: "-"):
                guard length > 0 else { return false }
            case 0x61...0x7A, 0x41...0x5A, 0x30...0x39, UInt8(ascii: "_"): break
            default: return false
            }
            (length, last) = (length + 1, octet)
            guard length <= 63 else { return false }
        }
        return length > 0 && last != UInt8(ascii: "-")
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
