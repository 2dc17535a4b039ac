/// The numbers of rows of the lists about an organization's people.
public struct PeopleCounts: Sendable, Hashable {
    public let members: Int
    /// In all states.
    public let invitations: Int
    public let suspended: Int

    public init(members: Int, invitations: Int, suspended: Int) {
        (self.members, self.invitations, self.suspended) = (members, invitations, suspended)
    }
}
