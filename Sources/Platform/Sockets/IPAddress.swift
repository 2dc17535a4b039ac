internal import Glibc

/// A numeric address: 4 bytes for IPv4, 16 for IPv6.
public struct IPAddress: Sendable, Hashable {
    public let bytes: [UInt8]

    /// `nil` where the text is no numeric address. IPv4 addresses mapped into IPv6 become what they are.
    public init?(_ text: String) {
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

    /// Whether it can only be this machine (RFC 1122, section 3.2.1.3; RFC 4291, section 2.5.3).
    public var isLoopback: Bool {
        bytes.count == 4 ? bytes[0] == 127 : bytes.last == 1 && bytes.dropLast().allSatisfy { $0 == 0 }
    }

    /// The first bits, the others cleared; all of the address where it has no more.
    public func network(_ bits: Int) -> [UInt8] {
        bytes.enumerated().map { index, byte in
            let kept = min(max(bits - index * 8, 0), 8)
            return kept == 0 ? 0 : byte & (0xFF << (8 - UInt8(kept)))
        }
    }
}
