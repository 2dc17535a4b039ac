public import ClaimMapping
public import Grants
public import Identities

/// The effects of a change of rules on the users who signed in; nothing is changed.
public struct MappingPreview: Sendable {
    /// A user who signed in, with the role before and after the change.
    public struct Person: Sendable {
        public let signIn: LastSignIn
        public let before: Role?
        public let after: Role?
    }

    /// The rules after the change.
    public let table: MappingTable
    /// The users whose role changes, the latest sign-in first.
    public let people: [Person]
    /// The number of users whose role does not change.
    public let unchanged: Int
    /// The acting manager's role before and after.
    public let own: (before: Role?, after: Role?)
    /// The rules that would stop deciding for any user.
    public let shadowed: [Mapping]
    /// Whether the organization would lose its last manager.
    public let wouldLockOut: Bool
}
