internal import JSON
public import Organizations
internal import Text

/// How a row compares a claim with its value.
public enum Match: String, Sendable, Hashable, CaseIterable {
    /// The same, to the byte.
    case equals
    /// The whole value; `*` stands for any characters, `?` for one.
    case glob
    /// The claim is present and not null.
    case exists
}

/// How the role of several matching rows is chosen.
public enum ClaimStrategy: String, Sendable, Hashable, CaseIterable {
    /// The first row that matches decides.
    case firstMatch = "first_match"
    /// Every row is tried; the highest role wins.
    case highestRole = "highest_role"
}

/// One row: a claim that earns a role.
public struct Mapping: Sendable, Hashable {
    public let id: String
    /// From 1, in the order in which rows are tried.
    public private(set) var rank: Int
    public let claimName: String
    public let match: Match
    /// Empty for `exists`.
    public let claimValue: String
    /// Cuts strings into values before they are compared; never for addresses, and not for `exists`.
    public let split: Unicode.Scalar?
    public let role: Role
    /// Where `claimName` leads when no claim has that name; `nil` where it is no pointer.
    let pointer: JSONPointer?
    let glob: Glob?
    /// The same for addresses, which compare without regard to ASCII case; `nil` where the row cannot look at one.
    let addressGlob: Glob?

    public init(
        id: String, rank: Int, claimName: String, match: Match, claimValue: String, split: Unicode.Scalar? = nil,
        role: Role
    ) {
        self.id = id
        self.rank = rank
        self.claimName = claimName
        self.match = match
        self.claimValue = match == .exists ? "" : claimValue
        self.role = role
        pointer = claimName.utf8.first == UInt8(ascii: "/") ? JSONPointer(claimName) : nil
        glob = match == .glob ? Glob(claimValue) : nil
        let isEmail = Mapping.isEmail(claimName)
        self.split = isEmail || match == .exists ? nil : split
        addressGlob = match == .glob && isEmail ? Glob(Mapping.asciiLowercased(claimValue)) : nil
    }

    /// All that the row was made of, except its rank: rows that differ in a part may have other outcomes.
    public var parts: [String] { [id, claimName, match.rawValue, claimValue, splitText ?? "", role.rawValue] }

    /// Whether the row may look at several values, those of an array's elements (`*`).
    public var looksAtElements: Bool { pointer?.hasWildcard ?? false }

    /// What cuts strings, as text.
    public var splitText: String? { split.map { String(String.UnicodeScalarView([$0])) } }

    /// Reads what ``splitText`` wrote; nil for what is not exactly one character.
    public static func separator(_ text: String) -> Unicode.Scalar? {
        text.unicodeScalars.count == 1 ? text.unicodeScalars.first : nil
    }

    /// Whether a claim name leads to the top-level e-mail address, if the claims have no name that begins with `/`.
    public static func isEmail(_ claimName: String) -> Bool {
        claimName.isExactly("email") || claimName.isExactly("/email")
    }

    /// What the row asks for, in one line.
    public var condition: String {
        Mapping.condition(claimName: claimName, match: match, claimValue: claimValue, split: split)
    }

    /// The same of a row that is not there yet.
    public static func condition(
        claimName: String, match: Match, claimValue: String, split: Unicode.Scalar?
    ) -> String {
        let name =
            split.map { "\(claimName) (split at \(String(String.UnicodeScalarView([$0])).quoted()))" } ?? claimName
        switch match {
        case .equals: return "\(name) = \(claimValue)"
        case .glob: return "\(name) like \(claimValue)"
        case .exists: return "\(claimName) exists"
        }
    }

    /// The same row in another place.
    public func ranked(_ rank: Int) -> Mapping {
        var copy = self
        copy.rank = rank
        return copy
    }
}

/// Whose e-mail addresses count as verified although the provider says nothing about it.
public struct EmailTrust: Sendable, Hashable {
    /// Empty where only `email_verified` counts. ASCII case makes no difference.
    public let domains: [String]

    public init(domains: [String] = []) {
        self.domains = domains
    }
}
