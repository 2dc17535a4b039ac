internal import Glibc

/// A numeric address: 4 bytes for IPv4, 16 for IPv6.
public struct IPAddress: Sendable, Hashable, CustomStringConvertible {
    /// Address in network byte order: 4 or 16 bytes.
    public let bytes: [UInt8]

    /// Returns nil if the text is not a numeric address. An IPv4 address mapped into IPv6 becomes the IPv4 address.
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

    /// Parses an address with or without a zone (RFC 4007, section 11: `fe80::1%eth0`). The zone names an interface of
    /// the machine that wrote it, and is dropped.
    ///
    /// - Returns: nil if the text is not a numeric address, or if a zone is empty or follows an IPv4 address.
    public init?(scoped text: String) {
        guard let percent = text.utf8.firstIndex(of: UInt8(ascii: "%")) else {
            self.init(text)
            return
        }
        let zone = text.utf8[text.utf8.index(after: percent)...]
        let isZone = (1...32).contains(zone.count) && zone.allSatisfy { $0 > 0x20 && $0 < 0x7F }
        guard isZone, let address = IPAddress(String(text[..<percent])), address.bytes.count == 16 else { return nil }
        self = address
    }

    /// The canonical form: dotted decimal, or lower-case hexadecimal with the longest run of zeros left out (RFC 5952).
    public var description: String {
        var characters = Array(repeating: CChar(0), count: Int(INET6_ADDRSTRLEN))
        let family = bytes.count == 4 ? AF_INET : AF_INET6
        // inet_ntop reads as many bytes as the family has, and writes at most the given length.
        guard unsafe inet_ntop(family, bytes, &characters, socklen_t(characters.count)) != nil else { return "unknown" }
        return String(decoding: characters.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    /// True if this is the wildcard address, which stands for all addresses of the machine (RFC 1122, section 3.2.1.3;
    /// RFC 4291, section 2.5.2).
    public var isUnspecified: Bool { bytes.allSatisfy { $0 == 0 } }

    /// True if this is a loopback address (RFC 1122, section 3.2.1.3; RFC 4291, section 2.5.3).
    public var isLoopback: Bool {
        bytes.count == 4 ? bytes[0] == 127 : bytes.last == 1 && bytes.dropLast().allSatisfy { $0 == 0 }
    }
}
