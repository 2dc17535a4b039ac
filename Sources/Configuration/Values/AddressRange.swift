internal import Glibc

/// A numeric address: 4 bytes for IPv4, 16 for IPv6.
struct IPAddress: Sendable, Hashable {
    let bytes: [UInt8]

    /// `nil` where the text is no numeric address. IPv4 addresses mapped into IPv6 become what they are.
    init?(_ text: String) {
        guard text.utf8.count <= 45, !text.utf8.contains(0) else { return nil }
        var bytes = Array(repeating: UInt8(0), count: 16)
        // inet_pton writes 4 bytes for AF_INET and 16 for AF_INET6.
        if unsafe inet_pton(AF_INET, text, &bytes) == 1 {
            self.bytes = Array(bytes.prefix(4))
        } else if unsafe inet_pton(AF_INET6, text, &bytes) == 1 {
            let isMapped = bytes.prefix(10).allSatisfy { $0 == 0 } && bytes[10] == 0xFF && bytes[11] == 0xFF
            self.bytes = isMapped ? Array(bytes.suffix(4)) : bytes
        } else {
            return nil
        }
    }
}

/// A range of addresses as CIDR writes it (RFC 4632, section 3.1; RFC 4291, section 2.3): `10.0.0.0/8`, `fd00::/8`.
public struct AddressRange: Sendable, Hashable, CustomStringConvertible {
    public let text: String

    /// `nil` where the text is not an address, a slash and a prefix length, or where bits behind the prefix are set.
    public init?(_ text: String) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 2, let address = IPAddress(String(parts[0])), (1...3).contains(parts[1].utf8.count),
            parts[1].utf8.allSatisfy({ (0x30...0x39).contains($0) }), let length = Int(parts[1]),
            String(length) == parts[1], length <= address.bytes.count * 8
        else { return nil }
        for (index, byte) in address.bytes.enumerated() {
            let bits = min(8, max(0, length - index * 8))
            guard bits == 8 || byte & (0xFF >> UInt8(bits)) == 0 else { return nil }
        }
        self.text = text
    }

    public var description: String { text }
}
