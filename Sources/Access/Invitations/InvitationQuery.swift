public import Databases
public import Grants
public import Identities
public import People
public import Policy
public import Text
internal import Time

/// A search in the invitations of an organization.
public struct InvitationQuery: Sendable, Hashable {
    public enum Sort: String, Sendable, CaseIterable {
        /// Pending, expired, accepted, revoked; the newest first in each.
        case state
        case email
        /// The newest first.
        case date
    }

    /// A part of the address, or of the inviter's name or address, without regard to case; empty for all.
    public var text = ""
    public var state: Invitation.State?
    public var role: Role?
    public var sort = Sort.state
    public var isReversed = false
    /// From 1.
    public var page = 1
    /// The rows per page, from 1.
    public var limit = 50

    public init() {}
}

/// The inviter of a role that came from an invitation.
public struct GrantInviter: Sendable, Hashable {
    /// Nil for the operator.
    public let identity: IdentityID?
    /// The verified address of the inviter; nil if there is none.
    public let email: EmailAddress?
}

extension InvitationStore {
    /// Returns a page of the invitations that a query selects.
    public func invitations(
        of organization: OrganizationID, matching query: InvitationQuery
    ) async throws(DatabaseError) -> ListPage<Invitation> {
        let moment = access.now()
        return try await access.database.read { transaction throws(DatabaseError) in
            let (found, all) = try InvitationStore.found(by: query, in: organization, at: moment, transaction)
            let page = ListPage(of: found, number: query.page, limit: query.limit, all: all)
            return page.with(try InvitationStore.invitations(page.items, at: moment, transaction))
        }
    }

    /// Returns the ids of the invitations that a query selects, in its order; its page is ignored.
    public func invitationIDs(
        of organization: OrganizationID, matching query: InvitationQuery
    ) async throws(DatabaseError) -> [String] {
        let moment = access.now()
        return try await access.database.read { transaction throws(DatabaseError) in
            try InvitationStore.found(by: query, in: organization, at: moment, transaction).ids
        }
    }

    /// Returns the organization's invitations among ids, in their order.
    public func invitations(
        _ ids: [String], of organization: OrganizationID
    ) async throws(DatabaseError) -> [Invitation] {
        let moment = access.now()
        return try await access.database.read { transaction throws(DatabaseError) in
            try InvitationStore.invitations(ids, at: moment, transaction).filter { $0.organization == organization }
        }
    }

    private static func invitations(
        _ ids: [String], at moment: Timestamp, _ transaction: Transaction
    ) throws(DatabaseError) -> [Invitation] {
        var invitations: [Invitation] = []
        for id in ids {
            if let invitation = try InvitationTable.invitation(id, at: moment, transaction) {
                invitations.append(invitation)
            }
        }
        return invitations
    }

    /// Returns the ids of the invitations that a query selects, in its order, and the number of all invitations.
    private static func found(
        by query: InvitationQuery, in organization: OrganizationID, at moment: Timestamp, _ transaction: Transaction
    ) throws(DatabaseError) -> (ids: [String], all: Int) {
        let rows = try transaction.all(
            """
            SELECT id, CASE WHEN ($2 = '' OR instr(email, $2) > 0 OR instr(coalesce(inviter_email, ''), $2) > 0
                    OR EXISTS (SELECT 1 FROM person_seen AS seen WHERE seen.organization = $1
                        AND seen.identity = inviter AND instr(seen.search, $2) > 0))
                AND ($3 = '' OR \(InvitationQuery.state(at: "$5")) = $3) AND ($4 = '' OR role = $4) THEN 1 ELSE 0 END
            FROM invitation WHERE organization = $1 ORDER BY \(query.order)
            """, .text(organization.text), .text(String(query.text.trimmingBlanks()).asciiLowercased()),
            .text(query.state?.rawValue ?? ""), .text(query.role?.rawValue ?? ""), .integer(moment.seconds)
        ) { row throws(DatabaseError) in row.boolean(1) ? row.text(0) : nil }
        return (rows.compactMap { $0 }, rows.count)
    }

    /// Returns the number of an organization's invitations in all states.
    public func count(of organization: OrganizationID) async throws(DatabaseError) -> Int {
        try await access.database.read { transaction throws(DatabaseError) in
            try transaction.first(
                "SELECT count(*) FROM invitation WHERE organization = $1", .text(organization.text)
            ) { row throws(DatabaseError) in row.integer(0) } ?? 0
        }
    }

    /// Returns the inviters of roles that came from invitations, by the grants' ids. Grants of the operator have none.
    public func inviters(of grants: [Grant]) async throws(DatabaseError) -> [ExactText: GrantInviter] {
        let own = grants.filter { $0.source == .invitation }
        guard !own.isEmpty else { return [:] }
        return try await access.database.read { transaction throws(DatabaseError) in
            var found: [ExactText: GrantInviter] = [:]
            for grant in own {
                found[ExactText(grant.id)] = try transaction.first(
                    """
                    SELECT inviter, inviter_email FROM invitation
                    WHERE organization = $1 AND email = $2 AND role = $3 AND state = 'accepted'
                    ORDER BY created_at DESC, id DESC LIMIT 1
                    """, .text(grant.organization.text), .text(grant.email?.text ?? ""), .text(grant.role.rawValue)
                ) { row throws(DatabaseError) in
                    GrantInviter(
                        identity: row.optionalText(0).flatMap { IdentityID($0) },
                        email: row.optionalText(1).map { EmailAddress($0) })
                }
            }
            return found
        }
    }

    /// Returns the pending invitations that end with a manager's access, newest first.
    ///
    /// - Parameter emails: the verified addresses of the manager.
    public func sent(
        by manager: IdentityID, emails: Set<EmailAddress>, in organization: OrganizationID
    ) async throws(DatabaseError) -> [Invitation] {
        let moment = access.now()
        return try await access.database.read { transaction throws(DatabaseError) in
            try InvitationTable.invitations(
                "organization = $1 AND state = 'pending' ORDER BY created_at DESC, id DESC", .text(organization.text),
                at: moment, transaction
            ).filter { $0.state == .pending && SentInvitations.isSent($0, by: manager, emails) }
        }
    }
}

extension InvitationQuery {
    /// SQL expression: the state, with expiry.
    ///
    /// - Parameter now: the SQL parameter that holds the current time, in seconds.
    fileprivate static func state(at now: String) -> String {
        "(CASE WHEN state = 'pending' AND \(InvitationTable.hasRunOut(at: now)) THEN 'expired' ELSE state END)"
    }

    fileprivate var order: String {
        switch sort {
        case .email: "email \(isReversed ? "DESC" : "ASC"), created_at DESC, id DESC"
        case .date: "created_at \(isReversed ? "ASC" : "DESC"), id \(isReversed ? "ASC" : "DESC")"
        case .state:
            """
            CASE \(InvitationQuery.state(at: "$5")) WHEN 'pending' THEN 0 WHEN 'expired' THEN 1 WHEN 'accepted' THEN 2
                ELSE 3 END \(isReversed ? "DESC" : "ASC"), created_at DESC, id DESC
            """
        }
    }
}
