public import Identities

/// A search in the members of an organization.
public struct MemberQuery: Sendable, Hashable {
    public enum Sort: String, Sendable, CaseIterable {
        case name
        case role
        case lastSignIn = "last_sign_in"
    }

    /// What a member's role comes from; a member may have several sources.
    public enum Source: String, Sendable, CaseIterable {
        case rule
        case invitation
        case `operator`
    }

    /// A part of the name, the address, the subject or the identity id, without regard to case; empty for all.
    public var text = ""
    public var role: Role?
    /// The provider of the last sign-in.
    public var provider: ProviderID?
    public var source: Source?
    /// The id of the rule that decides the mapped role.
    public var rule: String?
    public var sort = Sort.name
    public var isDescending = false
    /// From 1.
    public var page = 1
    /// The rows per page, from 1.
    public var limit = 50

    public init() {}
}
