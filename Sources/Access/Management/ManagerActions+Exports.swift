internal import Audit
internal import Databases
public import Grants
public import Identities
public import Invitations
public import People

extension ManagerActions {
    /// Records an export of a list about people, if the caller may still read it.
    ///
    /// - Parameter details: the export's list, format and filters.
    public func recordMemberExport(details: [(name: String, value: String)]) async throws(ManagementError) {
        try await recordExport(.memberExport, by: .readMembers, details: details)
    }

    /// The most characters of a filter that an export's event holds.
    private static var longestFilter: Int { 200 }

    /// Records an export, if the caller still has the permission for it.
    func recordExport(
        _ action: AuditAction, by permission: Permission, details: [(name: String, value: String)]
    ) async throws(ManagementError) {
        var record = record(action)
        record.details = details.map { name, value in
            (name, String(value.unicodeScalars.prefix(ManagerActions.longestFilter)))
        }
        let (recorded, reader, moment) = (record, acting(permission), access.now())
        let (access, organization) = (access, organization)
        try await decided { () throws(DatabaseError) in
            try await access.database.decide {
                transaction throws(DatabaseError) -> WriteOutcome<Void, AccessRefusal> in
                if let refusal = try access.refusal(of: reader, in: organization, transaction) {
                    return .refuse(refusal)
                }
                try AuditLog.append(recorded, at: moment, transaction)
                return .commit(())
            }
        }
    }

    /// Returns the identities of the members that a query selects, in its order; its page is ignored.
    public func memberIDs(matching query: MemberQuery) async throws(ManagementError) -> [IdentityID] {
        try await stored { () throws(DatabaseError) in try await access.memberIDs(of: organization, matching: query) }
    }

    /// Returns the members among identities, in their order.
    public func members(_ ids: [IdentityID]) async throws(ManagementError) -> [Member] {
        try await stored { () throws(DatabaseError) in try await access.members(ids, of: organization) }
    }

    /// Returns the identities of the suspended users that match a text.
    public func suspendedIDs(
        matching text: String, isAscending: Bool
    ) async throws(ManagementError) -> [IdentityID] {
        try await stored { () throws(DatabaseError) in
            try await access.suspendedIDs(of: organization, matching: text, isAscending: isAscending)
        }
    }

    /// Returns those of the identities that the organization knows, in their order.
    public func people(_ ids: [IdentityID]) async throws(ManagementError) -> [PersonAccess] {
        try await stored { () throws(DatabaseError) in try await access.people(ids, of: organization) }
    }

    /// Returns the ids of the invitations that a query selects, in its order; its page is ignored.
    public func invitationIDs(matching query: InvitationQuery) async throws(ManagementError) -> [String] {
        try await stored { () throws(DatabaseError) in
            try await stores.invitations.invitationIDs(of: organization, matching: query)
        }
    }

    /// Returns the invitations among ids, in their order.
    public func invitations(_ ids: [String]) async throws(ManagementError) -> [Invitation] {
        try await stored { () throws(DatabaseError) in
            try await stores.invitations.invitations(ids, of: organization)
        }
    }
}
