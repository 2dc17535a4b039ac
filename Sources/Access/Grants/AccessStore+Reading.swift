public import ClaimMapping
public import Databases
public import Identities
internal import Text
internal import Time

extension AccessStore {
    static let grantColumns = "id, organization, issuer, subject, email, role, source, created_at"

    /// - Parameter organization: nil for all.
    public static func grants(
        _ organization: OrganizationID?, _ transaction: Transaction
    ) throws(DatabaseError) -> [Grant] {
        try transaction.all(
            """
            SELECT \(grantColumns) FROM access_grant WHERE $1 = '' OR organization = $1
            ORDER BY organization, created_at, id
            """, .text(organization?.text ?? ""), read: grant)
    }

    static func grant(_ id: String, _ transaction: Transaction) throws(DatabaseError) -> Grant? {
        try transaction.first("SELECT \(grantColumns) FROM access_grant WHERE id = $1", .text(id), read: grant)
    }

    /// Returns the grants of one identity in an organization.
    static func grants(
        of issuer: String, _ subject: String, in organization: OrganizationID, _ transaction: Transaction
    ) throws(DatabaseError) -> [Grant] {
        try transaction.all(
            """
            SELECT \(grantColumns) FROM access_grant WHERE organization = $1 AND issuer = $2 AND subject = $3
            ORDER BY created_at, id
            """, .text(organization.text), .text(issuer), .text(subject), read: grant)
    }

    static func grants(
        of identity: IdentityID, in organization: OrganizationID, _ transaction: Transaction
    ) throws(DatabaseError) -> [Grant] {
        try transaction.all(
            """
            SELECT \(grantColumns) FROM access_grant WHERE organization = $1 AND identity = $2
            ORDER BY created_at, id
            """, .text(organization.text), .text(identity.text), read: grant)
    }

    static func grant(_ row: Row) throws(DatabaseError) -> Grant {
        guard let organization = OrganizationID(row.text(1)), let role = Role(rawValue: row.text(5)),
            let source = Grant.Source(rawValue: row.text(6))
        else { throw DatabaseError(.failed, cause: "a grant cannot be read") }
        return Grant(
            id: row.text(0), organization: organization, issuer: row.text(2), subject: row.text(3),
            email: row.optionalText(4), role: role, source: source,
            createdAt: Timestamp(seconds: Int64(row.integer(7))))
    }

    /// - Parameter organization: nil for all.
    public static func suspensions(
        _ organization: OrganizationID?, _ transaction: Transaction
    ) throws(DatabaseError) -> [Suspension] {
        var emails: [[String]: Set<ExactText>] = [:]
        try transaction.each(
            "SELECT organization, identity, email FROM suspension_email WHERE $1 = '' OR organization = $1",
            .text(organization?.text ?? "")
        ) { row throws(DatabaseError) in emails[[row.text(0), row.text(1)], default: []].insert(ExactText(row.text(2)))
        }
        return try transaction.all(
            """
            SELECT organization, identity, issuer, subject, created_at FROM suspension
            WHERE $1 = '' OR organization = $1 ORDER BY organization, created_at, identity
            """, .text(organization?.text ?? "")
        ) { row throws(DatabaseError) in
            try suspension(row, emails: emails[[row.text(0), row.text(1)]] ?? [])
        }
    }

    /// Returns the suspension of an identity, or nil if it is not suspended.
    static func suspension(
        of identity: String, in organization: OrganizationID, _ transaction: Transaction
    ) throws(DatabaseError) -> Suspension? {
        var emails: Set<ExactText> = []
        try transaction.each(
            "SELECT email FROM suspension_email WHERE organization = $1 AND identity = $2", .text(organization.text),
            .text(identity)
        ) { row throws(DatabaseError) in emails.insert(ExactText(row.text(0))) }
        return try transaction.first(
            """
            SELECT organization, identity, issuer, subject, created_at FROM suspension
            WHERE organization = $1 AND identity = $2
            """, .text(organization.text), .text(identity)
        ) { row throws(DatabaseError) in try suspension(row, emails: emails) }
    }

    private static func suspension(_ row: Row, emails: Set<ExactText>) throws(DatabaseError) -> Suspension {
        guard let organization = OrganizationID(row.text(0)), let identity = IdentityID(row.text(1)) else {
            throw DatabaseError(.failed, cause: "a suspension cannot be read")
        }
        return Suspension(
            organization: organization, identity: identity, issuer: row.text(2), subject: row.text(3),
            emails: emails, createdAt: Timestamp(seconds: Int64(row.integer(4))))
    }

    /// Returns true if an organization suspended an identity or its verified address.
    static func isSuspended(
        _ issuer: String, _ subject: String, _ verifiedEmail: String?, in organization: OrganizationID,
        _ transaction: Transaction
    ) throws(DatabaseError) -> Bool {
        try isSuspended(try identity(issuer, subject), verifiedEmail, in: organization, transaction)
    }

    static func isSuspended(
        _ identity: IdentityID, _ verifiedEmail: String?, in organization: OrganizationID, _ transaction: Transaction
    ) throws(DatabaseError) -> Bool {
        try transaction.first(
            """
            SELECT 1 FROM suspension WHERE organization = $1 AND identity = $2
            UNION ALL SELECT 1 FROM suspension_email WHERE organization = $1 AND email = $3
            """, .text(organization.text), .text(identity.text), .text(verifiedEmail ?? "")
        ) { _ throws(DatabaseError) in true } ?? false
    }

    /// Returns true if an organization has suspended addresses.
    static func suspendsAddresses(
        in organization: OrganizationID, _ transaction: Transaction
    ) throws(DatabaseError) -> Bool {
        try transaction.first(
            "SELECT 1 FROM suspension_email WHERE organization = $1 LIMIT 1", .text(organization.text)
        ) { _ throws(DatabaseError) in true } ?? false
    }

    /// Returns the rules that managers added, by organization, ordered by their rank among themselves.
    ///
    /// - Parameter organization: nil for all.
    public static func mappings(
        _ organization: OrganizationID?, _ transaction: Transaction
    ) throws(DatabaseError) -> [OrganizationID: [Mapping]] {
        var found: [OrganizationID: [Mapping]] = [:]
        try transaction.each(
            """
            SELECT organization, id, rank, claim_name, match, claim_value, role, split FROM claim_mapping
            WHERE $1 = '' OR organization = $1 ORDER BY organization, rank
            """, .text(organization?.text ?? "")
        ) { row throws(DatabaseError) in
            guard let organization = OrganizationID(row.text(0)), let match = Match(rawValue: row.text(4)),
                let role = Role(rawValue: row.text(6))
            else { throw DatabaseError(.failed, cause: "a claim mapping cannot be read") }
            found[organization, default: []].append(
                Mapping(
                    id: row.text(1), rank: row.integer(2), claimName: row.text(3), match: match,
                    claimValue: row.text(5), split: row.optionalText(7).flatMap(Mapping.separator), role: role))
        }
        return found
    }
}
