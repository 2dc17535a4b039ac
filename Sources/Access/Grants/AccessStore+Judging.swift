public import ClaimMapping
internal import Cryptography
public import Databases
public import Identities
internal import Snapshots
internal import Time

// Mapped roles of users who signed in are stored with them. After a change of rules or settings they are evaluated
// again here, in batches. Each batch takes a few milliseconds of a read transaction and of a write transaction. Until
// then, a caller that needs one of them evaluates it directly.
extension AccessStore {
    private static let batch = 100

    /// Evaluates the claims of every seen user in an organization whose stored access was computed under other rules.
    ///
    /// - Returns: the tag of the rules under which all users are now evaluated; nil if the organization is not
    ///   configured.
    @discardableResult
    public func judgePeople(
        of organization: OrganizationID, by rules: PeopleRules
    ) async throws(DatabaseError) -> RulesTag? {
        while true {
            let rows = snapshots.read().value.mappings(of: organization)
            guard let tag = rules.tag(organization, rows) else { return nil }
            let judged = try await database.read { transaction throws(DatabaseError) in
                try AccessStore.judge(organization, under: rows, tag, by: rules, transaction)
            }
            guard !judged.isEmpty else { return tag }
            try await database.write { transaction throws(DatabaseError) in
                try AccessStore.keep(judged, transaction)
            }
        }
    }

    /// Blocking variant of `judgePeople`, for command-line use.
    func judgePeopleBlocking(of organization: OrganizationID, by rules: PeopleRules) throws(DatabaseError) {
        while true {
            let rows = snapshots.read().value.mappings(of: organization)
            guard let tag = rules.tag(organization, rows) else { return }
            let judged = try database.readBlocking { transaction throws(DatabaseError) in
                try AccessStore.judge(organization, under: rows, tag, by: rules, transaction)
            }
            guard !judged.isEmpty else { return }
            try database.writeBlocking { transaction throws(DatabaseError) in
                try AccessStore.keep(judged, transaction)
            }
        }
    }

    private struct Judged: Sendable {
        let person: PersonSeen
        let access: SeenAccess
    }

    private static func judge(
        _ organization: OrganizationID, under rows: MappingRows, _ tag: RulesTag, by rules: PeopleRules,
        _ transaction: Transaction
    ) throws(DatabaseError) -> [Judged] {
        let people = try transaction.all(
            "SELECT \(personColumns) FROM person_seen WHERE \(isOutdated) LIMIT $3", .text(organization.text),
            .text(tag.text), .integer(batch)
        ) { row throws(DatabaseError) in try person(row, organization) }
        return people.compactMap { person in
            rules.judge(person, rows).map { Judged(person: person, access: $0) }
        }
    }

    /// SQL condition: a row of `person_seen` was evaluated under other rules. `$1` is the organization, `$2` the tag of
    /// the rules.
    static let isOutdated = "(organization = $1 AND rules < $2 OR organization = $1 AND rules > $2)"

    /// Stores evaluations. A user who signed in meanwhile is skipped, because the sign-in stored a newer evaluation.
    private static func keep(_ judged: [Judged], _ transaction: Transaction) throws(DatabaseError) {
        let update = try transaction.prepare(
            """
            UPDATE person_seen SET rules = $4, mapped_role = $5, mapped_by = $6, mapped_email = $7
            WHERE organization = $1 AND identity = $2 AND seen_at = $3 AND rules = $8
            """)
        for item in judged {
            let (person, access) = (item.person, item.access)
            try update.run(
                .text(person.organization.text), .text(person.identity.text), .integer(person.seenAt.seconds),
                .text(access.rules.text), .text(orNull: access.role?.rawValue), .text(orNull: access.mapping),
                .text(orNull: access.verifiedEmail), .text(person.access?.rules.text ?? ""))
        }
    }

    // MARK: Grants of earlier versions

    /// Computes the identity ids of grants that earlier versions stored without one. Blocks: for start-up.
    func completeGrants() throws(DatabaseError) {
        while true {
            let found = try database.readBlocking { transaction throws(DatabaseError) in
                try transaction.all(
                    "SELECT id, issuer, subject FROM access_grant WHERE identity = '' LIMIT $1",
                    .integer(AccessStore.batch)
                ) { row throws(DatabaseError) in (id: row.text(0), issuer: row.text(1), subject: row.text(2)) }
            }
            guard !found.isEmpty else { return }
            try database.writeBlocking { transaction throws(DatabaseError) in
                for grant in found {
                    try transaction.execute(
                        "UPDATE access_grant SET identity = $2 WHERE id = $1", .text(grant.id),
                        .text(try AccessStore.identity(grant.issuer, grant.subject).text))
                }
            }
        }
    }

    static func identity(_ issuer: String, _ subject: String) throws(DatabaseError) -> IdentityID {
        do throws(CryptographyError) {
            return try IdentityID(Identity(issuer: Issuer(issuer), subject: Subject(subject)))
        } catch {
            throw DatabaseError(.failed, cause: "no digest: \(error)")
        }
    }
}
