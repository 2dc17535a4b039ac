/// Names a representation (RFC 9110, section 8.8.3): strong, since the same tag stands for the same bytes. Without quotation marks.
enum RepresentationTag {
    /// - Parameters:
    ///   - tag: of the inventory's version, new with each.
    ///   - parts: what else the bytes depend on.
    static func make(version tag: Int, _ parts: String...) -> String {
        var fingerprint = Fingerprint()
        for part in parts { fingerprint.add(part) }
        return String(UInt64(bitPattern: Int64(tag)), radix: 36) + "-" + String(fingerprint.value, radix: 36)
    }
}

/// FNV-1a with 64 bits: tells apart what an entity tag or a cursor belongs to, where nothing is won by a collision.
struct Fingerprint {
    private(set) var value: UInt64 = 0xCBF2_9CE4_8422_2325

    mutating func add(_ text: String) {
        for byte in text.utf8 { add(byte) }
        // No text holds this byte, so that it parts them.
        add(0xFF)
    }

    private mutating func add(_ byte: UInt8) {
        value = (value ^ UInt64(byte)) &* 0x100_0000_01B3
    }
}
