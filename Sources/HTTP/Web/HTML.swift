internal import Text

/// A piece of HTML that escapes by construction: literals are markup, interpolated text is escaped.
///
/// `let cell: HTML = "<td title=\"\(name)\">\(name)</td>"` is safe for any `name`, in element content and in quoted
/// attribute values. Attributes are always quoted. Text must not be interpolated into a script, a style, or an
/// attribute with an outside URL.
///
/// A piece holds octets, because a string checks and counts its content with each text that is appended.
public struct HTML: Sendable, Hashable, ExpressibleByStringInterpolation, CustomStringConvertible {
    /// The markup in UTF-8.
    public private(set) var bytes: [UInt8]

    public struct StringInterpolation: StringInterpolationProtocol {
        var bytes: [UInt8] = []

        public init(literalCapacity: Int, interpolationCount: Int) {
            bytes.reserveCapacity(literalCapacity + interpolationCount * 16)
        }

        public mutating func appendLiteral(_ literal: String) { bytes.append(copying: literal.utf8Span.span) }

        /// Appends text, escaped.
        public mutating func appendInterpolation(_ text: String) { HTML.escape(text, into: &bytes) }

        public mutating func appendInterpolation(_ number: Int) { bytes += String(number).utf8 }
        public mutating func appendInterpolation(_ html: HTML) { bytes += html.bytes }
        public mutating func appendInterpolation(_ html: HTML?) { if let html { bytes += html.bytes } }
        public mutating func appendInterpolation(_ list: [HTML]) { for html in list { bytes += html.bytes } }
        /// Appends markup if `holds` is true.
        public mutating func appendInterpolation(_ html: HTML, if holds: Bool) {
            if holds { bytes += html.bytes }
        }
    }

    public init(stringLiteral value: String) { bytes = Array(value.utf8) }
    public init(stringInterpolation: StringInterpolation) { bytes = stringInterpolation.bytes }

    /// Escapes text as markup.
    public init(text: String) {
        bytes = []
        HTML.escape(text, into: &bytes)
    }

    public static func + (a: HTML, b: HTML) -> HTML {
        var sum = a
        sum += b
        return sum
    }

    public static func += (a: inout HTML, b: HTML) { a.bytes += b.bytes }

    /// The markup.
    public var markup: String { String(decoding: bytes, as: UTF8.self) }
    public var description: String { markup }

    private static func escape(_ text: String, into bytes: inout [UInt8]) {
        let octets = text.utf8Span.span
        if text.allOctets(satisfy: isPlain) {
            bytes.append(copying: octets)
            return
        }
        // Control characters are not allowed in a document (HTML, section 13.1.4); U+FFFD shows that one was removed.
        let replacement = "\u{FFFD}"
        var index = 0
        while index < octets.count {
            switch octets[index] {
            case 0x26: bytes += "&amp;".utf8
            case 0x3C: bytes += "&lt;".utf8
            case 0x3E: bytes += "&gt;".utf8
            case 0x22: bytes += "&quot;".utf8
            case 0x27: bytes += "&#39;".utf8
            case 0x00...0x08, 0x0B, 0x0E...0x1F, 0x7F: bytes += replacement.utf8
            // The characters from U+0080 to U+009F: 0xC2 is never the last octet of a text.
            case 0xC2 where octets[index + 1] < 0xA0:
                bytes += replacement.utf8
                index += 1
            case let octet: bytes.append(octet)
            }
            index += 1
        }
    }

    /// Returns false for an octet of a character that is escaped or replaced; 0xC2 begins other characters too.
    private static func isPlain(_ octet: UInt8) -> Bool {
        switch octet {
        case 0x26, 0x3C, 0x3E, 0x22, 0x27, 0x00...0x08, 0x0B, 0x0E...0x1F, 0x7F, 0xC2: false
        default: true
        }
    }
}
