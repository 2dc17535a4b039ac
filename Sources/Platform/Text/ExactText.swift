/// A text that equals only a text with identical octets.
///
/// Swift strings are equal if they are canonically equivalent: `é` and `e` with a combining accent, `K` and the Kelvin
/// sign. Outside names must be compared exactly (RFC 7519, section 2, `StringOrURI`; RFC 8259, section 8.3), or two
/// users become one. Sets and dictionaries of such names use this type as key. A `switch` over such a name reads
/// `switch ExactText(name) { case "create": … }`.
public struct ExactText: Hashable, Sendable, CustomStringConvertible, ExpressibleByStringLiteral {
    public let text: String

    public init(_ text: String) {
        self.text = text
    }

    public init(stringLiteral text: String) {
        self.text = text
    }

    public static func == (one: ExactText, other: ExactText) -> Bool { one.text.isExactly(other.text) }

    public func hash(into hasher: inout Hasher) {
        var text = text
        // The hasher reads the octets during the call and keeps no pointer.
        text.withUTF8 { unsafe hasher.combine(bytes: UnsafeRawBufferPointer($0)) }
    }

    public var description: String { text }
}
