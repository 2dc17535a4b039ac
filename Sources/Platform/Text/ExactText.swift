/// A text that equals only a text with the same octets.
///
/// Two Swift strings are equal if they are canonically equivalent: `é` and `e` with a combining accent, `K` and the
/// Kelvin sign. Names from outside must not be (RFC 7519, section 2, `StringOrURI`; RFC 8259, section 8.3), or two users
/// are one. Sets and dictionaries of such names have this type as their key, and `switch` over such a name reads
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
        // The hasher reads the octets and keeps no pointer to them.
        text.withUTF8 { unsafe hasher.combine(bytes: UnsafeRawBufferPointer($0)) }
    }

    public var description: String { text }
}
