package import Databases
internal import Grants
internal import Identities
package import Inventory
internal import InventoryStore
internal import Policy

/// The authority of a publisher's credential, under the rules, grants and suspensions of the moment.
package struct PublisherAuthorization: WriteAuthorization {
    let access: AccessStore
    let publisher: AccessActor
    let organization: OrganizationID

    package func refusal(_ transaction: Transaction) throws(DatabaseError) -> InventoryRefusal? {
        switch try access.refusal(of: publisher, in: organization, transaction) {
        case nil: nil
        case .signedOut: .signedOut
        case .notPermitted(let isMember): .notPermitted(isMember: isMember)
        // The check of authority alone returns none of these; a write under one of them would be wrong.
        case .notFound, .wouldLockOut, .losesOwnRole, .changedMeanwhile, .tooMany, .invitedOtherwise, .tooManyToday,
            .closed, .notInvited:
            .notPermitted(isMember: false)
        }
    }
}
