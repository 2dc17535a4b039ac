/// The network part of a client's address that one subscriber controls: an IPv4 address, or an IPv6 /64.
///
/// Limits count per prefix, because the holder of an IPv6 /64 can use any of its 2⁶⁴ addresses (RFC 4291, section
/// 2.5.4; RFC 6177). A prefix takes 16 bytes and owns no memory, so that a table of prefixes is bounded in bytes.
public struct ClientPrefix: Sendable, Hashable, CustomStringConvertible {
    /// The network's leading 64 bits; an IPv4 address is in the upper 32.
    private let bits: UInt64
    /// 32 for IPv4, 64 or 48 for IPv6, 0 for a client without a numeric address.
    private let length: UInt8

    private init(bits: UInt64, length: UInt8) {
        self.bits = bits
        self.length = length
    }

    /// The prefix of an address: all of IPv4 (also if mapped into IPv6), and the first 64 bits of IPv6.
    public init(_ address: IPAddress) {
        let leading = address.bytes.prefix(8).reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        if address.bytes.count == 4 {
            self.init(bits: leading << 32, length: 32)
        } else {
            self.init(bits: leading, length: 64)
        }
    }

    /// The prefix of an address as text, with or without a zone; ``unknown`` if the text is not a numeric address.
    public init(_ address: String) {
        self = IPAddress(scoped: address).map { ClientPrefix($0) } ?? .unknown
    }

    /// The shared prefix of clients without a numeric address, which are limited together and not exempt.
    public static let unknown = ClientPrefix(bits: 0, length: 0)

    /// The IPv6 /48 around a /64, which may belong to one customer (RFC 6177); nil for IPv4 and ``unknown``.
    public var site: ClientPrefix? {
        length == 64 ? ClientPrefix(bits: bits & ~0xFFFF, length: 48) : nil
    }

    /// `203.0.113.9`, `2001:db8:1:2::/64`, `2001:db8:1::/48`, `unknown`.
    public var description: String {
        switch length {
        case 0: return "unknown"
        case 32: return (0..<4).map { String(UInt8(truncatingIfNeeded: bits >> (56 - 8 * $0))) }.joined(separator: ".")
        default:
            let groups = (0..<Int(length / 16)).map {
                String(UInt16(truncatingIfNeeded: bits >> (48 - 16 * $0)), radix: 16)
            }
            return groups.joined(separator: ":") + "::/\(length)"
        }
    }
}
