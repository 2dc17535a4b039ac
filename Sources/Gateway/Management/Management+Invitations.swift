internal import Audit
internal import ClaimMapping
internal import Configuration
internal import Databases
internal import Grants
internal import HTTPMessage
internal import Identities
internal import Invitations
internal import JSON
internal import Policy
internal import Text
internal import Time
internal import Tokens

extension Deployment {
    /// An invitation's link.
    func link(_ token: InvitationToken) -> String { token.link(at: publicURL) }

    /// The fault of an address that may not be invited; nil if it may.
    func fault(of address: InvitedAddress) -> String? {
        guard !invitations.rules.allow(address) else { return nil }
        let allowed = invitations.allowedDomains.joined(separator: ", ")
        return "is of a domain that may not be invited; allowed: \(allowed)"
    }

    /// The fault of a role that invitations may not give; nil if they may.
    static func fault(ofInviting role: Role) -> String? {
        InvitationRules.allow(role) ? nil : "cannot be given by invitation: whoever is counted does not count"
    }
}

extension Management {
    /// The invitations, newest first.
    func invitations(
        in state: Invitation.State? = nil, before: (at: Int64, id: String)? = nil, limit: Int
    ) async throws(Problem) -> [Invitation] {
        try await stored { () throws(DatabaseError) in
            try await service.invitations.invitations(of: id, in: state, before: before, limit: limit)
        }
    }

    func invite(_ address: InvitedAddress, as role: Role) async throws(Problem) -> IssuedInvitation {
        let issued = try await decided { () throws(DatabaseError) in
            try await service.invitations.invite(
                address, as: role, to: id, by: acting(.writeMembers), on: terms, recording: record(.invitationCreate))
        }
        if terms.sendsEmail { service.outboxSignal.wake() }
        return issued
    }

    func resend(_ invitation: String) async throws(Problem) -> IssuedInvitation {
        let known = try await stored { () throws(DatabaseError) in
            try await service.invitations.invitation(invitation, in: id)
        }
        if let address = (known?.email).flatMap({ InvitedAddress($0.spelling) }), let fault = today.fault(of: address) {
            throw Problem(.conflict, detail: "The address \(fault).")
        }
        let issued = try await decided { () throws(DatabaseError) in
            try await service.invitations.resend(
                invitation, in: id, by: acting(.writeMembers), on: terms, recording: record(.invitationResend))
        }
        if terms.sendsEmail { service.outboxSignal.wake() }
        return issued
    }

    func revokeInvitation(_ invitation: String) async throws(Problem) {
        try await decided { () throws(DatabaseError) in
            try await service.invitations.revoke(
                invitation, in: id, by: acting(.writeMembers), recording: record(.invitationRevoke))
        }
    }

    private var terms: InvitationTerms {
        InvitationTerms(
            inviter: try? IdentityID(permit.identity),
            inviterEmail: deployment.accessRules.verifiedEmail(of: claims),
            lifetime: deployment.invitations.lifetime, perDay: deployment.invitations.perDay,
            sendsEmail: deployment.mail != nil)
    }
}
