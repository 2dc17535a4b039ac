package import Endpoints
internal import Grants
internal import Identities
package import Invitations
internal import People
internal import Policy

extension InvitationObstacle {
    /// The outcome in the API.
    package var outcome: String {
        switch self {
        case .pending: "pending"
        case .member: "member"
        case .address, .invitedOtherwise, .limit: "refused"
        }
    }

    /// The code of a refusal; nil for another outcome.
    package var code: Problem.Code? {
        switch self {
        case .pending, .member: nil
        case .address(.domainNotAllowed): .permissionMissing
        case .address: .invalidRequest
        case .invitedOtherwise: .conflict
        case .limit: .rateLimited
        }
    }

    /// One sentence for a program or a user.
    package var text: String {
        switch self {
        case .pending: "This address is already invited."
        case .member(let found): "A member with the role \(found.role.rawValue) has this address."
        case .address(let issue): issue.text
        case .invitedOtherwise(let role):
            "This address is already invited as \(role.rawValue). Revoke that invitation first."
        case .limit: "The organization has reached its limit of invitations for 24 hours."
        }
    }

    /// The invitation that is pending for the address; nil for another outcome.
    package var invitation: Invitation? { if case .pending(let known) = self { known } else { nil } }
}
