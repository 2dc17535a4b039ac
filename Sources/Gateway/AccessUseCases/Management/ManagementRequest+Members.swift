package import Endpoints
package import Grants
package import Identities
package import Invitations
internal import Management
package import Policy
internal import RuntimeConfiguration

extension ManagementRequest {
    package func members(by order: MemberOrder, after: IdentityID?, limit: Int) async throws(Problem) -> [Member] {
        try await answering { actions throws(ManagementError) in
            try await actions.members(by: order, after: after, limit: limit)
        }
    }

    package func grants(after: String, limit: Int) async throws(Problem) -> [Grant] {
        try await answering { actions throws(ManagementError) in try await actions.grants(after: after, limit: limit) }
    }

    package func suspensions(after: IdentityID?, limit: Int) async throws(Problem) -> [Suspension] {
        try await answering { actions throws(ManagementError) in
            try await actions.suspensions(after: after, limit: limit)
        }
    }

    package func revoke(_ grant: String, isConfirmed: Bool) async throws(Problem) {
        try await answering { actions throws(ManagementError) in
            try await actions.revoke(grant, isConfirmed: isConfirmed)
        }
    }

    package func suspend(_ identity: IdentityID, isConfirmed: Bool) async throws(Problem) -> Suspension {
        try await answering { actions throws(ManagementError) in
            try await actions.suspend(identity, isConfirmed: isConfirmed)
        }
    }

    package func unsuspend(_ identity: IdentityID) async throws(Problem) {
        try await answering { actions throws(ManagementError) in try await actions.unsuspend(identity) }
    }

    package func endSessions(of identity: IdentityID) async throws(Problem) {
        try await answering { actions throws(ManagementError) in try await actions.endSessions(of: identity) }
    }

    package func invitations(
        in state: Invitation.State? = nil, before: (at: Int64, id: String)? = nil, limit: Int
    ) async throws(Problem) -> [Invitation] {
        try await answering { actions throws(ManagementError) in
            try await actions.invitations(in: state, before: before, limit: limit)
        }
    }

    package func invite(_ address: InvitedAddress, as role: Role) async throws(Problem) -> IssuedInvitation {
        let issued = try await answering { actions throws(ManagementError) in
            try await actions.invite(address, as: role)
        }
        if configuration.sendsEmail { factory.outboxSignal.wake() }
        return issued
    }

    package func resend(_ invitation: String) async throws(Problem) -> IssuedInvitation {
        let issued = try await answering { actions throws(ManagementError) in try await actions.resend(invitation) }
        if configuration.sendsEmail { factory.outboxSignal.wake() }
        return issued
    }

    package func revokeInvitation(_ invitation: String) async throws(Problem) {
        try await answering { actions throws(ManagementError) in try await actions.revokeInvitation(invitation) }
    }
}
