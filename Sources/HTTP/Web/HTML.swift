/// A piece of HTML that escapes by construction: literals are markup, interpolated text is escaped.
///
/// `let cell: HTML = "<td title=\"\(name)\">\(name)</td>"` is safe for any `name`, in element content and in quoted
/// attribute values. Attributes are always quoted. Text must not be interpolated into a script, a style, or an
/// attribute with an outside URL.
public struct HTML: Sendable, Hashable, ExpressibleByStringInterpolation, CustomStringConvertible {
    /// The markup.
    public private(set) var markup: String

    public struct StringInterpolation: StringInterpolationProtocol {
        var markup = ""

        public init(literalCapacity: Int, interpolationCount: Int) {
            markup.reserveCapacity(literalCapacity + interpolationCount * 16)
        }

        public mutating func appendLiteral(_ literal: String) { markup += literal }

        /// Appends text, escaped.
        public mutating func appendInterpolation(_ text: some StringProtocol) {
            HTML.escape(text, into: &markup)
        }

        public mutating func appendInterpolation(_ number: Int) { markup += String(number) }
        public mutating func appendInterpolation(_ html: HTML) { markup += html.markup }
        public mutating func appendInterpolation(_ html: HTML?) { markup += html?.markup ?? "" }
        public mutating func appendInterpolation(_ list: [HTML]) { for html in list { markup += html.markup } }
        /// Appends markup if `holds` is true.
        public mutating func appendInterpolation(_ html: HTML, if holds: Bool) {
            if holds { markup += html.markup }
        }
    }

    public init(stringLiteral value: String) { markup = value }
    public init(stringInterpolation: StringInterpolation) { markup = stringInterpolation.markup }

    /// Escapes text as markup.
    public init(text: String) {
        markup = ""
        HTML.escape(text, into: &markup)
    }

    public static func + (a: HTML, b: HTML) -> HTML {
        var sum = a
        sum.markup += b.markup
        return sum
    }

    public static func += (a: inout HTML, b: HTML) { a.markup += b.markup }

    public var description: String { markup }
    public var bytes: [UInt8] { Array(markup.utf8) }

    private static func escape(_ text: some StringProtocol, into markup: inout String) {
        for scalar in text.unicodeScalars {
            switch scalar.value {
            case 0x26: markup += "&amp;"
            case 0x3C: markup += "&lt;"
            case 0x3E: markup += "&gt;"
            case 0x22: markup += "&quot;"
            case 0x27: markup += "&#39;"
            // Control characters are not allowed in a document (HTML, section 13.1.4); U+FFFD shows that one was
            // removed.
            case 0x00...0x08, 0x0B, 0x0E...0x1F, 0x7F...0x9F: markup += "\u{FFFD}"
            default: markup.unicodeScalars.append(scalar)
            }
        }
    }
}
