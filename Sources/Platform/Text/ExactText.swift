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

/// Octets as a key of sets and dictionaries.
///
/// An array passes its elements to the hasher one by one, which takes about 40 instructions for each octet.
public struct OctetKey: Hashable, Sendable {
    public let octets: [UInt8]

    public init(_ octets: [UInt8]) {
        self.octets = octets
    }

    public static func == (one: OctetKey, other: OctetKey) -> Bool { one.octets.span.isExactly(other.octets.span) }

    public func hash(into hasher: inout Hasher) {
        // The hasher reads the octets during the call and keeps no pointer.
        unsafe octets.withUnsafeBytes { unsafe hasher.combine(bytes: $0) }
    }
}
