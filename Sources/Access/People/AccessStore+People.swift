public import Databases
public import Grants
public import Identities
public import Policy
internal import Snapshots

/// All that an organization knows of a user, for a question about the user's access.
public struct PersonAccess: Sendable {
    public let id: IdentityID
    public let known: KnownIdentity
    /// The role without suspensions, with its sources; nil if there is none.
    public let member: Member?
    /// The suspension of the identity; nil if it is not suspended.
    public let suspension: Suspension?

    /// The full name at the last sign-in; nil if none is known.
    public var fullName: String? { known.signIn?.fullName }

    /// The known address, verified or not; nil if there is none.
    public var email: EmailAddress? {
        if let signIn = known.signIn { return signIn.email }
        return known.grants.lazy.compactMap(\.email).first ?? suspension?.email
    }

    /// Whether ``email`` counts as verified, under the rules in force; nil if that is not known, since the claims cannot
    /// be opened.
    public let isVerified: Bool?

    /// Whether ``email`` is known to count as verified.
    public var isEmailVerified: Bool { isVerified == true }
}

extension AccessStore {
    /// Returns what an organization knows of a user by a sign-in, a grant or a suspension, or nil if there is none.
    public func person(
        _ id: IdentityID, in organization: OrganizationID
    ) async throws(DatabaseError) -> PersonAccess? {
        let reading = reading(of: organization, under: settings.read().value)
        return try await database.read { transaction throws(DatabaseError) in
            try AccessStore.person(id, reading, transaction)
        }
    }

    static func person(
        _ id: IdentityID, _ reading: MemberReading, _ transaction: Transaction
    ) throws(DatabaseError) -> PersonAccess? {
        let organization = reading.organization
        let suspension = try suspension(of: id, in: organization, transaction)
        guard
            let known = try known(id, in: organization, transaction)
                ?? suspension.map({
                    KnownIdentity(identity: $0.identity, verifiedEmails: $0.emails, signIn: nil, grants: [])
                })
        else { return nil }
        var evaluated = 0
        let member = try reading.member(id, &evaluated, ignoresSuspensions: true, transaction)
        let isVerified: Bool? =
            if let member {
                member.isVerified
            } else if let signIn = known.signIn {
                reading.isVerified(signIn.email, of: signIn, reading.access(of: signIn, &evaluated))
            } else {
                // The addresses of grants and suspensions were verified when they were stored.
                true
            }
        return PersonAccess(
            id: id, known: known, member: member, suspension: suspension, isVerified: isVerified)
    }

    /// Returns the names by which pages show users: the full name, or the address, or the subject. Users who are not
    /// known have none.
    public func names(
        of ids: Set<IdentityID>, in organization: OrganizationID
    ) async throws(DatabaseError) -> [IdentityID: String] {
        try await database.read { transaction throws(DatabaseError) in
            var names: [IdentityID: String] = [:]
            for id in ids {
                names[id] =
                    try transaction.first(
                        """
                        SELECT coalesce(
                            (SELECT coalesce(name, email, subject) FROM person_seen
                                WHERE organization = $1 AND identity = $2),
                            (SELECT coalesce(email, subject) FROM access_grant
                                WHERE organization = $1 AND identity = $2 ORDER BY created_at, id LIMIT 1))
                        """, .text(organization.text), .text(id.text)
                    ) { row throws(DatabaseError) in row.optionalText(0) } ?? nil
            }
            return names
        }
    }

    // MARK: Suspended users

    /// Returns a page of the suspended users, the last suspended first.
    ///
    /// - Parameters:
    ///   - text: a part of the name, an address, the subject or the identity id, without regard to case.
    ///   - isAscending: true for the first suspended first.
    public func suspended(
        of organization: OrganizationID, matching text: String, isAscending: Bool = false, page number: Int, limit: Int
    ) async throws(DatabaseError) -> ListPage<PersonAccess> {
        let reading = reading(of: organization, under: settings.read().value)
        return try await database.read { transaction throws(DatabaseError) in
            let (found, all) = try AccessStore.suspended(
                of: organization, matching: text, isAscending: isAscending, transaction)
            let page = ListPage(of: found, number: number, limit: limit, all: all)
            return page.with(try AccessStore.people(page.items, reading, transaction))
        }
    }

    /// Returns the identities of the suspended users that match a text, as ``suspended(of:matching:isAscending:page:limit:)``
    /// does.
    public func suspendedIDs(
        of organization: OrganizationID, matching text: String, isAscending: Bool
    ) async throws(DatabaseError) -> [IdentityID] {
        try await database.read { transaction throws(DatabaseError) in
            try AccessStore.suspended(of: organization, matching: text, isAscending: isAscending, transaction).found
        }
    }

    /// Returns those of the identities that the organization knows, in their order.
    public func people(
        _ ids: [IdentityID], of organization: OrganizationID
    ) async throws(DatabaseError) -> [PersonAccess] {
        let reading = reading(of: organization, under: settings.read().value)
        return try await database.read { transaction throws(DatabaseError) in
            try AccessStore.people(ids, reading, transaction)
        }
    }

    private static func people(
        _ ids: [IdentityID], _ reading: MemberReading, _ transaction: Transaction
    ) throws(DatabaseError) -> [PersonAccess] {
        var people: [PersonAccess] = []
        for id in ids {
            if let person = try person(id, reading, transaction) { people.append(person) }
        }
        return people
    }

    /// Returns the identities of the suspended users that match a text, in order, and the number of all suspended users.
    private static func suspended(
        of organization: OrganizationID, matching text: String, isAscending: Bool, _ transaction: Transaction
    ) throws(DatabaseError) -> (found: [IdentityID], all: Int) {
        var (found, all): ([IdentityID], Int) = ([], 0)
        try transaction.each(
            """
            SELECT own.identity, CASE WHEN $2 = ''
                OR instr(coalesce(seen.search, lower(own.subject) || '\n' || lower(own.identity)), $2) > 0
                OR EXISTS (SELECT 1 FROM suspension_email AS other WHERE other.organization = $1
                    AND other.identity = own.identity AND instr(other.email, $2) > 0) THEN 1 ELSE 0 END
            FROM suspension AS own LEFT JOIN person_seen AS seen
                ON seen.organization = $1 AND seen.identity = own.identity
            WHERE own.organization = $1 ORDER BY own.created_at \(isAscending ? "ASC" : "DESC"), own.identity
            """, .text(organization.text), .text(PersonTexts.pattern(text))
        ) { row throws(DatabaseError) in
            all += 1
            guard row.boolean(1) else { return }
            guard let id = IdentityID(row.text(0)) else {
                throw DatabaseError(.failed, cause: "a suspension cannot be read")
            }
            found.append(id)
        }
        return (found, all)
    }

    /// Returns the number of suspended users.
    public func countSuspended(of organization: OrganizationID) async throws(DatabaseError) -> Int {
        try await database.read { transaction throws(DatabaseError) in
            try transaction.first(
                "SELECT count(*) FROM suspension WHERE organization = $1", .text(organization.text)
            ) { row throws(DatabaseError) in row.integer(0) } ?? 0
        }
    }
}
