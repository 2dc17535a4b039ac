internal import Addresses
internal import Text

extension Request {
    /// The host that the request is for, without the port; nil if there is none, or if its port is no number. Names are
    /// in lower case, IPv6 addresses without brackets and in their canonical form.
    public var hostName: String? { field(.host).flatMap(Request.hostName) }

    /// Returns the host in a `Host` field; see ``hostName``.
    public static func hostName(in field: String) -> String? {
        let name = field.asciiLowercased()
        guard let colon = name.utf8.lastIndex(of: UInt8(ascii: ":")), name.utf8.last != UInt8(ascii: "]") else {
            return Request.host(name[...])
        }
        guard name.utf8[colon...].dropFirst().allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
        return Request.host(name[..<colon])
    }

    private static func host(_ name: Substring) -> String {
        // IP-literal = "[" ( IPv6address / IPvFuture ) "]" (RFC 3986, section 3.2.2)
        guard name.utf8.first == UInt8(ascii: "["), name.utf8.last == UInt8(ascii: "]") else { return String(name) }
        let literal = String(name.dropFirst().dropLast())
        return IPAddress(literal)?.description ?? literal
    }
}
