internal import Addresses
internal import HTTPMessage
internal import Text

extension OutboundPolicy {
    /// Returns true if the policy permits a URL, before its name is resolved.
    func permits(_ url: AbsoluteURL) -> Bool {
        guard !url.hasUserInfo else { return false }
        return url.scheme == "https" || url.scheme == "http" && allowsLoopbackHTTP
    }

    /// Returns true if a URL's host may have this address.
    func permits(_ address: IPAddress, of url: AbsoluteURL) -> Bool {
        if url.scheme == "http" { return address.isLoopback }
        return address.isPublic || hosts.contains(ExactText(url.host)) || ranges.contains { $0.contains(address) }
    }
}

extension IPAddress {
    /// True if the address is public: not of this machine, this network, or a reserved range (IANA's special-purpose
    /// address registries; RFC 6890).
    var isPublic: Bool {
        if bytes.count == 4 { return IPAddress.isPublic(v4: bytes[...]) }
        // Addresses that embed an IPv4 address lead to it: NAT64 (RFC 6052) and 6to4 (RFC 3056).
        if bytes.starts(with: [0x00, 0x64, 0xFF, 0x9B, 0, 0, 0, 0, 0, 0, 0, 0]) {
            return IPAddress.isPublic(v4: bytes[12...])
        }
        if bytes.starts(with: [0x20, 0x02]) { return IPAddress.isPublic(v4: bytes[2..<6]) }
        // Global unicast is 2000::/3; protocol assignments (with Teredo) and documentation ranges within it are
        // reserved.
        guard bytes[0] & 0xE0 == 0x20 else { return false }
        if bytes[0] == 0x20, bytes[1] == 0x01, bytes[2] < 2 { return false }
        if bytes.starts(with: [0x20, 0x01, 0x0D, 0xB8]) { return false }
        return !(bytes[0] == 0x3F && bytes[1] == 0xFF && bytes[2] < 0x10)
    }

    private static func isPublic(v4 bytes: ArraySlice<UInt8>) -> Bool {
        let address = bytes.reduce(0) { $0 << 8 | UInt32($1) }
        return !reserved.contains { network, length in address >> (32 - length) == network >> (32 - length) }
    }

    private static let reserved: [(network: UInt32, length: UInt32)] = [
        (0x0000_0000, 8), (0x0A00_0000, 8), (0x6440_0000, 10), (0x7F00_0000, 8), (0xA9FE_0000, 16), (0xAC10_0000, 12),
        (0xC000_0000, 24), (0xC000_0200, 24), (0xC058_6300, 24), (0xC0A8_0000, 16), (0xC612_0000, 15),
        (0xC633_6400, 24), (0xCB00_7100, 24), (0xE000_0000, 4), (0xF000_0000, 4),
    ]
}
