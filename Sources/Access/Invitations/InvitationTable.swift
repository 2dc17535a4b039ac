internal import Audit
internal import Cryptography
public import Databases
internal import Grants
public import Identities
internal import Text
public import Time

/// The tables of invitations, inside a transaction.
public enum InvitationTable {
    /// Returns the organizations that have a pending invitation for an address.
    public static func organizations(
        inviting email: EmailAddress, at moment: Timestamp, _ transaction: Transaction
    ) throws(DatabaseError) -> [OrganizationID] {
        try invitations("email = $1 AND state = 'pending'", .text(email.text), at: moment, transaction)
            .filter { $0.state == .pending }.map(\.organization)
    }

    /// SQL condition: a pending invitation has expired, or was issued by a clock that was ahead and would expire too
    /// late.
    ///
    /// - Parameter now: the SQL parameter that holds the current time, in seconds.
    static func hasRunOut(at now: String) -> String {
        "(expires_at <= \(now) OR issued_at > \(now) + \(Timestamp.clockTolerance.components.seconds))"
    }

    /// - Parameter moment: the time at which expiry is evaluated.
    static func invitation(
        _ id: String, at moment: Timestamp, _ transaction: Transaction
    ) throws(DatabaseError) -> Invitation? {
        try invitations("id = $1", .text(id), at: moment, transaction).first
    }

    static func invitation(
        of token: InvitationToken, at moment: Timestamp, _ transaction: Transaction
    ) throws(DatabaseError) -> Invitation? {
        guard let hash = try? token.digest.bytes else {
            throw DatabaseError(.failed, cause: "a token cannot be hashed")
        }
        return try invitations(
            "id = (SELECT invitation FROM invitation_token WHERE hash = $1)", .blob(hash), at: moment, transaction
        ).first
    }

    /// - Parameter condition: an SQL condition from the source of this store, never from input.
    static func invitations(
        _ condition: String, _ values: SQLValue..., at moment: Timestamp, _ transaction: Transaction
    ) throws(DatabaseError) -> [Invitation] {
        try invitations(condition, values, at: moment, transaction)
    }

    /// Variant that takes its values as an array.
    static func invitations(
        _ condition: String, _ values: [SQLValue], at moment: Timestamp, _ transaction: Transaction
    ) throws(DatabaseError) -> [Invitation] {
        try transaction.all(
            """
            SELECT id, organization, email, role, state, created_at, expires_at, inviter, inviter_email, delivery,
                attempts, last_failure, issued_at, closed_at
            FROM invitation WHERE \(condition)
            """, values
        ) { row throws(DatabaseError) in
            guard let organization = OrganizationID(row.text(1)), let role = Role(rawValue: row.text(3)),
                let stored = Invitation.State(rawValue: row.text(4)),
                let delivery = Invitation.Delivery(rawValue: row.text(9))
            else { throw DatabaseError(.failed, cause: "an invitation cannot be read") }
            let inviter = try row.optionalText(7).map { text throws(DatabaseError) -> IdentityID in
                guard let id = IdentityID(text) else {
                    throw DatabaseError(.failed, cause: "the inviter of an invitation cannot be read")
                }
                return id
            }
            let expiresAt = Timestamp(seconds: Int64(row.integer(6)))
            let hasRunOut = expiresAt <= moment || Timestamp(seconds: Int64(row.integer(12))).isAhead(of: moment)
            return Invitation(
                id: row.text(0), organization: organization, email: EmailAddress(row.text(2)), role: role,
                state: stored == .pending && hasRunOut ? .expired : stored,
                createdAt: Timestamp(seconds: Int64(row.integer(5))), expiresAt: expiresAt, inviter: inviter,
                inviterEmail: row.optionalText(8).map { EmailAddress($0) }, delivery: delivery,
                attempts: row.integer(10), lastFailure: row.optionalText(11),
                closedAt: row.optionalInteger(13).map { Timestamp(seconds: Int64($0)) })
        }
    }

    static func set(
        _ state: Invitation.State, _ id: String, at moment: Timestamp, _ transaction: Transaction
    ) throws(DatabaseError) {
        try transaction.execute(
            """
            UPDATE invitation SET state = $2, next_attempt_at = NULL, closed_at = $3,
                delivery = CASE WHEN delivery <> 'queued' THEN delivery WHEN $2 = 'accepted' THEN 'sent' ELSE 'failed' END
            WHERE id = $1
            """, .text(id), .text(state.rawValue), .integer(moment.seconds))
    }

    static func append(
        _ record: AuditRecord, about invitation: Invitation, at moment: Timestamp, _ transaction: Transaction
    ) throws(DatabaseError) {
        var record = record
        record.organization = invitation.organization
        record.target = invitation.id
        record.details += [("email", invitation.email.text), ("role", invitation.role.rawValue)]
        if let inviter = invitation.inviterEmail { record.details.append(("inviter_email", inviter.spelling)) }
        try AuditLog.append(record, at: moment, transaction)
    }

    static func makeToken(of id: String, _ transaction: Transaction) throws(DatabaseError) -> InvitationToken {
        do {
            let token = try InvitationToken.make()
            try transaction.execute(
                "INSERT INTO invitation_token (hash, invitation) VALUES ($1, $2)", .blob(try token.digest.bytes),
                .text(id))
            return token
        } catch let error as DatabaseError {
            throw error
        } catch {
            throw DatabaseError(.failed, cause: "no random bytes: \(error)")
        }
    }
}
