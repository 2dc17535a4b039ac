public import Audit
public import Databases
internal import Grants
public import Identities
public import Time

/// The pending invitations of a manager, which are revoked when the manager's access ends.
public struct SentInvitations: Sendable {
    public init() {}

    static func isSent(_ invitation: Invitation, by manager: IdentityID, _ emails: Set<EmailAddress>) -> Bool {
        invitation.inviter == manager || invitation.inviterEmail.map(emails.contains) ?? false
    }

    /// Revokes the pending invitations.
    public func end(
        of manager: IdentityID, emails: Set<EmailAddress>, in organization: OrganizationID, because reason: String,
        recording record: AuditRecord, at moment: Timestamp, _ transaction: Transaction
    ) throws(DatabaseError) {
        let pending = try InvitationTable.invitations(
            "organization = $1 AND state = 'pending'", .text(organization.text), at: moment, transaction)
        for invitation in pending where invitation.state == .pending {
            guard SentInvitations.isSent(invitation, by: manager, emails) else { continue }
            try InvitationTable.set(.revoked, invitation.id, at: moment, transaction)
            var own = AuditRecord(
                .invitationRevoke, by: record.actor, in: organization, reason: reason, requestID: record.requestID,
                address: record.address)
            own.target = invitation.id
            try InvitationTable.append(own, about: invitation, at: moment, transaction)
        }
    }
}
