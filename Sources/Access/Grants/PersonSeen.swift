internal import ClaimMapping
public import Databases
public import Identities
public import Text
public import Time

/// A user who signed in with a role in an organization, or to accept an invitation to it, and the claims of that
/// sign-in.
public struct PersonSeen: Sendable {
    public let organization: OrganizationID
    public let identity: IdentityID
    public let issuer: String
    public let subject: String
    /// The name of the provider in the configuration.
    public let provider: String
    /// The verified address in lower case; nil if there is none.
    public let verifiedEmail: String?
    /// The address as the provider sent it.
    public let email: String?
    public let seenAt: Timestamp
    /// The claims of the sign-in, sealed for ``owner(of:)``.
    public let claims: [UInt8]
    /// The access that the claims earned at their last evaluation; nil if they were not evaluated yet.
    public let access: SeenAccess?

    public init(
        organization: OrganizationID, identity: IdentityID, issuer: String, subject: String, provider: String,
        verifiedEmail: String?, email: String?, seenAt: Timestamp, claims: [UInt8], access: SeenAccess?
    ) {
        self.organization = organization
        self.identity = identity
        self.issuer = issuer
        self.subject = subject
        self.provider = provider
        self.verifiedEmail = verifiedEmail
        self.email = email
        self.seenAt = seenAt
        self.claims = claims
        self.access = access
    }

    /// Returns the context in which a user's claims are sealed.
    public static func owner(of identity: IdentityID) -> [UInt8] { Array("person \(identity.text)".utf8) }
}

/// The stored knowledge of an organization about one identity.
public struct KnownIdentity: Sendable {
    public let issuer: String
    public let subject: String
    /// Verified addresses, in lower case.
    public let verifiedEmails: Set<ExactText>
    /// The last sign-in; nil if the identity has not signed in yet.
    public let person: PersonSeen?
    public let grants: [Grant]
}

extension AccessStore {
    /// Stores a sign-in in place of the user's previous one; for the transaction of the sign-in.
    public static func note(_ person: PersonSeen, _ transaction: Transaction) throws(DatabaseError) {
        try transaction.execute(
            """
            INSERT INTO person_seen
                (organization, identity, issuer, subject, provider, verified_email, email, seen_at, claims,
                    rules, mapped_role, mapped_by, mapped_email)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
            ON CONFLICT (organization, identity) DO UPDATE SET
                provider = excluded.provider, verified_email = excluded.verified_email, email = excluded.email,
                seen_at = excluded.seen_at, claims = excluded.claims, rules = excluded.rules,
                mapped_role = excluded.mapped_role, mapped_by = excluded.mapped_by,
                mapped_email = excluded.mapped_email
            """, .text(person.organization.text), .text(person.identity.text), .text(person.issuer),
            .text(person.subject), .text(person.provider), .text(orNull: person.verifiedEmail),
            .text(orNull: person.email), .integer(person.seenAt.seconds), .blob(person.claims),
            .text(person.access?.rules.text ?? ""), .text(orNull: person.access?.role?.rawValue),
            .text(orNull: person.access?.mapping), .text(orNull: person.access?.verifiedEmail))
    }

    /// Returns a batch of users who were seen in an organization, ordered by id.
    ///
    /// - Parameters:
    ///   - after: the last user of the previous batch.
    ///   - limit: the maximum number of users.
    public static func people(
        _ organization: OrganizationID, after: IdentityID?, limit: Int, _ transaction: Transaction
    ) throws(DatabaseError) -> [PersonSeen] {
        try transaction.all(
            """
            SELECT \(personColumns) FROM person_seen WHERE organization = $1 AND identity > $2
            ORDER BY identity LIMIT $3
            """, .text(organization.text), .text(after?.text ?? ""), .integer(limit)
        ) { row throws(DatabaseError) in try person(row, organization) }
    }

    /// Returns one seen user, or nil if the identity was not seen.
    public static func person(
        _ identity: IdentityID, in organization: OrganizationID, _ transaction: Transaction
    ) throws(DatabaseError) -> PersonSeen? {
        try transaction.first(
            "SELECT \(personColumns) FROM person_seen WHERE organization = $1 AND identity = $2",
            .text(organization.text), .text(identity.text)
        ) { row throws(DatabaseError) in try person(row, organization) }
    }

    /// Returns an identity that the organization knows by a sign-in or a grant, or nil if there is neither.
    public static func known(
        _ identity: IdentityID, in organization: OrganizationID, _ transaction: Transaction
    ) throws(DatabaseError) -> KnownIdentity? {
        let person = try person(identity, in: organization, transaction)
        var name = person.map { (issuer: $0.issuer, subject: $0.subject) }
        if name == nil {
            name = try transaction.first(
                "SELECT issuer, subject FROM access_grant WHERE organization = $1 AND identity = $2",
                .text(organization.text), .text(identity.text)
            ) { row throws(DatabaseError) in (issuer: row.text(0), subject: row.text(1)) }
        }
        guard let name else { return nil }
        let grants = try grants(of: name.issuer, name.subject, in: organization, transaction)
        // The address of an accepted invitation was verified at acceptance.
        let emails = [person?.verifiedEmail].compactMap { $0 } + grants.compactMap(\.email)
        return KnownIdentity(
            issuer: name.issuer, subject: name.subject, verifiedEmails: Set(emails.map(ExactText.init(_:))),
            person: person,
            grants: grants)
    }

    static let personColumns =
        """
        identity, issuer, subject, provider, verified_email, email, seen_at, claims, rules, mapped_role, mapped_by,
        mapped_email
        """

    static func person(_ row: Row, _ organization: OrganizationID) throws(DatabaseError) -> PersonSeen {
        guard let identity = IdentityID(row.text(0)) else {
            throw DatabaseError(.failed, cause: "a person cannot be read")
        }
        let rules = row.text(8)
        let access =
            rules.isEmpty
            ? nil
            : SeenAccess(
                rules: RulesTag(rules), role: row.optionalText(9).flatMap(Role.init), mapping: row.optionalText(10),
                verifiedEmail: row.optionalText(11))
        return PersonSeen(
            organization: organization, identity: identity, issuer: row.text(1), subject: row.text(2),
            provider: row.text(3), verifiedEmail: row.optionalText(4), email: row.optionalText(5),
            seenAt: Timestamp(seconds: Int64(row.integer(6))), claims: row.blob(7), access: access)
    }
}
