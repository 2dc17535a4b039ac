internal import Text

/// A range of addresses in CIDR notation (RFC 4632, section 3.1; RFC 4291, section 2.3): `10.0.0.0/8`, `fd00::/8`.
public struct AddressRange: Sendable, Hashable {
    private let network: [UInt8]
    private let prefixLength: Int

    /// Returns nil if the text is not an address, a slash and a prefix length, or if bits after the prefix are set.
    public init?(_ text: String) {
        let parts = text.split(at: "/")
        guard parts.count == 2, let address = IPAddress(String(parts[0])), (1...3).contains(parts[1].utf8.count),
            parts[1].utf8.allSatisfy({ (0x30...0x39).contains($0) }), let length = Int(parts[1]),
            length <= address.bytes.count * 8
        else { return nil }
        network = address.bytes
        prefixLength = length
        guard AddressRange.masked(network, to: length) == network else { return nil }
    }

    /// Returns true if the range contains an address. IPv4 addresses are only in IPv4 ranges.
    public func contains(_ address: IPAddress) -> Bool {
        guard address.bytes.count == network.count else { return false }
        return AddressRange.masked(address.bytes, to: prefixLength) == network
    }

    private static func masked(_ bytes: [UInt8], to length: Int) -> [UInt8] {
        bytes.enumerated().map { index, byte in
            let bits = min(8, max(0, length - index * 8))
            return bits == 0 ? 0 : byte & (0xFF << UInt8(8 - bits))
        }
    }
}
