internal import ClaimMapping
internal import Configuration
internal import Grants
internal import Identities
internal import Invitations
internal import Management
internal import Policy

extension Deployment {
    /// An invitation's link.
    func link(_ token: InvitationToken) -> String { token.link(at: publicURL) }

    /// The fault of an address that may not be invited; nil if it may.
    func fault(of address: InvitedAddress) -> String? {
        invitations.rules.allow(address) ? nil : Problem.domainFault(invitations.allowedDomains)
    }

    /// The fault of a role that invitations may not give; nil if they may.
    static func fault(ofInviting role: Role) -> String? {
        InvitationRules.allow(role)
            ? nil : "cannot be given by invitation: a party that is counted must not supply the counts"
    }
}

extension ManagementRequest {
    func members(by order: MemberOrder, after: IdentityID?, limit: Int) async throws(Problem) -> [Member] {
        try await answering { actions throws(ManagementError) in
            try await actions.members(by: order, after: after, limit: limit)
        }
    }

    func grants(after: String, limit: Int) async throws(Problem) -> [Grant] {
        try await answering { actions throws(ManagementError) in try await actions.grants(after: after, limit: limit) }
    }

    func suspensions(after: IdentityID?, limit: Int) async throws(Problem) -> [Suspension] {
        try await answering { actions throws(ManagementError) in
            try await actions.suspensions(after: after, limit: limit)
        }
    }

    func revoke(_ grant: String, isConfirmed: Bool) async throws(Problem) {
        try await answering { actions throws(ManagementError) in
            try await actions.revoke(grant, isConfirmed: isConfirmed)
        }
    }

    func suspend(_ identity: IdentityID, isConfirmed: Bool) async throws(Problem) -> Suspension {
        try await answering { actions throws(ManagementError) in
            try await actions.suspend(identity, isConfirmed: isConfirmed)
        }
    }

    func unsuspend(_ identity: IdentityID) async throws(Problem) {
        try await answering { actions throws(ManagementError) in try await actions.unsuspend(identity) }
    }

    func endSessions(of identity: IdentityID) async throws(Problem) {
        try await answering { actions throws(ManagementError) in try await actions.endSessions(of: identity) }
    }

    func invitations(
        in state: Invitation.State? = nil, before: (at: Int64, id: String)? = nil, limit: Int
    ) async throws(Problem) -> [Invitation] {
        try await answering { actions throws(ManagementError) in
            try await actions.invitations(in: state, before: before, limit: limit)
        }
    }

    func invite(_ address: InvitedAddress, as role: Role) async throws(Problem) -> IssuedInvitation {
        let issued = try await answering { actions throws(ManagementError) in
            try await actions.invite(address, as: role)
        }
        if deployment.mail != nil { service.outboxSignal.wake() }
        return issued
    }

    func resend(_ invitation: String) async throws(Problem) -> IssuedInvitation {
        let issued = try await answering { actions throws(ManagementError) in try await actions.resend(invitation) }
        if deployment.mail != nil { service.outboxSignal.wake() }
        return issued
    }

    func revokeInvitation(_ invitation: String) async throws(Problem) {
        try await answering { actions throws(ManagementError) in try await actions.revokeInvitation(invitation) }
    }
}
