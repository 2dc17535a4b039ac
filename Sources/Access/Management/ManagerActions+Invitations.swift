internal import Audit
internal import Databases
public import Grants
public import Identities
public import Invitations
internal import Policy

extension ManagerActions {
    /// Returns a page of the invitations, newest first.
    ///
    /// - Parameters:
    ///   - state: returns only invitations in this state; nil for all.
    ///   - before: the last invitation of the previous page: its time in seconds and its id.
    public func invitations(
        in state: Invitation.State? = nil, before: (at: Int64, id: String)? = nil, limit: Int
    ) async throws(ManagementError) -> [Invitation] {
        try await stored { () throws(DatabaseError) in
            try await stores.invitations.invitations(of: organization, in: state, before: before, limit: limit)
        }
    }

    /// Invites an address for a role.
    public func invite(_ draft: InvitationDraft) async throws(ManagementError) -> IssuedInvitation {
        try await decided { () throws(DatabaseError) in
            try await stores.invitations.invite(
                draft, to: organization, by: acting(.writeMembers), on: terms,
                recording: record(.invitationCreate))
        }
    }

    /// Invites several addresses for a role. Each gets an outcome of its own.
    public func invite(
        _ entries: [InvitationEntry], for role: Role
    ) async throws(ManagementError) -> [InvitationOutcome] {
        try await decided { () throws(DatabaseError) in
            try await stores.invitations.invite(
                entries, for: role, to: organization, by: acting(.writeMembers), on: terms,
                recording: record(.invitationCreate))
        }
    }

    /// Returns what stands in the way of inviting several addresses now: one value an entry, nil if nothing does.
    public func obstacles(
        to entries: [InvitationEntry], for role: Role
    ) async throws(ManagementError) -> [InvitationObstacle?] {
        try await stored { () throws(DatabaseError) in
            try await stores.invitations.obstacles(to: entries, for: role, in: organization)
        }
    }

    /// Makes a new link for a pending invitation. Refused if its domain is not allowed any more.
    public func resend(_ invitation: String) async throws(ManagementError) -> IssuedInvitation {
        let known = try await stored { () throws(DatabaseError) in
            try await stores.invitations.invitation(invitation, in: organization)
        }
        if let address = known.flatMap({ InvitedAddress($0.email.text) }), !invitationPolicy.rules.allow(address) {
            throw .domainNotAllowed(allowed: invitationPolicy.rules.allowedDomains)
        }
        return try await decided { () throws(DatabaseError) in
            try await stores.invitations.resend(
                invitation, in: organization, by: acting(.writeMembers), on: terms,
                recording: record(.invitationResend))
        }
    }

    /// Revokes a pending invitation.
    public func revokeInvitation(_ invitation: String) async throws(ManagementError) {
        try await decided { () throws(DatabaseError) in
            try await stores.invitations.revoke(
                invitation, in: organization, by: acting(.writeMembers), recording: record(.invitationRevoke))
        }
    }

    private var terms: InvitationTerms {
        InvitationTerms(
            inviter: try? IdentityID(manager.permit.identity),
            inviterEmail: settings.rules.verifiedEmail(of: manager.claims), lifetime: invitationPolicy.lifetime,
            perDay: invitationPolicy.perDay, sendsEmail: invitationPolicy.sendsEmail)
    }
}
