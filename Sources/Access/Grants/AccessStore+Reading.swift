public import ClaimMapping
public import Databases
public import Identities
public import Policy
internal import Statements
internal import Time

extension AccessStore {
    static let grantColumns = "id, organization, issuer, subject, email, role, source, created_at"

    /// - Parameter organization: nil for all.
    public static func grants(
        _ organization: OrganizationID?, _ transaction: Transaction
    ) throws(DatabaseError) -> [Grant] {
        try grants(organization.map { RowSelection([$0]) } ?? RowSelection.all, transaction)
    }

    static func grants(_ selection: RowSelection, _ transaction: Transaction) throws(DatabaseError) -> [Grant] {
        try transaction.all(
            "SELECT \(grantColumns) FROM access_grant \(selection.condition) ORDER BY organization, created_at, id",
            selection.values, read: grant)
    }

    static func grant(_ id: String, _ transaction: Transaction) throws(DatabaseError) -> Grant? {
        try transaction.first("SELECT \(grantColumns) FROM access_grant WHERE id = $1", .text(id), read: grant)
    }

    /// Returns the grants of one identity in an organization.
    package static func grants(
        of identity: Identity, in organization: OrganizationID, _ transaction: Transaction
    ) throws(DatabaseError) -> [Grant] {
        try transaction.all(
            """
            SELECT \(grantColumns) FROM access_grant WHERE organization = $1 AND issuer = $2 AND subject = $3
            ORDER BY created_at, id
            """, .text(organization.text), .text(identity.issuer.text), .text(identity.subject.text), read: grant)
    }

    static func grants(
        of id: IdentityID, in organization: OrganizationID, _ transaction: Transaction
    ) throws(DatabaseError) -> [Grant] {
        try transaction.all(
            """
            SELECT \(grantColumns) FROM access_grant WHERE organization = $1 AND identity = $2
            ORDER BY created_at, id
            """, .text(organization.text), .text(id.text), read: grant)
    }

    static func grant(_ row: Row) throws(DatabaseError) -> Grant {
        guard let organization = OrganizationID(row.text(1)), let role = Role(rawValue: row.text(5)),
            let source = Grant.Source(rawValue: row.text(6))
        else { throw DatabaseError(.failed, cause: "a grant cannot be read") }
        return Grant(
            id: row.text(0), organization: organization, identity: identity(row, 2, 3), email: email(row, 4),
            role: role,
            source: source, createdAt: Timestamp(seconds: Int64(row.integer(7))))
    }

    /// - Parameter organization: nil for all.
    public static func suspensions(
        _ organization: OrganizationID?, _ transaction: Transaction
    ) throws(DatabaseError) -> [Suspension] {
        try suspensions(organization.map { RowSelection([$0]) } ?? RowSelection.all, transaction)
    }

    static func suspensions(
        _ selection: RowSelection, _ transaction: Transaction
    ) throws(DatabaseError) -> [Suspension] {
        var emails: [SuspensionKey: Set<EmailAddress>] = [:]
        try transaction.each(
            "SELECT organization, identity, email FROM suspension_email \(selection.condition)", selection.values
        ) { row throws(DatabaseError) in
            emails[try SuspensionKey(row), default: []].insert(EmailAddress(row.text(2)))
        }
        return try transaction.all(
            """
            SELECT \(suspensionColumns) FROM suspension \(selection.condition)
            ORDER BY organization, created_at, identity
            """, selection.values
        ) { row throws(DatabaseError) in
            try suspension(row, emails: emails[try SuspensionKey(row)] ?? [])
        }
    }

