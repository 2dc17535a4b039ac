internal import Text

/// An email address of a user, as a claim, an invitation or the store names it. Addresses compare by octets, without
/// regard to ASCII case.
///
/// An address is not an identity: a provider may give it to another user later. Whether the provider verified it is
/// known only beside the claims that it came with.
public struct EmailAddress: Hashable, Sendable, Comparable, CustomStringConvertible, ExpressibleByStringLiteral {
    /// The length, in octets, above which a text in claims is no address: the store keeps addresses in indexes, whose rows
    /// are bounded. RFC 5321 allows 320.
    public static let longest = 1024

    /// The address as its source spells it, for display.
    public let spelling: String
    /// The address in lower case (ASCII), for comparison and storage.
    public let text: String

    /// - Parameter spelling: the address as its source spells it; not checked further.
    public init(_ spelling: String) {
        self.spelling = spelling
        text = spelling.asciiLowercased()
    }

    /// The part behind the last `@`, in lower case; empty if there is none.
    public var domain: String { text.cut(atLast: "@").map { String($0.after) } ?? "" }

    public init(stringLiteral spelling: String) { self.init(spelling) }

    public static func == (one: EmailAddress, other: EmailAddress) -> Bool { one.text.isExactly(other.text) }

    public static func < (one: EmailAddress, other: EmailAddress) -> Bool {
        one.text.utf8.lexicographicallyPrecedes(other.text.utf8)
    }

    public func hash(into hasher: inout Hasher) { ExactText(text).hash(into: &hasher) }

    public var description: String { spelling }
}
