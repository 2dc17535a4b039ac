internal import Text

/// Encoder of `quoted-printable` content (RFC 2045, section 6.7); every line has at most 76 characters of ASCII.
enum QuotedPrintable {
    /// - Parameter text: text whose lines end with `\n`.
    static func encode(_ text: String) -> [UInt8] {
        var result: [UInt8] = []
        for line in text.split(at: "\n") {
            var length = 0
            let bytes = Array(line.utf8.filter { $0 != 0x0D })
            for (index, byte) in bytes.enumerated() {
                let isLast = index == bytes.count - 1
                // White space at a line's end would be lost; a dot at its beginning is encoded, since some servers
                // mistreat it.
                let isLiteral =
                    (0x21...0x7E).contains(byte) && byte != UInt8(ascii: "=")
                    && !(byte == UInt8(ascii: ".") && length == 0) || (byte == 0x20 || byte == 0x09) && !isLast
                let piece = isLiteral ? [byte] : [UInt8(ascii: "=")] + hexadecimal(byte)
                // One character is reserved for the soft line break.
                if length + piece.count > 75 {
                    result += [UInt8(ascii: "="), 0x0D, 0x0A]
                    length = 0
                }
                result += length == 0 && piece == [UInt8(ascii: ".")] ? [UInt8(ascii: "=")] + hexadecimal(byte) : piece
                length += piece.count
            }
            result += [0x0D, 0x0A]
        }
        return result
    }

    static func hexadecimal(_ byte: UInt8) -> [UInt8] {
        let digits = Array("0123456789ABCDEF".utf8)
        return [digits[Int(byte >> 4)], digits[Int(byte & 15)]]
    }
}
