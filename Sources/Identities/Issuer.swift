internal import Text

/// The issuer of an identity: the `iss` value of its tokens, in canonical spelling. Issuers compare by octets (OpenID
/// Connect Core 1.0, section 3.1.3.7).
///
/// Google's tokens name their issuer with and without a scheme (Google's OpenID Connect documentation); both spellings
/// are one issuer. Every other issuer has one spelling.
public struct Issuer: Hashable, Sendable, Comparable, CustomStringConvertible, ExpressibleByStringLiteral {
    /// The maximum length, in octets: the store keeps issuers in indexes, whose rows are bounded.
    public static let longest = 1024

    /// The canonical spelling.
    public let text: String

    /// - Parameter spelling: the issuer as a token or the configuration writes it; not checked further.
    public init(_ spelling: String) {
        text = spelling.isExactly("accounts.google.com") ? "https://accounts.google.com" : spelling
    }

    public init(stringLiteral spelling: String) { self.init(spelling) }

    public static func == (one: Issuer, other: Issuer) -> Bool { one.text.isExactly(other.text) }

    public static func < (one: Issuer, other: Issuer) -> Bool {
        one.text.utf8.lexicographicallyPrecedes(other.text.utf8)
    }

    public func hash(into hasher: inout Hasher) { ExactText(text).hash(into: &hasher) }

    public var description: String { text }
}
