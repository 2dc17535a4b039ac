internal import ClaimMapping
public import Databases
public import Identities
internal import Policy
internal import Time

extension AccessStore {
    /// Stores a sign-in in place of the user's previous one; for the transaction of the sign-in.
    public static func note(_ signIn: LastSignIn, _ transaction: Transaction) throws(DatabaseError) {
        let texts = signIn.texts
        try transaction.execute(
            """
            INSERT INTO person_seen
                (organization, identity, issuer, subject, provider, verified_email, email, seen_at, claims,
                    rules, mapped_role, mapped_by, mapped_email, name, sort, search)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)
            ON CONFLICT (organization, identity) DO UPDATE SET
                provider = excluded.provider, verified_email = excluded.verified_email, email = excluded.email,
                seen_at = excluded.seen_at, claims = excluded.claims, rules = excluded.rules,
                mapped_role = excluded.mapped_role, mapped_by = excluded.mapped_by,
                mapped_email = excluded.mapped_email, name = excluded.name, sort = excluded.sort,
                search = excluded.search
            """, .text(signIn.organization.text), .text(signIn.id.text), .text(signIn.identity.issuer.text),
            .text(signIn.identity.subject.text), .text(signIn.provider.text),
            .text(orNull: signIn.verifiedEmail?.text), .text(orNull: signIn.email?.spelling),
            .integer(signIn.seenAt.seconds), .blob(signIn.claims), .text(signIn.access?.rules.text ?? ""),
            .text(orNull: signIn.access?.role?.rawValue), .text(orNull: signIn.access?.mapping),
            .text(orNull: signIn.access?.verifiedEmail?.text), .text(orNull: signIn.fullName), .text(texts.sort),
            .text(texts.search))
    }

    /// Returns a batch of an organization's last sign-ins, ordered by identity id.
    ///
    /// - Parameters:
    ///   - after: the last user of the previous batch.
    ///   - limit: the maximum number of users.
    public static func signIns(
        _ organization: OrganizationID, after: IdentityID?, limit: Int, _ transaction: Transaction
    ) throws(DatabaseError) -> [LastSignIn] {
        try transaction.all(
            """
            SELECT \(signInColumns) FROM person_seen WHERE organization = $1 AND identity > $2
            ORDER BY identity LIMIT $3
            """, .text(organization.text), .text(after?.text ?? ""), .integer(limit)
        ) { row throws(DatabaseError) in try signIn(row, organization) }
    }

    /// Returns the last sign-in of an identity, or nil if there is none.
    public static func signIn(
        of id: IdentityID, in organization: OrganizationID, _ transaction: Transaction
    ) throws(DatabaseError) -> LastSignIn? {
        try transaction.first(
            "SELECT \(signInColumns) FROM person_seen WHERE organization = $1 AND identity = $2",
            .text(organization.text), .text(id.text)
        ) { row throws(DatabaseError) in try signIn(row, organization) }
    }

    /// Returns an identity that the organization knows by a sign-in or a grant, or nil if there is neither.
    public static func known(
        _ id: IdentityID, in organization: OrganizationID, _ transaction: Transaction
    ) throws(DatabaseError) -> KnownIdentity? {
        let signIn = try signIn(of: id, in: organization, transaction)
        var name = signIn?.identity
        if name == nil {
            name = try transaction.first(
                "SELECT issuer, subject FROM access_grant WHERE organization = $1 AND identity = $2 LIMIT 1",
                .text(organization.text), .text(id.text)
            ) { row throws(DatabaseError) in identity(row, 0, 1) }
        }
        guard let name else { return nil }
        let grants = try grants(of: name, in: organization, transaction)
        // The address of an accepted invitation was verified at acceptance.
        let emails = [signIn?.verifiedEmail].compactMap { $0 } + grants.compactMap(\.email)
        return KnownIdentity(identity: name, verifiedEmails: Set(emails), signIn: signIn, grants: grants)
    }

    package static let signInColumns =
        """
        identity, issuer, subject, provider, verified_email, email, seen_at, claims, rules, mapped_role, mapped_by,
        mapped_email, name
        """

    package static func signIn(_ row: Row, _ organization: OrganizationID) throws(DatabaseError) -> LastSignIn {
        guard let id = IdentityID(row.text(0)), let provider = ProviderID(row.text(3)) else {
            throw DatabaseError(.failed, cause: "a last sign-in cannot be read")
        }
        let rules = row.text(8)
        let access =
            rules.isEmpty
            ? nil
            : EarnedAccess(
                rules: RulesTag(rules), role: row.optionalText(9).flatMap(Role.init), mapping: row.optionalText(10),
                verifiedEmail: email(row, 11))
        return LastSignIn(
            organization: organization, id: id, identity: identity(row, 1, 2), provider: provider,
            verifiedEmail: email(row, 4), email: email(row, 5), seenAt: Timestamp(seconds: Int64(row.integer(6))),
            claims: row.blob(7), access: access, fullName: row.optionalText(12))
    }

    /// Reads an identity from two columns.
    static func identity(_ row: Row, _ issuer: Int, _ subject: Int) -> Identity {
        Identity(issuer: Issuer(row.text(issuer)), subject: Subject(row.text(subject)))
    }

    /// Reads an address that may be null.
    static func email(_ row: Row, _ column: Int) -> EmailAddress? {
        row.optionalText(column).map { EmailAddress($0) }
    }
}
