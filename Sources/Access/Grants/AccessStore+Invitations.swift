public import Audit
public import Databases
public import Identities
internal import Text
internal import Time

/// An invitation that was created or sent again.
public struct IssuedInvitation: Sendable {
    public let invitation: Invitation
    /// The secret of the link, returned this once; nil if a letter delivers it.
    public let token: InvitationToken?
    /// Whether the invitation was created by this call.
    public let isNew: Bool
}

/// The inviter of an invitation, and the limits and delivery that apply.
public struct InvitationTerms: Sendable {
    let inviter: IdentityID?
    let inviterEmail: String?
    let lifetime: Duration
    let perDay: Int?
    public let sendsLetter: Bool

    /// - Parameters:
    ///   - inviter: nil for the operator.
    ///   - inviterEmail: in lower case; nil if it is not verified.
    ///   - perDay: the number of invitations that an organization may send in 24 hours; nil for no limit.
    ///   - sendsLetter: whether the link is sent by mail; otherwise it is returned to the inviter.
    public init(inviter: IdentityID?, inviterEmail: String?, lifetime: Duration, perDay: Int?, sendsLetter: Bool) {
        self.inviter = inviter
        self.inviterEmail = inviterEmail
        self.lifetime = lifetime
        self.perDay = perDay
        self.sendsLetter = sendsLetter
    }
}

extension AccessStore {
    /// Invites an address. A pending invitation of the address with an equal role is returned instead of a new one.
    public func invite(
        _ address: InvitedAddress, as role: Role, to organization: OrganizationID, by manager: ActingIdentity,
        on terms: InvitationTerms, recording record: AuditRecord
    ) async throws(DatabaseError) -> Result<IssuedInvitation, AccessRefusal> {
        try await change(by: manager, in: organization) { _, moment, transaction throws(DatabaseError) in
            try AccessStore.invite(
                address, as: role, to: organization, on: terms, recording: record, at: moment, transaction)
        }
    }

    /// Blocking variant of `invite`, for command-line use.
    public func inviteBlocking(
        _ address: InvitedAddress, as role: Role, to organization: OrganizationID, on terms: InvitationTerms,
        recording record: AuditRecord
    ) throws(DatabaseError) -> Result<IssuedInvitation, AccessRefusal> {
        try changeBlocking { moment, transaction throws(DatabaseError) in
            try AccessStore.invite(
                address, as: role, to: organization, on: terms, recording: record, at: moment, transaction)
        }
    }

    private static func invite(
        _ address: InvitedAddress, as role: Role, to organization: OrganizationID, on terms: InvitationTerms,
        recording record: AuditRecord, at moment: Timestamp, _ transaction: Transaction
    ) throws(DatabaseError) -> ChangeOutcome<IssuedInvitation> {
        let pending = try invitations(
            "organization = $1 AND email = $2 AND state = 'pending'", .text(organization.text), .text(address.text),
            at: moment, transaction)
        if let known = pending.first {
            if known.state == .pending {
                guard known.role == role else { return .refused(.invitedOtherwise(known.role)) }
                return .kept(IssuedInvitation(invitation: known, token: nil, isNew: false), [])
            }
            try expire(known, at: moment, transaction)
        }
        if let wait = try sendings(organization, terms, at: moment, transaction) {
            return .refused(.tooManyToday(retryAfter: wait))
        }
        let invitation = Invitation(
            id: try makeID(at: moment), organization: organization, email: address.text, role: role, state: .pending,
            createdAt: Timestamp(seconds: moment.seconds),
            expiresAt: Timestamp(seconds: moment.seconds) + terms.lifetime, inviter: terms.inviter,
            inviterEmail: terms.inviterEmail, delivery: terms.sendsLetter ? .queued : .link, attempts: 0,
            lastFailure: nil)
        try transaction.execute(
            """
            INSERT INTO invitation (id, organization, email, role, state, created_at, expires_at, inviter,
                inviter_email, delivery, attempts, next_attempt_at, issued_at)
            VALUES ($1, $2, $3, $4, 'pending', $5, $6, $7, $8, $9, 0, $5, $5)
            """, .text(invitation.id), .text(organization.text), .text(address.text), .text(role.rawValue),
            .integer(invitation.createdAt.seconds), .integer(invitation.expiresAt.seconds),
            .text(orNull: terms.inviter?.text), .text(orNull: terms.inviterEmail),
            .text(invitation.delivery.rawValue))
        let token = terms.sendsLetter ? nil : try makeToken(of: invitation.id, transaction)
        try append(record, about: invitation, at: moment, transaction)
        return .kept(IssuedInvitation(invitation: invitation, token: token, isNew: true), [])
    }

