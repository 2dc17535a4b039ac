/// The grammar of a `Host` field's value (RFC 9110, section 7.2; RFC 3986, section 3.2.2).
///
///     Host       = uri-host [ ":" port ]
///     uri-host   = IP-literal / IPv4address / reg-name
///     IP-literal = "[" ( IPv6address / IPvFuture ) "]"
///     port       = *DIGIT
///
/// Two points are stricter: a host must not be empty, and a name has no sub-delims, whose comma would make one value of
/// two fields.
enum HostGrammar {
    static let maximumLength = 262

    static func matches(_ value: Span<UInt8>) -> Bool {
        guard value.count > 0, value.count <= maximumLength else { return false }
        if value[0] == UInt8(ascii: "[") {
            guard let end = value.indices.first(where: { value[$0] == UInt8(ascii: "]") }) else { return false }
            let literal = value.extracting(1..<end)
            return (isIPv6Address(literal) || isFutureAddress(literal))
                && isPort(value.extracting(end + 1..<value.count))
        }
        let end = value.indices.first { value[$0] == UInt8(ascii: ":") } ?? value.count
        return isName(value.extracting(0..<end)) && isPort(value.extracting(end..<value.count))
    }

    /// Returns true for an empty text, or a colon and digits.
    private static func isPort(_ text: Span<UInt8>) -> Bool {
        guard text.count > 0 else { return true }
        return text[0] == UInt8(ascii: ":") && text.indices.dropFirst().allSatisfy { isDigit(text[$0]) }
    }

    // reg-name = *( unreserved / pct-encoded ); an IPv4address matches too
    private static func isName(_ text: Span<UInt8>) -> Bool {
        guard text.count > 0 else { return false }
        var index = 0
        while index < text.count {
            if text[index] == UInt8(ascii: "%") {
                guard index + 2 < text.count, isHexadecimal(text[index + 1]), isHexadecimal(text[index + 2]) else {
                    return false
                }
                index += 3
            } else {
                guard isUnreserved(text[index]) else { return false }
                index += 1
            }
        }
        return true
    }

    // IPvFuture = "v" 1*HEXDIG "." 1*( unreserved / sub-delims / ":" )
    private static func isFutureAddress(_ text: Span<UInt8>) -> Bool {
        guard text.count >= 4, text[0] | 0x20 == UInt8(ascii: "v"),
            let dot = text.indices.first(where: { text[$0] == UInt8(ascii: ".") }), dot >= 2, dot + 1 < text.count
        else { return false }
        return (1..<dot).allSatisfy { isHexadecimal(text[$0]) }
            && (dot + 1..<text.count).allSatisfy { isUnreserved(text[$0]) || text[$0] == UInt8(ascii: ":") }
    }

    /// Returns true for eight groups of one to four hexadecimal digits. `::` may replace one or more groups of zeros
    /// once, and an IPv4 address may replace the last two.
    private static func isIPv6Address(_ text: Span<UInt8>) -> Bool {
        var groups = 0
        var hasGap = false
        var index = 0
        while index < text.count {
            if text[index] == UInt8(ascii: ":") {
                // One colon separates groups; two colons are the gap.
                let isDouble = index + 1 < text.count && text[index + 1] == UInt8(ascii: ":")
                guard isDouble ? !hasGap : groups > 0 else { return false }
                hasGap = hasGap || isDouble
                index += isDouble ? 2 : 1
                if !isDouble, index == text.count { return false }
                if index == text.count { break }
                guard text[index] != UInt8(ascii: ":") else { return false }
            }
            let start = index
            while index < text.count, isHexadecimal(text[index]) { index += 1 }
            if index < text.count, text[index] == UInt8(ascii: ".") {
                guard isIPv4Address(text.extracting(start..<text.count)) else { return false }
                groups += 2
                index = text.count
            } else {
                guard (1...4).contains(index - start), index == text.count || text[index] == UInt8(ascii: ":") else {
                    return false
                }
                groups += 1
            }
        }
        return hasGap ? groups < 8 : groups == 8
    }

    // IPv4address = dec-octet "." dec-octet "." dec-octet "." dec-octet; no leading zeros
    private static func isIPv4Address(_ text: Span<UInt8>) -> Bool {
        var octets = 0
        var start = 0
        for index in 0...text.count where index == text.count || text[index] == UInt8(ascii: ".") {
            guard (1...3).contains(index - start) else { return false }
            var value = 0
            for position in start..<index {
                guard isDigit(text[position]) else { return false }
                value = value * 10 + Int(text[position] - 0x30)
            }
            guard value <= 255, index - start == 1 || text[start] != 0x30 else { return false }
            octets += 1
            start = index + 1
        }
        return octets == 4
    }

    private static func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }

    private static func isHexadecimal(_ byte: UInt8) -> Bool { Octet.hexadecimalValue(byte) != nil }

    // unreserved = ALPHA / DIGIT / "-" / "." / "_" / "~"
    private static func isUnreserved(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x61...0x7A, 0x41...0x5A, 0x30...0x39, 0x2D, 0x2E, 0x5F, 0x7E: true
        default: false
        }
    }
}
