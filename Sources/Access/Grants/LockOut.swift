internal import ClaimMapping
internal import Databases
internal import Organizations
internal import Time

extension AccessStore {
    /// How old claims may be that count for not being locked out.
    static let memory: Int64 = 30 * 86400

    /// Whether at least one identity that is not suspended holds a manager grant at a listed provider, or was seen lately
    /// with claims that map to manager.
    ///
    /// People whose access is stored under these rules are found by it; the few others are judged here, so
    /// ``judgePeople(of:by:)`` comes before.
    ///
    /// - Parameter rows: those that managers added; `nil` for the stored ones.
    static func hasManager(
        _ organization: OrganizationID, under rows: MappingRows? = nil, by rules: PeopleRules,
        at moment: Timestamp, _ transaction: Transaction
    ) throws(DatabaseError) -> Bool {
        if try hasManagerGrant(organization, by: rules, transaction) { return true }
        let rows =
            if let rows { rows } else { MappingRows(try mappings(organization, transaction)[organization] ?? []) }
        guard let tag = rules.tag(organization, rows) else { return false }
        // Stored access tells whom to look at; what counts is what the claims earn.
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

    /// Whether a person who is not suspended was seen lately with claims that map to manager under these rows.
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

    /// Whether an identity of a listed provider that is not suspended holds a manager grant.
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
            // A person who was not seen yet is known by the address that an invitation verified.
            let seen = try person(id, in: organization, transaction)
            let email = if let seen { seen.verifiedEmail } else { row.optionalText(2) }
            return try !isSuspended(id, email, in: organization, transaction)
        }
    }
}
