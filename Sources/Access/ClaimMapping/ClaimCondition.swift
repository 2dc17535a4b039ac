internal import JSON
internal import Text

/// A condition on one claim: its name, and the comparison of its value.
///
/// Claim mappings give a role by a condition; access rules of upstreams permit requests by one. Both evaluate it here.
public struct ClaimCondition: Sendable, Hashable {
    public let claimName: String
    public let match: Match
    /// The value or pattern; empty for `exists`.
    public let claimValue: String
    /// The character that splits strings into values before the comparison. Not used for addresses and for `exists`.
    public let split: Unicode.Scalar?
    /// The pointer that is used if no claim has the name `claimName`; nil if the name is not a pointer.
    let pointer: JSONPointer?
    let glob: Glob?
    /// The pattern for addresses, which compare without regard to ASCII case; nil if the condition cannot address one.
    let addressGlob: Glob?

    public init(claimName: String, match: Match, claimValue: String, split: Unicode.Scalar? = nil) {
        self.claimName = claimName
        self.match = match
        self.claimValue = match == .exists ? "" : claimValue
        pointer = claimName.utf8.first == UInt8(ascii: "/") ? JSONPointer(claimName) : nil
        glob = match == .glob ? Glob(claimValue) : nil
        let isEmail = Mapping.isEmail(claimName)
        self.split = isEmail || match == .exists ? nil : split
        addressGlob = match == .glob && isEmail ? Glob(claimValue.asciiLowercased()) : nil
    }

    /// True if the condition may address several values: those of an array's elements (`*`).
    public var looksAtElements: Bool { pointer?.hasWildcard ?? false }

    /// The separator as text; nil if the condition has none.
    public var splitText: String? { split.map { String(String.UnicodeScalarView([$0])) } }

    /// The condition in one line.
    public var text: String {
        Mapping.condition(claimName: claimName, match: match, claimValue: claimValue, split: split)
    }
}
