public import Identities
internal import Text

/// The comparison of a claim with a rule's value.
public enum Match: String, Sendable, Hashable, CaseIterable {
    /// Values are equal byte by byte.
    case equals
    /// The pattern matches the whole value. `*` stands for any characters, `?` for one.
    case glob
    /// The claim is present and not null.
    case exists
}

/// The strategy that chooses the role if several rules match.
public enum ClaimStrategy: String, Sendable, Hashable, CaseIterable {
    /// The first matching rule decides.
    case firstMatch = "first_match"
    /// Every rule is evaluated; the highest role wins.
    case highestRole = "highest_role"
}

/// A claim mapping rule: a condition on one claim, and the role that it earns.
public struct Mapping: Sendable, Hashable {
    public let id: String
    /// The position in the order of evaluation, from 1.
    public private(set) var rank: Int
    public let claimCondition: ClaimCondition
    public let role: Role

    public init(id: String, rank: Int, _ condition: ClaimCondition, role: Role) {
        self.id = id
        self.rank = rank
        claimCondition = condition
        self.role = role
    }

    public init(
        id: String, rank: Int, claimName: String, match: Match, claimValue: String, split: Unicode.Scalar? = nil,
        role: Role
    ) {
        self.init(
            id: id, rank: rank,
            ClaimCondition(claimName: claimName, match: match, claimValue: claimValue, split: split), role: role)
    }

    public var claimName: String { claimCondition.claimName }
    public var match: Match { claimCondition.match }
    /// The value or pattern; empty for `exists`.
    public var claimValue: String { claimCondition.claimValue }
    /// The character that splits strings into values before the comparison. Not used for addresses and for `exists`.
    public var split: Unicode.Scalar? { claimCondition.split }

    /// All parts of the rule except its rank. Rules that differ in a part may have different outcomes.
    public var parts: [String] { [id, claimName, match.rawValue, claimValue, splitText ?? "", role.rawValue] }

    /// True if the rule may address several values: those of an array's elements (`*`).
    public var looksAtElements: Bool { claimCondition.looksAtElements }

    /// The separator as text; nil if the rule has none.
    public var splitText: String? { claimCondition.splitText }

    /// Returns the separator of a text that ``splitText`` returned. Returns nil if the text is not exactly one
    /// character, or is U+0000, which cannot occur in a claim.
    public static func separator(_ text: String) -> Unicode.Scalar? {
        guard text.unicodeScalars.count == 1, let scalar = text.unicodeScalars.first, scalar.value != 0 else {
            return nil
        }
        return scalar
    }

    /// Returns true if a claim name addresses the top-level email address. The check assumes that no claim's name
    /// begins with `/`.
    public static func isEmail(_ claimName: String) -> Bool {
        claimName.isExactly("email") || claimName.isExactly("/email")
    }

    /// The rule's condition in one line.
    public var condition: String { claimCondition.text }

    /// Returns the condition of a possible rule in one line.
    public static func condition(
        claimName: String, match: Match, claimValue: String, split: Unicode.Scalar?
    ) -> String {
        let name =
            split.map { "\(claimName) (split at \(String(String.UnicodeScalarView([$0])).quoted()))" } ?? claimName
        switch match {
        case .equals: return "\(name) = \(claimValue)"
        case .glob: return "\(name) matches pattern \(claimValue)"
        case .exists: return "\(claimName) exists"
        }
    }

    /// Returns the rule with another rank.
    public func ranked(_ rank: Int) -> Mapping {
        var copy = self
        copy.rank = rank
        return copy
    }
}

/// The domains whose email addresses count as verified if the provider sends no `email_verified`.
public struct EmailTrust: Sendable, Hashable {
    /// Domains, compared without regard to ASCII case; empty if only `email_verified` counts.
    public let domains: [String]

    public init(domains: [String] = []) {
        self.domains = domains
    }
}
