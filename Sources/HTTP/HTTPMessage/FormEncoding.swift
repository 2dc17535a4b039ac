internal import Text

/// Encoding of names and values in forms and queries (WHATWG URL, section 5.2; RFC 3986, section 2.1).
public enum FormEncoding {
    /// Returns `application/x-www-form-urlencoded` content; spaces are `+`.
    public static func body(_ items: [(name: String, value: String)]) -> [UInt8] {
        Array(
            items.map { "\(encode($0.name, spaceIsPlus: true))=\(encode($0.value, spaceIsPlus: true))" }
                .joined(separator: "&").utf8)
    }

    /// Returns a query that all servers decode equally: spaces are `%20`.
    public static func query(_ items: [(name: String, value: String)]) -> String {
        items.map { "\(encode($0.name))=\(encode($0.value))" }.joined(separator: "&")
    }

    /// Percent-encodes all octets except letters, digits and `-._~*`. The two standards treat `~` and `*` differently.
    /// All decoders accept both unencoded, and servers that do not decode credentials need them so.
    public static func encode(_ text: String, spaceIsPlus: Bool = false) -> String {
        if text.allOctets(satisfy: staysAsIs) { return text }
        let digits = Array("0123456789ABCDEF".utf8)
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.utf8.count)
        for byte in text.utf8 {
            switch byte {
            case _ where staysAsIs(byte): bytes.append(byte)
            case 0x20 where spaceIsPlus: bytes.append(0x2B)
            default: bytes += [0x25, digits[Int(byte >> 4)], digits[Int(byte & 15)]]
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    private static func staysAsIs(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x2E, 0x5F, 0x7E, 0x2A: true
        default: false
        }
    }

    /// The most fields of a form. No page has more, and each field takes many times the memory of its two octets.
    private static let mostFields = 1000

    /// Returns the pairs of a form's content, in order; nil if the encoding is invalid, or if there are more than 1,000
    /// pairs.
    public static func items(_ body: [UInt8]) -> [(name: String, value: String)]? {
        guard body.count(where: { $0 == UInt8(ascii: "&") }) < mostFields else { return nil }
        return Target(pathBytes: [], queryBytes: body[...]).queryItems
    }
}
