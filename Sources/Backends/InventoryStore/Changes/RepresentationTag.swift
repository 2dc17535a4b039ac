/// Creates entity tags (RFC 9110, section 8.8.3) without quotation marks. They are strong: equal tags mean equal bytes.
package enum RepresentationTag {
    /// - Parameters:
    ///   - tag: the inventory's tag, new for each publication. Figures may change without one.
    ///   - parts: everything else that the bytes depend on.
    package static func make(version tag: Int, _ parts: String...) -> String { make(version: tag, parts) }

    package static func make(version tag: Int, _ parts: [String]) -> String {
        var fingerprint = Fingerprint()
        for part in parts { fingerprint.add(part) }
        return String(UInt64(bitPattern: Int64(tag)), radix: 36) + "-" + String(fingerprint.value, radix: 36)
    }
}

/// FNV-1a with 64 bits, for entity tags and cursors, for which a collision gives an attacker no advantage.
package struct Fingerprint {
    package private(set) var value: UInt64 = 0xCBF2_9CE4_8422_2325

    package init() {}

    package mutating func add(_ text: String) {
        for byte in text.utf8 { add(byte) }
        // No text contains this byte, so it separates the texts.
        add(0xFF)
    }

    private mutating func add(_ byte: UInt8) {
        value = (value ^ UInt64(byte)) &* 0x100_0000_01B3
    }
}