    /// Returns the suspension of an identity, or nil if it is not suspended.
    package static func suspension(
        of id: IdentityID, in organization: OrganizationID, _ transaction: Transaction
    ) throws(DatabaseError) -> Suspension? {
        var emails: Set<EmailAddress> = []
        try transaction.each(
            "SELECT email FROM suspension_email WHERE organization = $1 AND identity = $2", .text(organization.text),
            .text(id.text)
        ) { row throws(DatabaseError) in emails.insert(EmailAddress(row.text(0))) }
        return try transaction.first(
            """
            SELECT \(suspensionColumns) FROM suspension
            WHERE organization = $1 AND identity = $2
            """, .text(organization.text), .text(id.text)
        ) { row throws(DatabaseError) in try suspension(row, emails: emails) }
    }

    private static let suspensionColumns =
        "organization, identity, issuer, subject, created_at, reason, suspended_by"

    /// The key of a row of `suspension`, in its first two columns.
    private struct SuspensionKey: Hashable {
        let organization: OrganizationID
        let id: IdentityID

        init(_ row: Row) throws(DatabaseError) {
            guard let organization = OrganizationID(row.text(0)), let id = IdentityID(row.text(1)) else {
                throw DatabaseError(.failed, cause: "a suspension cannot be read")
            }
            self.organization = organization
            self.id = id
        }
    }

    private static func suspension(_ row: Row, emails: Set<EmailAddress>) throws(DatabaseError) -> Suspension {
        let key = try SuspensionKey(row)
        return Suspension(
            organization: key.organization, id: key.id, identity: identity(row, 2, 3), emails: emails,
            createdAt: Timestamp(seconds: Int64(row.integer(4))), reason: row.optionalText(5),
            suspendedBy: row.optionalText(6).flatMap { IdentityID($0) })
    }

    /// Returns true if an organization suspended an identity or its verified address.
    public static func isSuspended(
        _ id: IdentityID, _ verifiedEmail: EmailAddress?, in organization: OrganizationID, _ transaction: Transaction
    ) throws(DatabaseError) -> Bool {
        try transaction.first(
            """
            SELECT 1 FROM suspension WHERE organization = $1 AND identity = $2
            UNION ALL SELECT 1 FROM suspension_email WHERE organization = $1 AND email = $3
            """, .text(organization.text), .text(id.text), .text(verifiedEmail?.text ?? "")
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

    /// Returns the rules that an organization's managers added, ordered by their rank among themselves.
    public static func mappings(
        of organization: OrganizationID, _ transaction: Transaction
    ) throws(DatabaseError) -> [Mapping] {
        try mappings(RowSelection([organization]), transaction)[organization] ?? []
    }

    /// Returns the rules that managers added, by organization, ordered by their rank among themselves.
    static func mappings(
        _ selection: RowSelection, _ transaction: Transaction
    ) throws(DatabaseError) -> [OrganizationID: [Mapping]] {
        var found: [OrganizationID: [Mapping]] = [:]
        try transaction.each(
            """
            SELECT organization, id, rank, claim_name, match, claim_value, role, split FROM claim_mapping
            \(selection.condition) ORDER BY organization, rank
            """, selection.values
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

/// The rows of some organizations, or of all.
struct RowSelection {
    /// All rows.
    static let all = RowSelection(condition: "", values: [])

    /// A condition that begins with WHERE, or nothing.
    let condition: String
    let values: [SQLValue]

    private init(condition: String, values: [SQLValue]) {
        (self.condition, self.values) = (condition, values)
    }

    private init(_ columns: String, _ list: ValueList) {
        self.init(condition: "WHERE \(columns) IN (VALUES \(list.places))", values: list.values)
    }

    /// The rows of organizations, at least one and at most ``Statements/ValueList/most``.
    init(_ organizations: [OrganizationID]) {
        self.init("organization", ValueList(organizations.map { [.text($0.text)] }))
    }

    /// The rows of users in organizations, at least one and at most ``Statements/ValueList/most``.
    init(_ users: [OrganizationUser]) {
        self.init(
            "(organization, issuer, subject)",
            ValueList(
                users.map { user in
                    [.text(user.organization.text), .text(user.user.issuer.text), .text(user.user.subject.text)]
                }))
    }
}
