package import Databases
package import Grants
package import Inventory
internal import InventoryStore

/// The authority of a publisher's credential, under the rules, grants and suspensions of the moment.
package struct PublisherAuthorization: WriteAuthorization {
    private let authorization: ActorAuthorization

    package init(_ authorization: ActorAuthorization) {
        self.authorization = authorization
    }

    package func refusal(_ transaction: Transaction) throws(DatabaseError) -> InventoryRefusal? {
        switch try authorization.refusal(transaction) {
        case nil: nil
        case .signedOut: .signedOut
        case .notPermitted(let isMember): .notPermitted(isMember: isMember)
        // The check of authority alone returns none of these; a write under one of them would be wrong.
        case .notFound, .wouldLockOut, .losesOwnRole, .changedMeanwhile, .changedSince, .tooMany, .invitedOtherwise,
            .tooManyToday, .closed, .notInvited:
            .notPermitted(isMember: false)
        }
    }
}
