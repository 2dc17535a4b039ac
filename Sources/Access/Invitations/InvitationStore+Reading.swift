public import Databases
public import Grants
public import Identities
internal import Time

extension InvitationStore {
    /// Returns an invitation of an organization, or nil if there is none with this id.
    public func invitation(
        _ id: String, in organization: OrganizationID
    ) async throws(DatabaseError) -> Invitation? {
        let moment = access.now()
        return try await access.database.read { transaction throws(DatabaseError) in
            let found = try InvitationTable.invitation(id, at: moment, transaction)
            return found?.organization == organization ? found : nil
        }
    }

    /// Returns a page of an organization's invitations, newest first.
    ///
    /// - Parameters:
    ///   - state: returns only invitations in this state; nil for all.
    ///   - before: the last invitation of the previous page: its time in seconds and its id.
    public func invitations(
        of organization: OrganizationID, in state: Invitation.State?, before: (at: Int64, id: String)?, limit: Int
    ) async throws(DatabaseError) -> [Invitation] {
        // No id is greater than the last character.
        let (moment, at, id) = (access.now(), before?.at ?? .max, before?.id ?? "\u{10FFFF}")
        return try await access.database.read { transaction throws(DatabaseError) in
            // An invitation past its expiry is reported as expired before it is marked so.
            try InvitationTable.invitations(
                """
                organization = $1 AND (created_at < $2 OR created_at = $2 AND id < $3) AND ($4 = '' OR $4 =
                    CASE WHEN state = 'pending' AND \(InvitationTable.hasRunOut(at: "$5")) THEN 'expired' ELSE state END)
                ORDER BY created_at DESC, id DESC LIMIT $6
                """, .text(organization.text), .integer(at), .text(id), .text(state?.rawValue ?? ""),
                .integer(moment.seconds), .integer(limit), at: moment, transaction)
        }
    }

    /// Returns the invitations of an organization, or of all if it is nil, newest first.
    public func invitations(_ organization: OrganizationID?) async throws(DatabaseError) -> [Invitation] {
        let moment = access.now()
        return try await access.database.read { transaction throws(DatabaseError) in
            try InvitationTable.invitations(
                "$1 = '' OR organization = $1 ORDER BY created_at DESC, id DESC", .text(organization?.text ?? ""),
                at: moment, transaction)
        }
    }

    /// Returns the number of invitations in each state.
    public func counts() async throws(DatabaseError) -> [Invitation.State: Int] {
        let moment = access.now()
        return try await access.database.read { transaction throws(DatabaseError) in
            let rows = try transaction.all(
                """
                SELECT CASE WHEN state = 'pending' AND \(InvitationTable.hasRunOut(at: "$1")) THEN 'expired'
                    ELSE state END AS now, count(*)
                FROM invitation GROUP BY now
                """, .integer(moment.seconds)
            ) { row throws(DatabaseError) in (Invitation.State(rawValue: row.text(0)), row.integer(1)) }
            var counts: [Invitation.State: Int] = [:]
            for state in Invitation.State.allCases {
                counts[state] = rows.first { $0.0 == state }?.1 ?? 0
            }
            return counts
        }
    }
}
