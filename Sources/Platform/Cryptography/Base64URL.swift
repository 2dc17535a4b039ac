/// base64url without padding (RFC 7515, section 2; RFC 4648, section 5), strictly: no other character, no white space,
/// no bits left over.
public enum Base64URL {
    /// `nil` for anything that ``encode(_:)`` would not have written.
    public static func decode(_ text: Span<UInt8>) -> [UInt8]? {
        let count = text.count
        let tail = count % 4
        guard tail != 1 else { return nil }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(count / 4 * 3 + 2)
        let table = Base64URL.values
        var index = 0
        while index &+ 4 <= count {
            let a = table[Int(text[index])]
            let b = table[Int(text[index &+ 1])]
            let c = table[Int(text[index &+ 2])]
            let d = table[Int(text[index &+ 3])]
            guard (a | b | c | d) & 0xC0 == 0 else { return nil }
            bytes.append(a << 2 | b >> 4)
            bytes.append(b << 4 | c >> 2)
            bytes.append(c << 6 | d)
            index &+= 4
        }
        guard tail > 0 else { return bytes }
        let a = table[Int(text[index])]
        let b = table[Int(text[index + 1])]
        let c = tail == 3 ? table[Int(text[index + 2])] : 0
        guard (a | b | c) & 0xC0 == 0 else { return nil }
        bytes.append(a << 2 | b >> 4)
        if tail == 3 {
            guard c & 0x03 == 0 else { return nil }
            bytes.append(b << 4 | c >> 2)
        } else {
            guard b & 0x0F == 0 else { return nil }
        }
        return bytes
    }

    public static func decode(_ text: String) -> [UInt8]? {
        decode(text.utf8Span.span)
    }

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

    /// 0xFF for what is not of the alphabet.
    private static let values: [UInt8] = {
        var values = Array(repeating: UInt8(0xFF), count: 256)
        for (value, character) in alphabet.enumerated() { values[Int(character)] = UInt8(value) }
        return values
    }()
}
