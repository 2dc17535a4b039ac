public import ClaimMapping
public import Databases
public import Organizations
internal import Text
internal import Time

/// By which it is told whether somebody manages an organization: today's settings.
public struct ManagerRules: Sendable {
    /// Whether an organization lists a provider of an issuer.
    public let accepts: @Sendable (_ issuer: String, OrganizationID) -> Bool
    /// Whether somebody's last-seen claims map to manager under these stored rows.
    public let mapsToManager: @Sendable (PersonSeen, MappingRows) -> Bool

    /// - Parameters:
    ///   - accepts: whether an organization lists a provider of an issuer.
    ///   - mapsToManager: whether somebody's last-seen claims map to manager under these stored rows, at a provider that
    ///     the organization lists.
    public init(
        accepts: @escaping @Sendable (_ issuer: String, OrganizationID) -> Bool,
        mapsToManager: @escaping @Sendable (PersonSeen, MappingRows) -> Bool
    ) {
        self.accepts = accepts
        self.mapsToManager = mapsToManager
    }
}

extension AccessStore {
    /// Whether somebody would manage the organization if these were its stored rows.
    public func hasManager(
        of organization: OrganizationID, under rows: MappingRows, by rules: ManagerRules
    ) async throws(DatabaseError) -> Bool {
        let moment = now()
        return try await database.read { transaction throws(DatabaseError) in
            try AccessStore.hasManager(organization, under: rows, by: rules, at: moment, transaction)
        }
    }

    /// How old claims may be that count for not being locked out.
    static let memory: Int64 = 30 * 86400

    /// Whether at least one identity that is not shut out holds a manager grant at a listed provider, or was seen lately
    /// with claims that map to manager.
    ///
    /// - Parameter rows: in place of the stored ones.
    static func hasManager(
        _ organization: OrganizationID, under rows: MappingRows? = nil, by rules: ManagerRules,
        at moment: Timestamp, _ transaction: Transaction
    ) throws(DatabaseError) -> Bool {
        let shutOut = try suspensions(organization, transaction)
        let ids = Set(shutOut.map(\.identity))
        let emails = Set(shutOut.flatMap(\.emails))
        let managers = try transaction.all(
            "SELECT issuer, subject, email FROM access_grant WHERE organization = $1 AND role = $2",
            .text(organization.text), .text(Role.manager.rawValue)
        ) { row throws(DatabaseError) in (issuer: row.text(0), subject: row.text(1), email: row.optionalText(2)) }
        for manager in managers where rules.accepts(manager.issuer, organization) {
            guard let id = try? IdentityID(issuer: manager.issuer, subject: manager.subject), !ids.contains(id) else {
                continue
            }
            if emails.isEmpty { return true }
            // Who was not seen yet is known by the address that an invitation verified.
            let seen = try person(id, in: organization, transaction)
            let email = if let seen { seen.verifiedEmail } else { manager.email }
            if !(email.map { emails.contains(ExactText($0)) } ?? false) { return true }
        }
        let rows =
            if let rows { rows } else { MappingRows(try mappings(organization, transaction)[organization] ?? []) }
        return try containsPerson(of: organization, seenAfter: moment.seconds - memory, at: moment, transaction) {
            person in
            !ids.contains(person.identity) && !(person.verifiedEmail.map { emails.contains(ExactText($0)) } ?? false)
                && rules.mapsToManager(person, rows)
        }
    }
}
