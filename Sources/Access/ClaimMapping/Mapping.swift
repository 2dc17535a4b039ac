internal import JSON
public import Organizations

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
    public let role: Role
    /// Where `claimName` leads when no claim has that name; `nil` where it is no pointer.
    let pointer: JSONPointer?
    let glob: Glob?
    /// The same for addresses, which compare without regard to ASCII case; `nil` where the row cannot look at one.
    let addressGlob: Glob?

    public init(id: String, rank: Int, claimName: String, match: Match, claimValue: String, role: Role) {
        self.id = id
        self.rank = rank
        self.claimName = claimName
        self.match = match
        self.claimValue = match == .exists ? "" : claimValue
        self.role = role
        pointer = claimName.utf8.first == UInt8(ascii: "/") ? JSONPointer(claimName) : nil
        glob = match == .glob ? Glob(claimValue) : nil
        let isEmail = claimName == "email" || pointer?.tokens == ["email"]
        addressGlob = match == .glob && isEmail ? Glob(Mapping.asciiLowercased(claimValue)) : nil
    }

    /// All that the row was made of, except its rank: rows that differ in a part may have other outcomes.
    public var parts: [String] { [id, claimName, match.rawValue, claimValue, role.rawValue] }

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
