internal import ClaimMapping
internal import Databases
internal import Identities
internal import Time

extension AccessStore {
    /// The maximum age, in seconds, of claims that count for the lockout check.
    static let memory: Int64 = 30 * 86400

    /// Returns true if an organization has a manager. A manager is an unsuspended identity with a manager grant at a
    /// listed provider, or one seen recently with claims that map to manager.
    ///
    /// Users whose access is stored under these rules are found by index. The few others are evaluated here, so
    /// ``judgePeople(of:by:)`` should run first.
    ///
    /// - Parameter rows: the rules that managers added; nil for the stored ones.
    static func hasManager(
        _ organization: OrganizationID, under rows: MappingRows? = nil, by rules: PeopleRules,
        at moment: Timestamp, _ transaction: Transaction
    ) throws(DatabaseError) -> Bool {
        if try hasManagerGrant(organization, by: rules, transaction) { return true }
        let rows =
            if let rows { rows } else { MappingRows(try mappings(organization, transaction)[organization] ?? []) }
        guard let tag = rules.tag(organization, rows) else { return false }
        // The stored access selects candidates; the evaluation of their claims decides.
        func counts(_ row: Row) throws(DatabaseError) -> Bool {
            try manages(try person(row, organization), under: rows, by: rules, at: moment, transaction)
        }
        let since = SQLValue.integer(moment.seconds - memory)
        let isFound = try transaction.contains(
            """
            SELECT \(personColumns) FROM person_seen
            WHERE organization = $1 AND rules = $2 AND mapped_role = $3 AND seen_at > $4
            """, .text(organization.text), .text(tag.text), .text(Role.manager.rawValue), since, where: counts)
        if isFound { return true }
        return try transaction.contains(
            "SELECT \(personColumns) FROM person_seen WHERE \(isOutdated) AND seen_at > $3",
            .text(organization.text), .text(tag.text), since, where: counts)
    }

    /// Returns true if an unsuspended user was seen recently with claims that map to manager under these rules.
    static func manages(
        _ person: PersonSeen, under rows: MappingRows, by rules: PeopleRules, at moment: Timestamp,
        _ transaction: Transaction
    ) throws(DatabaseError) -> Bool {
        guard person.seenAt.lasts(.seconds(memory), at: moment),
            let access = rules.access(ofManager: person, under: rows)
        else {
            return false
        }
        // The address could be a suspended one.
        if access.isEmailUnknown, try suspendsAddresses(in: person.organization, transaction) { return false }
        return try !isSuspended(person.identity, person.verifiedEmail, in: person.organization, transaction)
    }

    /// Returns true if an unsuspended identity of a listed provider holds a manager grant.
    static func hasManagerGrant(
        _ organization: OrganizationID, by rules: PeopleRules, _ transaction: Transaction
    ) throws(DatabaseError) -> Bool {
        try transaction.contains(
            "SELECT issuer, subject, email FROM access_grant WHERE organization = $1 AND role = $2",
            .text(organization.text), .text(Role.manager.rawValue)
        ) { row throws(DatabaseError) in
            let issuer = row.text(0)
            guard rules.accepts(issuer, organization) else { return false }
            let id = try identity(issuer, row.text(1))
            // A user who has not signed in yet is known by the address that an invitation verified.
            let seen = try person(id, in: organization, transaction)
            let email = if let seen { seen.verifiedEmail } else { row.optionalText(2) }
            return try !isSuspended(id, email, in: organization, transaction)
        }
    }
}
