package import Audit
internal import Databases
public import Grants
public import Identities
public import Invitations
public import People
public import Policy
public import Sessions
public import Text

extension ManagerActions {
    /// Returns a page of the members that a query selects.
    public func members(matching query: MemberQuery) async throws(ManagementError) -> ListPage<Member> {
        try await stored { () throws(DatabaseError) in try await access.members(of: organization, matching: query) }
    }

    /// Returns a page of the suspended users, the last suspended first.
    ///
    /// - Parameter text: a part of the name, an address, the subject or the identity id.
    public func suspended(
        matching text: String, isAscending: Bool, page: Int, limit: Int
    ) async throws(ManagementError) -> ListPage<PersonAccess> {
        try await stored { () throws(DatabaseError) in
            try await access.suspended(
                of: organization, matching: text, isAscending: isAscending, page: page, limit: limit)
        }
    }

    /// Returns a page of the invitations that a query selects.
    public func invitations(matching query: InvitationQuery) async throws(ManagementError) -> ListPage<Invitation> {
        try await stored { () throws(DatabaseError) in
            try await stores.invitations.invitations(of: organization, matching: query)
        }
    }

    /// Returns an invitation, or nil if there is none with this id.
    public func invitation(_ id: String) async throws(ManagementError) -> Invitation? {
        try await stored { () throws(DatabaseError) in
            try await stores.invitations.invitation(id, in: organization)
        }
    }

    /// - Parameter members: the number of members if it is known already.
    public func counts(members: Int? = nil) async throws(ManagementError) -> PeopleCounts {
        try await stored { () throws(DatabaseError) in
            var known = members
            if known == nil { known = try await access.countMembers(of: organization) }
            return PeopleCounts(
                members: known ?? 0,
                invitations: try await stores.invitations.count(of: organization),
                suspended: try await access.countSuspended(of: organization))
        }
    }

    /// Returns the inviters of roles that came from invitations, by the grants' ids.
    public func inviters(of grants: [Grant]) async throws(ManagementError) -> [ExactText: GrantInviter] {
        try await stored { () throws(DatabaseError) in try await stores.invitations.inviters(of: grants) }
    }

    /// Returns the names by which pages show users: the full name, or the address, or the subject.
    public func names(of ids: Set<IdentityID>) async throws(ManagementError) -> [IdentityID: String] {
        try await stored { () throws(DatabaseError) in try await access.names(of: ids, in: organization) }
    }

    /// Returns the domains of members' verified addresses, with the providers of these members.
    public func verifiedDomains() async throws(ManagementError) -> [(domain: String, provider: ProviderID)] {
        try await stored { () throws(DatabaseError) in try await access.verifiedDomains(of: organization) }
    }

    // MARK: One user

    /// Returns what the organization knows of a user, or nil if it knows nothing.
    public func person(_ id: IdentityID) async throws(ManagementError) -> PersonAccess? {
        try await stored { () throws(DatabaseError) in try await access.person(id, in: organization) }
    }

    /// Returns the active sessions of a user, newest first, at most 100.
    public func sessions(
        of identity: Identity, under lifetimes: SessionLifetimes
    ) async throws(ManagementError) -> [SessionSummary] {
        try await stored { () throws(DatabaseError) in
            try await stores.sessions.sessions(of: identity, under: lifetimes)
        }
    }

    /// Returns the pending invitations that end with a manager's access, newest first.
    ///
    /// - Parameter emails: the verified addresses of the manager.
    public func sent(by id: IdentityID, emails: Set<EmailAddress>) async throws(ManagementError) -> [Invitation] {
        try await stored { () throws(DatabaseError) in
            try await stores.invitations.sent(by: id, emails: emails, in: organization)
        }
    }

    // MARK: Recent actions

    /// Returns one event of the organization's audit log as JSON, or nil if there is none with this number.
    public func auditEvent(_ sequence: Int) async throws(ManagementError) -> [UInt8]? {
        guard sequence > 0, sequence < .max else { return nil }
        return try await auditEvents(after: sequence - 1, limit: 1).first { $0.sequence == sequence }?.json
    }

    /// Returns events of the organization's audit log as JSON, oldest first.
    ///
    /// - Parameter sequence: the number of the event before the first one.
    public func auditEvents(
        after sequence: Int, limit: Int
    ) async throws(ManagementError) -> [(sequence: Int, json: [UInt8])] {
        let (database, organization) = (access.database, organization)
        return try await stored { () throws(DatabaseError) in
            try await database.read { transaction throws(DatabaseError) in
                try AuditLog.events(
                    of: organization, AuditLog.Query(), after: sequence, limit: limit, transaction)
            }
        }
    }

    /// Returns the newest event of any of these actions on each target as JSON, by the targets' ids.
    package func lastAuditEvents(
        on targets: [String], _ actions: [AuditAction]
    ) async throws(ManagementError) -> [ExactText: [UInt8]] {
        let (database, organization) = (access.database, organization)
        return try await stored { () throws(DatabaseError) in
            try await database.read { transaction throws(DatabaseError) in
                try AuditLog.lastEvents(of: organization, on: targets, actions, transaction)
            }
        }
    }

    /// Returns the newest events of an action in the organization's audit log as JSON, newest first.
    package func latestAuditEvents(
        of action: AuditAction, _ limit: Int
    ) async throws(ManagementError) -> [(sequence: Int, json: [UInt8])] {
        let (database, organization) = (access.database, organization)
        var query = AuditLog.Query()
        (query.limit, query.action) = (limit, action)
        let newest = query
        return try await stored { () throws(DatabaseError) in
            try await database.read { transaction throws(DatabaseError) in
                try AuditLog.events(of: organization, newest, transaction)
            }
        }
    }
}