    /// Revokes the pending invitations of an inviter who no longer manages the organization.
    ///
    /// - Parameter emails: further verified addresses of the inviter.
    static func revokeInvitations(
        of inviter: IdentityID, emails: Set<ExactText> = [], in organization: OrganizationID, because reason: String,
        recording record: AuditRecord, at moment: Timestamp, _ transaction: Transaction
    ) throws(DatabaseError) {
        let pending = try invitations(
            "organization = $1 AND state = 'pending'", .text(organization.text), at: moment, transaction)
        for invitation in pending where invitation.state == .pending {
            let isTheirs =
                invitation.inviter == inviter
                || (invitation.inviterEmail.map { emails.contains(ExactText($0)) } ?? false)
            guard isTheirs else { continue }
            try set(.revoked, invitation.id, transaction)
            var own = AuditRecord(
                .invitationRevoke, by: record.actor, in: organization, reason: reason, requestID: record.requestID,
                address: record.address)
            own.target = invitation.id
            try append(own, about: invitation, at: moment, transaction)
        }
    }

    /// Marks expired invitations and records them in the audit log, at most `limit` per call.
    ///
    /// - Returns: the number of invitations that expired.
    @discardableResult
    public func expireInvitations(atMost limit: Int = 200) async throws(DatabaseError) -> Int {
        let result = try await change { moment, transaction throws(DatabaseError) -> ChangeOutcome<Int> in
            let over = try AccessStore.invitations(
                "state = 'pending' AND \(AccessStore.hasRunOut(at: "$1")) LIMIT $2", .integer(moment.seconds),
                .integer(limit),
                at: moment, transaction)
            // A refusal writes nothing and notifies no waiter.
            guard !over.isEmpty else { return .refused(.notFound) }
            for invitation in over { try AccessStore.expire(invitation, at: moment, transaction) }
            return .kept(over.count, [])
        }
        return (try? result.get()) ?? 0
    }

    // MARK: Shared steps

    private static func expire(
        _ invitation: Invitation, at moment: Timestamp, _ transaction: Transaction
    ) throws(DatabaseError) {
        try set(.expired, invitation.id, transaction)
        try append(
            AuditRecord(.invitationExpire, by: .system, in: invitation.organization), about: invitation, at: moment,
            transaction)
    }

    static func set(_ state: Invitation.State, _ id: String, _ transaction: Transaction) throws(DatabaseError) {
        try transaction.execute(
            """
            UPDATE invitation SET state = $2, next_attempt_at = NULL,
                delivery = CASE WHEN delivery <> 'queued' THEN delivery WHEN $2 = 'accepted' THEN 'sent' ELSE 'failed' END
            WHERE id = $1
            """, .text(id), .text(state.rawValue))
    }

    static func append(
        _ record: AuditRecord, about invitation: Invitation, at moment: Timestamp, _ transaction: Transaction
    ) throws(DatabaseError) {
        var record = record
        record.organization = invitation.organization
        record.target = invitation.id
        record.details += [("email", invitation.email), ("role", invitation.role.rawValue)]
        try AuditLog.append(record, at: moment, transaction)
    }

    static func makeToken(of id: String, _ transaction: Transaction) throws(DatabaseError) -> InvitationToken {
        do {
            let token = try InvitationToken.make()
            try transaction.execute(
                "INSERT INTO invitation_token (hash, invitation) VALUES ($1, $2)", .blob(try token.hash), .text(id))
            return token
        } catch let error as DatabaseError {
            throw error
        } catch {
            throw DatabaseError(.failed, cause: "no random bytes: \(error)")
        }
    }

    /// Counts one more letter or link. Returns the seconds to wait if the limit of the last 24 hours is reached.
    static func sendings(
        _ organization: OrganizationID, _ terms: InvitationTerms, at moment: Timestamp, _ transaction: Transaction
    ) throws(DatabaseError) -> Int? {
        guard let perDay = terms.perDay else { return nil }
        let day: Int64 = 86400
        try transaction.execute(
            "DELETE FROM invitation_sending WHERE organization = $1 AND (at <= $2 OR at > $3)",
            .text(organization.text), .integer(moment.seconds - day), .integer(moment.latestStored.seconds))
        guard perDay > 0 else { return Int(day) }
        // The sending that has to be a day old before another is allowed.
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
