internal import Audit
internal import Databases
internal import Grants
internal import Identities
internal import Time

extension InvitationTable {
    static func invite(
        _ draft: InvitationDraft, to organization: OrganizationID, on terms: InvitationTerms,
        recording record: AuditRecord, at moment: Timestamp, _ transaction: Transaction
    ) throws(DatabaseError) -> ChangeOutcome<IssuedInvitation> {
        let (address, role) = (draft.address, draft.role)
        if let known = try pending(address.email, in: organization, at: moment, transaction) {
            if known.state == .pending {
                guard known.role == role else { return .refused(.invitedOtherwise(known.role)) }
                return .kept(IssuedInvitation(invitation: known, token: nil, isNew: false))
            }
            try expire(known, at: moment, transaction)
        }
        if let wait = try sendings(organization, terms, at: moment, transaction) {
            return .refused(.tooManyToday(retryAfter: wait))
        }
        let invitation = Invitation(
            id: try AccessStore.makeID(at: moment), organization: organization, email: address.email, role: role,
            state: .pending, createdAt: Timestamp(seconds: moment.seconds),
            expiresAt: Timestamp(seconds: moment.seconds) + terms.lifetime, inviter: terms.inviter,
            inviterEmail: terms.inviterEmail.map { EmailAddress($0.text) },
            delivery: terms.sendsEmail ? .queued : .link, attempts: 0, lastFailure: nil)
        try transaction.execute(
            """
            INSERT INTO invitation (id, organization, email, role, state, created_at, expires_at, inviter,
                inviter_email, delivery, attempts, next_attempt_at, issued_at)
            VALUES ($1, $2, $3, $4, 'pending', $5, $6, $7, $8, $9, 0, $5, $5)
            """, .text(invitation.id), .text(organization.text), .text(address.email.text), .text(role.rawValue),
            .integer(invitation.createdAt.seconds), .integer(invitation.expiresAt.seconds),
            .text(orNull: terms.inviter?.text), .text(orNull: invitation.inviterEmail?.text),
            .text(invitation.delivery.rawValue))
        let token = terms.sendsEmail ? nil : try makeToken(of: invitation.id, transaction)
        try append(record, about: invitation, at: moment, transaction)
        return .kept(IssuedInvitation(invitation: invitation, token: token, isNew: true))
    }

    /// Returns the invitation of an address that is stored as pending; its state may be that it has expired.
    static func pending(
        _ email: EmailAddress, in organization: OrganizationID, at moment: Timestamp, _ transaction: Transaction
    ) throws(DatabaseError) -> Invitation? {
        try invitations(
            "organization = $1 AND email = $2 AND state = 'pending'", .text(organization.text), .text(email.text),
            at: moment, transaction
        ).first
    }

    static func resend(
        _ id: String, in organization: OrganizationID, on terms: InvitationTerms, recording record: AuditRecord,
        at moment: Timestamp, _ transaction: Transaction
    ) throws(DatabaseError) -> ChangeOutcome<IssuedInvitation> {
        guard let known = try invitation(id, at: moment, transaction), known.organization == organization else {
            return .refused(.notFound)
        }
        guard known.state == .pending else { return .refused(.closed(known.state)) }
        if let wait = try sendings(organization, terms, at: moment, transaction) {
            return .refused(.tooManyToday(retryAfter: wait))
        }
        try transaction.execute("DELETE FROM invitation_token WHERE invitation = $1", .text(id))
        let delivery: Invitation.Delivery = terms.sendsEmail ? .queued : .link
        try transaction.execute(
            """
            UPDATE invitation SET expires_at = $2, delivery = $3, attempts = 0, next_attempt_at = $4,
                last_failure = NULL, issued_at = $4 WHERE id = $1
            """, .text(id), .integer((moment + terms.lifetime).seconds), .text(delivery.rawValue),
            .integer(moment.seconds))
        let token = terms.sendsEmail ? nil : try makeToken(of: id, transaction)
        guard let renewed = try invitation(id, at: moment, transaction) else {
            throw DatabaseError(.failed, cause: "an invitation is gone")
        }
        try append(record, about: renewed, at: moment, transaction)
        return .kept(IssuedInvitation(invitation: renewed, token: token, isNew: false))
    }

    static func revoke(
        _ known: Invitation?, recording record: AuditRecord, at moment: Timestamp, _ transaction: Transaction
    ) throws(DatabaseError) -> ChangeOutcome<Invitation> {
        guard let known else { return .refused(.notFound) }
        guard known.state == .pending else { return .refused(.closed(known.state)) }
        try set(.revoked, known.id, at: moment, transaction)
        try append(record, about: known, at: moment, transaction)
        return .kept(known)
    }

    static func expire(
        _ invitation: Invitation, at moment: Timestamp, _ transaction: Transaction
    ) throws(DatabaseError) {
        try set(.expired, invitation.id, at: moment, transaction)
        try append(
            AuditRecord(.invitationExpire, by: .system, in: invitation.organization), about: invitation, at: moment,
            transaction)
    }

    /// Counts one more email or link. Returns the seconds to wait if the limit of the last 24 hours is reached.
    private static func sendings(
        _ organization: OrganizationID, _ terms: InvitationTerms, at moment: Timestamp, _ transaction: Transaction
    ) throws(DatabaseError) -> Int? {
        guard let perDay = terms.perDay else { return nil }
        let day: Int64 = 86400
        try transaction.execute(
            "DELETE FROM invitation_sending WHERE organization = $1 AND (at <= $2 OR at > $3)",
            .text(organization.text), .integer(moment.seconds - day), .integer(moment.latestStored.seconds))
        guard perDay > 0 else { return Int(day) }
        // The sending that must be a day old before another is allowed.
        let oldest = try transaction.first(
            "SELECT at FROM invitation_sending WHERE organization = $1 ORDER BY at DESC LIMIT 1 OFFSET $2",
            .text(organization.text), .integer(perDay - 1)
        ) { row throws(DatabaseError) in Timestamp(seconds: Int64(row.integer(0))) }
        if let oldest {
            return Int(max(1, min(day, (oldest + .seconds(day)).since(moment).components.seconds)))
        }
        try transaction.execute(
            "INSERT INTO invitation_sending (organization, at) VALUES ($1, $2)", .text(organization.text),
            .integer(moment.seconds))
        return nil
    }
}
