/// Strict base64url without padding (RFC 7515, section 2; RFC 4648, section 5): no other character, no white space, no
/// bits left over.
public enum Base64URL {
    /// Returns nil for any text that ``encode(_:)`` would not produce.
    public static func decode(_ text: Span<UInt8>) -> [UInt8]? {
        let tail = text.count % 4
        guard tail != 1 else { return nil }
        let count = text.count / 4 * 3 + max(0, tail - 1)
        var isValid = false
        // Three bytes are written for each whole group of four characters and `tail - 1` for the rest: `count` in all.
        let bytes = unsafe [UInt8](unsafeUninitializedCapacity: count) { output, initialized in
            isValid = unsafe text.withUnsafeBufferPointer { unsafe decode($0, into: output) }
            initialized = isValid ? count : 0
        }
        return isValid ? bytes : nil
    }

    private static func decode(_ text: UnsafeBufferPointer<UInt8>, into output: UnsafeMutableBufferPointer<UInt8>)
        -> Bool
    {
        let whole = text.count & ~3
        var target = 0
        // Characters outside the alphabet map to 0xFF; its two high bits are in no valid value, so one check at the end
        // suffices.
        var faults: UInt8 = 0
        return unsafe values.withUnsafeBufferPointer { table in
            var index = 0
            while index < whole {
                let a = unsafe table[Int(text[index])]
                let b = unsafe table[Int(text[index &+ 1])]
                let c = unsafe table[Int(text[index &+ 2])]
                let d = unsafe table[Int(text[index &+ 3])]
                faults |= a | b | c | d
                unsafe output[target] = a << 2 | b >> 4
                unsafe output[target &+ 1] = b << 4 | c >> 2
                unsafe output[target &+ 2] = c << 6 | d
                index &+= 4
                target &+= 3
            }
            if index < text.count {
                let a = unsafe table[Int(text[index])]
                let b = unsafe table[Int(text[index &+ 1])]
                let c = unsafe index &+ 2 < text.count ? table[Int(text[index &+ 2])] : 0
                faults |= a | b | c
                unsafe output[target] = a << 2 | b >> 4
                if index &+ 2 < text.count {
                    unsafe output[target &+ 1] = b << 4 | c >> 2
                    if c & 0x03 != 0 { return false }
                } else if b & 0x0F != 0 {
                    return false
                }
            }
            return faults & 0xC0 == 0
        }
    }

    public static func decode(_ text: String) -> [UInt8]? {
        decode(text.utf8Span.span)
    }

    /// Returns the encoding without padding.
    public static func encode(_ bytes: some Collection<UInt8>) -> String {
        var text: [UInt8] = []
        text.reserveCapacity((bytes.count * 4 + 2) / 3)
        var buffer: UInt32 = 0
        var bits = 0
        for byte in bytes {
            buffer = buffer << 8 | UInt32(byte)
            bits += 8
            while bits >= 6 {
                bits -= 6
                text.append(alphabet[Int(buffer >> UInt32(bits) & 63)])
            }
        }
        if bits > 0 { text.append(alphabet[Int(buffer << UInt32(6 - bits) & 63)]) }
        return String(decoding: text, as: UTF8.self)
    }

    private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8)

    /// 0xFF for characters outside the alphabet.
    private static let values: [UInt8] = {
        var values = Array(repeating: UInt8(0xFF), count: 256)
        for (value, character) in alphabet.enumerated() { values[Int(character)] = UInt8(value) }
        return values
    }()
}

extension Base64URL {
    /// Decodes a text that this program has encoded as UTF-8. Returns nil if the octets are no UTF-8, or contain a NUL,
    /// which no stored text has.
    public static func decodeText(_ text: String) -> String? {
        guard let octets = decode(text), !octets.contains(0) else { return nil }
        return String(validating: octets, as: UTF8.self)
    }
}
