internal import COpenSSL

/// Plain base64 with padding (RFC 4648, section 4), used for secrets in files.
public enum Base64 {
    /// Decodes base64, ignoring white space around the text. Returns nil for anything else that is not base64.
    public static func decode(_ text: String) -> [UInt8]? {
        let characters = text.utf8.drop { $0 <= 0x20 }
        var encoded = Array(characters)
        while let last = encoded.last, last <= 0x20 { encoded.removeLast() }
        let padding = encoded.reversed().prefix { $0 == UInt8(ascii: "=") }.count
        guard encoded.count % 4 == 0, padding <= 2, encoded.dropLast(padding).allSatisfy(isDigit) else { return nil }
        var decoded = Array(repeating: UInt8(0), count: encoded.count / 4 * 3)
        // The output has three bytes per four of the input.
        let count = unsafe EVP_DecodeBlock(&decoded, encoded, Int32(encoded.count))
        guard count == decoded.count else {
            ERR_clear_error()
            return nil
        }
        return Array(decoded.dropLast(padding))
    }

    private static func isDigit(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x41...0x5A, 0x61...0x7A, 0x30...0x39, 0x2B, 0x2F: true
        default: false
        }
    }

    public static func encode(_ bytes: [UInt8]) -> String {
        var encoded = Array(repeating: UInt8(0), count: (bytes.count + 2) / 3 * 4 + 1)
        // The output has four bytes per three of the input, and the NUL that ends it.
        let count = unsafe EVP_EncodeBlock(&encoded, bytes, Int32(bytes.count))
        return String(decoding: encoded.prefix(Int(count)), as: UTF8.self)
    }
}
