internal import Cryptography
internal import Text

/// Text for a message's header section: it cannot end a line or begin another field (header injection).
enum HeaderText {
    // encoded-word = "=?" charset "?" encoding "?" encoded-text "?=" (RFC 2047, section 2)
    /// Returns visible ASCII unchanged, and other text as folded encoded words of at most 75 characters.
    static func unstructured(_ text: String) -> String {
        let text = clean(text)
        // Text with "=?" would be decoded as an encoded word; a long word could not be folded.
        let isPlain =
            text.utf8.allSatisfy { (0x20...0x7E).contains($0) } && !text.holds(exactly: "=?") && text.utf8.count <= 900
        guard !isPlain || text.utf8.count > 60 else { return text }
        return encodedWords(text)
    }

    // display-name = phrase; a phrase of other than atoms is a quoted-string (RFC 5322, section 3.4)
    static func displayName(_ text: String) -> String {
        let text = clean(text)
        guard text.utf8.allSatisfy({ (0x20...0x7E).contains($0) }), !text.holds(exactly: "=?"), text.utf8.count <= 60
        else {
            return encodedWords(text)
        }
        let escaped = text.utf8.flatMap { octet -> [UInt8] in
            octet == UInt8(ascii: "\"") || octet == UInt8(ascii: "\\") ? [UInt8(ascii: "\\"), octet] : [octet]
        }
        return "\"" + String(decoding: escaped, as: UTF8.self) + "\""
    }

    /// Replaces control characters and line separators with spaces.
    static func clean(_ text: String) -> String {
        var scalars = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            let isControl =
                scalar.value < 0x20 || (0x7F...0x9F).contains(scalar.value)
                || (0x2028...0x2029).contains(scalar.value)
            scalars.append(isControl ? " " : scalar)
        }
        return String(scalars)
    }

    private static func encodedWords(_ text: String) -> String {
        // 75 characters without "=?UTF-8?B?" and "?=" leave 63 characters of Base64, which encode 45 bytes.
        var words: [String] = []
        var piece: [UInt8] = []
        func close() {
            if !piece.isEmpty { words.append("=?UTF-8?B?\(Base64.encode(piece))?=") }
            piece = []
        }
        for scalar in text.unicodeScalars {
            let bytes = Array(String(scalar).utf8)
            if piece.count + bytes.count > 45 { close() }
            piece += bytes
        }
        close()
        return words.joined(separator: "\r\n ")
    }
}
