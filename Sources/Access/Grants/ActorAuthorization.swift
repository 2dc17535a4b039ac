public import Databases
public import Identities

/// The authority of an actor in an organization, checked again in each transaction that stores what the actor sends.
public struct ActorAuthorization: Sendable {
    private let access: AccessStore
    private let actor: AccessActor
    private let organization: OrganizationID

    /// - Parameter actor: the actor, with the permission that the write requires.
    public init(_ access: AccessStore, of actor: AccessActor, in organization: OrganizationID) {
        self.access = access
        self.actor = actor
        self.organization = organization
    }

    /// Returns `signedOut` or `notPermitted` if the actor may no longer write, or nil if it may.
    public func refusal(_ transaction: Transaction) throws(DatabaseError) -> AccessRefusal? {
        try access.refusal(of: actor, in: organization, transaction)
    }
}
