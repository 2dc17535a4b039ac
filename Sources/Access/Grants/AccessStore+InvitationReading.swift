public import Databases
public import Identities
public import Time

extension AccessStore {
    /// SQL condition: a pending invitation has expired, or was issued by a clock that was ahead and would expire too
    /// late.
    ///
    /// - Parameter now: the SQL parameter that holds the current time, in seconds.
    static func hasRunOut(at now: String) -> String {
        "(expires_at <= \(now) OR issued_at > \(now) + \(Timestamp.clockTolerance.components.seconds))"
    }

    /// - Parameter moment: the time at which expiry is evaluated.
    public static func invitation(
        _ id: String, in organization: OrganizationID, at moment: Timestamp, _ transaction: Transaction
    ) throws(DatabaseError) -> Invitation? {
        try invitations(
            "id = $1 AND organization = $2", .text(id), .text(organization.text), at: moment, transaction
        ).first
    }

    /// Returns a page of an organization's invitations, newest first.
    ///
    /// - Parameters:
    ///   - state: returns only invitations in this state; nil for all.
    ///   - before: the last invitation of the previous page.
    public static func invitations(
        of organization: OrganizationID, in state: Invitation.State?, before: (at: Int64, id: String)?, limit: Int,
        at moment: Timestamp, _ transaction: Transaction
    ) throws(DatabaseError) -> [Invitation] {
        // An invitation past its expiry is reported as expired before it is marked so.
        try invitations(
            """
            organization = $1 AND (created_at < $2 OR created_at = $2 AND id < $3)
                AND ($4 = '' OR $4 = CASE WHEN state = 'pending' AND \(hasRunOut(at: "$5")) THEN 'expired' ELSE state END)
            ORDER BY created_at DESC, id DESC LIMIT $6
            """, .text(organization.text), .integer(before?.at ?? .max), .text(before?.id ?? ""),
            .text(state?.rawValue ?? ""), .integer(moment.seconds), .integer(limit), at: moment, transaction)
    }

    /// Returns the organizations that have a pending invitation for an address.
    public static func organizations(
        inviting email: String, at moment: Timestamp, _ transaction: Transaction
    ) throws(DatabaseError) -> [OrganizationID] {
        try invitations("email = $1 AND state = 'pending'", .text(email), at: moment, transaction)
            .filter { $0.state == .pending }.map(\.organization)
    }

    /// Returns the number of invitations in each state.
    public func countInvitations() async throws(DatabaseError) -> [Invitation.State: Int] {
        let moment = now()
        return try await database.read { transaction throws(DatabaseError) in
            let rows = try transaction.all(
                """
                SELECT CASE WHEN state = 'pending' AND \(AccessStore.hasRunOut(at: "$1")) THEN 'expired' ELSE state END AS now, count(*)
                FROM invitation GROUP BY now
                """, .integer(moment.seconds)
            ) { row throws(DatabaseError) in (row.text(0), row.integer(1)) }
            var counts: [Invitation.State: Int] = [:]
            for state in Invitation.State.allCases {
                counts[state] = rows.first { $0.0 == state.rawValue }?.1 ?? 0
            }
            return counts
        }
    }

    /// - Parameter condition: an SQL condition from the source of this store, never from input.
    static func invitations(
        _ condition: String, _ values: SQLValue..., at moment: Timestamp, _ transaction: Transaction
    ) throws(DatabaseError) -> [Invitation] {
        try transaction.all(
            """
            SELECT id, organization, email, role, state, created_at, expires_at, inviter, inviter_email, delivery,
                attempts, last_failure, issued_at
            FROM invitation WHERE \(condition)
            """, values
        ) { row throws(DatabaseError) in
            guard let organization = OrganizationID(row.text(1)), let role = Role(rawValue: row.text(3)),
                let stored = Invitation.State(rawValue: row.text(4)),
                let delivery = Invitation.Delivery(rawValue: row.text(9))
            else { throw DatabaseError(.failed, cause: "an invitation cannot be read") }
            let expiresAt = Timestamp(seconds: Int64(row.integer(6)))
            let hasRunOut = expiresAt <= moment || Timestamp(seconds: Int64(row.integer(12))).isAhead(of: moment)
            return Invitation(
                id: row.text(0), organization: organization, email: row.text(2), role: role,
                state: stored == .pending && hasRunOut ? .expired : stored,
                createdAt: Timestamp(seconds: Int64(row.integer(5))), expiresAt: expiresAt,
                inviter: row.optionalText(7).flatMap { IdentityID($0) }, inviterEmail: row.optionalText(8),
                delivery: delivery, attempts: row.integer(10), lastFailure: row.optionalText(11))
        }
    }
}
