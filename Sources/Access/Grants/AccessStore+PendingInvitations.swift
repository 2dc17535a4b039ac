public import Audit
public import Databases
public import Identities
internal import Time

extension AccessStore {
    /// Makes a new token for a pending invitation, revokes its previous tokens, and restarts its lifetime.
    public func resend(
        _ id: String, in organization: OrganizationID, by manager: ActingIdentity, on terms: InvitationTerms,
        recording record: AuditRecord
    ) async throws(DatabaseError) -> Result<IssuedInvitation, AccessRefusal> {
        try await change(by: manager, in: organization) { _, moment, transaction throws(DatabaseError) in
            try AccessStore.resend(id, in: organization, on: terms, recording: record, at: moment, transaction)
        }
    }

    /// Blocking variant of `resend`, for command-line use.
    ///
    /// - Parameters:
    ///   - id: the id of an invitation of any organization.
    ///   - organizations: the configured organizations. An invitation of any other organization is reported as not
    ///     found.
    public func resendBlocking(
        _ id: String, inOneOf organizations: [OrganizationID], on terms: InvitationTerms, recording record: AuditRecord
    ) throws(DatabaseError) -> Result<IssuedInvitation, AccessRefusal> {
        try changeBlocking { moment, transaction throws(DatabaseError) in
            guard let known = try AccessStore.invitations("id = $1", .text(id), at: moment, transaction).first,
                organizations.contains(known.organization)
            else { return .refused(.notFound) }
            return try AccessStore.resend(
                id, in: known.organization, on: terms, recording: record, at: moment, transaction)
        }
    }

    private static func resend(
        _ id: String, in organization: OrganizationID, on terms: InvitationTerms, recording record: AuditRecord,
        at moment: Timestamp, _ transaction: Transaction
    ) throws(DatabaseError) -> ChangeOutcome<IssuedInvitation> {
        guard let known = try invitation(id, in: organization, at: moment, transaction) else {
            return .refused(.notFound)
        }
        guard known.state == .pending else { return .refused(.closed(known.state)) }
        if let wait = try sendings(organization, terms, at: moment, transaction) {
            return .refused(.tooManyToday(retryAfter: wait))
        }
        try transaction.execute("DELETE FROM invitation_token WHERE invitation = $1", .text(id))
        let delivery: Invitation.Delivery = terms.sendsLetter ? .queued : .link
        try transaction.execute(
            """
            UPDATE invitation SET expires_at = $2, delivery = $3, attempts = 0, next_attempt_at = $4,
                last_failure = NULL, issued_at = $4 WHERE id = $1
            """, .text(id), .integer((moment + terms.lifetime).seconds), .text(delivery.rawValue),
            .integer(moment.seconds))
        let token = terms.sendsLetter ? nil : try makeToken(of: id, transaction)
        guard let renewed = try invitation(id, in: organization, at: moment, transaction) else {
            throw DatabaseError(.failed, cause: "an invitation is gone")
        }
        try append(record, about: renewed, at: moment, transaction)
        return .kept(IssuedInvitation(invitation: renewed, token: token, isNew: false), [])
    }

    /// Revokes a pending invitation; its links lead to a page that says so.
    public func revokeInvitation(
        _ id: String, in organization: OrganizationID, by manager: ActingIdentity, recording record: AuditRecord
    ) async throws(DatabaseError) -> Result<Void, AccessRefusal> {
        let result = try await change(by: manager, in: organization) { _, moment, transaction throws(DatabaseError) in
            let known = try AccessStore.invitation(id, in: organization, at: moment, transaction)
            return try AccessStore.revoke(known, recording: record, at: moment, transaction)
        }
        return result.map { _ in }
    }

    /// Blocking variant of `revokeInvitation` for an invitation of any organization, for command-line use.
    ///
    /// - Returns: the invitation before the change.
    public func revokeInvitationBlocking(
        _ id: String, recording record: AuditRecord
    ) throws(DatabaseError) -> Result<Invitation, AccessRefusal> {
        try changeBlocking { moment, transaction throws(DatabaseError) in
            let known = try AccessStore.invitations("id = $1", .text(id), at: moment, transaction).first
            return try AccessStore.revoke(known, recording: record, at: moment, transaction)
        }
    }

    private static func revoke(
        _ known: Invitation?, recording record: AuditRecord, at moment: Timestamp, _ transaction: Transaction
    ) throws(DatabaseError) -> ChangeOutcome<Invitation> {
        guard let known else { return .refused(.notFound) }
        guard known.state == .pending else { return .refused(.closed(known.state)) }
        try set(.revoked, known.id, transaction)
        try append(record, about: known, at: moment, transaction)
        return .kept(known, [])
    }

    /// Returns the invitations of an organization, or of all if it is nil, newest first. For command-line use.
    public func invitationsBlocking(_ organization: OrganizationID?) throws(DatabaseError) -> [Invitation] {
        let moment = now()
        return try database.readBlocking { transaction throws(DatabaseError) in
            try AccessStore.invitations(
                "$1 = '' OR organization = $1 ORDER BY created_at DESC, id DESC", .text(organization?.text ?? ""),
                at: moment, transaction)
        }
    }
}
