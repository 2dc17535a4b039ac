internal import Text

/// A user or machine at its issuer: the value of `sub`, or of the claim that the provider's settings name. Subjects
/// compare by octets (RFC 7519, section 4.1.2).
public struct Subject: Hashable, Sendable, Comparable, CustomStringConvertible, ExpressibleByStringLiteral {
    public let text: String

    /// - Parameter text: 1–255 characters if a verified token or the command line supplies it.
    public init(_ text: String) {
        self.text = text
    }

    public init(stringLiteral spelling: String) { self.init(spelling) }

    public static func == (one: Subject, other: Subject) -> Bool { one.text.isExactly(other.text) }

    public static func < (one: Subject, other: Subject) -> Bool {
        one.text.utf8.lexicographicallyPrecedes(other.text.utf8)
    }

    public func hash(into hasher: inout Hasher) { ExactText(text).hash(into: &hasher) }

    public var description: String { text }
}
