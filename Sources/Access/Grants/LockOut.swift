public import ClaimMapping
public import Databases
public import Organizations
internal import Time

/// Whether somebody's last-seen claims map to manager under these stored rows and today's settings, at a provider that
/// the organization lists.
public typealias ManagerByClaims = @Sendable (PersonSeen, MappingRows) -> Bool

extension AccessStore {
    /// Whether somebody would manage the organization if these were its stored rows.
    public func hasManager(
        of organization: OrganizationID, under rows: MappingRows, isManager: @escaping ManagerByClaims
    ) async throws(DatabaseError) -> Bool {
        let moment = now()
        return try await database.read { transaction throws(DatabaseError) in
            try AccessStore.hasManager(organization, under: rows, isManager: isManager, at: moment, transaction)
        }
    }

    /// How old claims may be that count for not being locked out.
    static let memory: Int64 = 30 * 86400

    /// Whether at least one identity that is not shut out holds a manager grant, or was seen lately with claims that map
    /// to manager.
    ///
    /// - Parameter rows: in place of the stored ones.
    static func hasManager(
        _ organization: OrganizationID, under rows: MappingRows? = nil, isManager: ManagerByClaims,
        at moment: Timestamp, _ transaction: Transaction
    ) throws(DatabaseError) -> Bool {
        let shutOut = try suspensions(organization, transaction)
        let ids = Set(shutOut.map(\.identity))
        let emails = Set(shutOut.compactMap(\.email))
        var hasGrant = false
        try transaction.each(
            "SELECT issuer, subject FROM access_grant WHERE organization = $1 AND role = $2", .text(organization.text),
            .text(Role.manager.rawValue)
        ) { row throws(DatabaseError) in
            guard !hasGrant, let id = try? IdentityID(issuer: row.text(0), subject: row.text(1)) else { return }
            hasGrant = !ids.contains(id)
        }
        if hasGrant { return true }
        let rows =
            if let rows { rows } else { MappingRows(try mappings(organization, transaction)[organization] ?? []) }
        return try people(organization, transaction).contains { person in
            person.seenAt.seconds > moment.seconds - memory && !ids.contains(person.identity)
                && !(person.verifiedEmail.map(emails.contains) ?? false) && isManager(person, rows)
        }
    }
}
