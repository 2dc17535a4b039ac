/// A text that equals only what has the same bytes.
///
/// Swift's strings equal whatever is canonically equivalent: `é` and `e` with a combining accent, `K` and the Kelvin sign.
/// What names somebody in a token must not (RFC 7519, section 2, `StringOrURI`; RFC 8259, section 8.3), or two people are one.
public struct ExactText: Hashable, Sendable, CustomStringConvertible {
    public let text: String

    public init(_ text: String) {
        self.text = text
    }

    public static func == (one: ExactText, other: ExactText) -> Bool { one.text.isExactly(other.text) }

    public func hash(into hasher: inout Hasher) {
        var text = text
        // The hasher reads the bytes, and keeps no pointer to them.
        text.withUTF8 { unsafe hasher.combine(bytes: UnsafeRawBufferPointer($0)) }
    }

    public var description: String { text }
}

extension String {
    /// Whether another text has the same bytes.
    @inlinable public func isExactly(_ other: String) -> Bool { utf8.elementsEqual(other.utf8) }
}

extension String? {
    /// Whether both are the same text, byte for byte, or neither is there.
    @inlinable public func isExactly(_ other: String?) -> Bool {
        switch (self, other) {
        case (nil, nil): true
        case (let one?, let other?): one.isExactly(other)
        default: false
        }
    }
}
