internal import Glibc

// URI = scheme ":" "//" authority path-abempty [ "?" query ] [ "#" fragment ]  (RFC 3986, section 3)
/// An absolute URL taken apart, as far as settings need it.
struct AbsoluteURL: Sendable, Hashable {
    /// In lower case.
    let scheme: String
    /// In lower case; an IPv6 address without its brackets.
    let host: String
    let port: UInt16?
    /// Empty, or begins with `/`.
    let path: String
    let hasUserInfo: Bool
    let hasQuery: Bool
    let hasFragment: Bool

    init?(_ text: String) {
        guard text.utf8.count <= 2048,
            text.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F && !AbsoluteURL.never.contains($0) }),
            let mark = text.firstRange(of: "://")
        else { return nil }
        scheme = text[..<mark.lowerBound].lowercased()
        guard let first = scheme.utf8.first, (0x61...0x7A).contains(first),
            scheme.utf8.allSatisfy({ (0x61...0x7A).contains($0) || (0x30...0x39).contains($0) })
        else { return nil }
        var rest = text[mark.upperBound...]
        hasFragment = rest.contains("#")
        rest = rest.prefix { $0 != "#" }
        hasQuery = rest.contains("?")
        rest = rest.prefix { $0 != "?" }
        var authority = rest.prefix { $0 != "/" }
        path = String(rest[authority.endIndex...])
        if let at = authority.lastIndex(of: "@") {
            hasUserInfo = true
            authority = authority[authority.index(after: at)...]
        } else {
            hasUserInfo = false
        }
        guard let (host, port) = AbsoluteURL.split(authority) else { return nil }
        (self.host, self.port) = (host, port)
    }

    /// Never in a URL, however lenient (RFC 3986, section 2).
    private static let never = Array("\"<>\\^`{|}".utf8)

    private static func split(_ authority: Substring) -> (host: String, port: UInt16?)? {
        var host = authority
        var port: UInt16?
        if let colon = authority.lastIndex(of: ":"), !authority[colon...].contains("]") {
            let digits = authority[authority.index(after: colon)...]
            guard !digits.isEmpty, digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let number = UInt16(digits),
                number > 0
            else { return nil }
            port = number
            host = authority[..<colon]
        }
        if host.hasPrefix("["), host.hasSuffix("]") {
            host = host.dropFirst().dropLast()
            guard host.contains(":"), IPAddress(String(host)) != nil else { return nil }
        } else {
            guard isHostName(host) else { return nil }
        }
        return (host.lowercased(), port)
    }

    /// Labels of letters, digits and hyphens (RFC 1123, section 2.1); an IPv4 address is made of such too.
    static func isHostName(_ text: some StringProtocol) -> Bool {
        guard (1...253).contains(text.utf8.count) else { return false }
        return text.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false).allSatisfy { label in
            (1...63).contains(label.count) && label.first != 0x2D && label.last != 0x2D
                && label.allSatisfy {
                    (0x61...0x7A).contains($0 | 0x20) || (0x30...0x39).contains($0) || $0 == 0x2D || $0 == 0x5F
                }
        }
    }

    /// Whether the host can only be this machine (RFC 6761, section 6.3; RFC 1122, section 3.2.1.3; RFC 4291, 2.5.3).
    var isLoopback: Bool {
        if host == "localhost" || host.hasSuffix(".localhost") { return true }
        guard let address = IPAddress(host) else { return false }
        return address.bytes.count == 4
            ? address.bytes[0] == 127 : address.bytes.last == 1 && address.bytes.dropLast().allSatisfy { $0 == 0 }
    }
}
