public import ClaimMapping
internal import Cryptography
public import Databases
public import Identities
internal import Policy
internal import Snapshots
internal import Time
internal import Tokens

// Mapped roles of users who signed in are stored with them. After a change of rules or settings they are evaluated
// again here, in batches. Each batch takes a few milliseconds of a read transaction and of a write transaction. Until
// then, a caller that needs one of them evaluates it directly.
extension AccessStore {
    static let batch = 100

    /// Evaluates the claims of every user of an organization whose stored access was computed under other rules than
    /// those in force.
    ///
    /// - Returns: the tag of the rules under which all users are now evaluated; nil if the organization is not
    ///   configured.
    @discardableResult
    public func evaluateUsers(of organization: OrganizationID) async throws(DatabaseError) -> RulesTag? {
        try await evaluate(organization).tag
    }

    /// Variant of ``evaluateUsers(of:)`` that also returns the number of users whose claims were opened.
    func evaluate(_ organization: OrganizationID) async throws(DatabaseError) -> (tag: RulesTag?, count: Int) {
        var count = 0
        while true {
            let settings = settings.read().value
            let stored = snapshots.read().value.mappings(of: organization)
            guard let tag = settings.rules.tag(of: organization, with: stored) else { return (nil, count) }
            let evaluated = try await database.read { transaction throws(DatabaseError) in
                try AccessStore.outdated(organization, tag, transaction).compactMap {
                    settings.evaluated($0, with: stored)
                }
            }
            guard !evaluated.isEmpty else { return (tag, count) }
            count += evaluated.count
            try await database.write { transaction throws(DatabaseError) in
                try AccessStore.keep(evaluated, transaction)
            }
        }
    }

    private static func outdated(
        _ organization: OrganizationID, _ tag: RulesTag, _ transaction: Transaction
    ) throws(DatabaseError) -> [LastSignIn] {
        try transaction.all(
            """
            SELECT \(signInColumns) FROM person_seen
            WHERE \(isOutdated) OR organization = $1 AND sort = '' LIMIT $3
            """, .text(organization.text),
            .text(tag.text), .integer(batch)
        ) { row throws(DatabaseError) in try signIn(row, organization) }
    }

    /// SQL condition: a row of `person_seen` was evaluated under other rules. `$1` is the organization, `$2` the tag of
    /// the rules.
    package static let isOutdated = "(organization = $1 AND rules < $2 OR organization = $1 AND rules > $2)"

    /// Stores evaluations. A user who signed in since then is skipped, because the sign-in stored a newer evaluation.
    static func keep(_ evaluated: [EvaluatedSignIn], _ transaction: Transaction) throws(DatabaseError) {
        let update = try transaction.prepare(
            """
            UPDATE person_seen SET rules = $4, mapped_role = $5, mapped_by = $6, mapped_email = $7, name = $9,
                sort = $10, search = $11
            WHERE organization = $1 AND identity = $2 AND claims = $3 AND rules = $8
            """)
        for item in evaluated {
            let (signIn, access) = (item.signIn, item.access)
            let texts = PersonTexts(
                name: item.fullName, email: signIn.email, subject: signIn.identity.subject, id: signIn.id)
            try update.run(
                .text(signIn.organization.text), .text(signIn.id.text), .blob(signIn.claims),
                .text(access.rules.text), .text(orNull: access.role?.rawValue), .text(orNull: access.mapping),
                .text(orNull: access.verifiedEmail?.text), .text(signIn.access?.rules.text ?? ""),
                .text(orNull: item.fullName), .text(texts.sort), .text(texts.search))
        }
    }

    // MARK: Grants of earlier versions

    /// Computes the identity ids and texts of grants that earlier versions stored without them. Blocks: for start-up.
    func completeGrants() throws(DatabaseError) {
        while true {
            let found = try database.readBlocking { transaction throws(DatabaseError) in
                try transaction.all(
                    "SELECT id, issuer, subject, email FROM access_grant WHERE identity = '' OR sort = '' LIMIT $1",
                    .integer(AccessStore.batch)
                ) { row throws(DatabaseError) in
                    (id: row.text(0), identity: AccessStore.identity(row, 1, 2), email: AccessStore.email(row, 3))
                }
            }
            guard !found.isEmpty else { return }
            try database.writeBlocking { transaction throws(DatabaseError) in
                for grant in found {
                    let id = try AccessStore.id(of: grant.identity)
                    let texts = PersonTexts(name: nil, email: grant.email, subject: grant.identity.subject, id: id)
                    try transaction.execute(
                        "UPDATE access_grant SET identity = $2, sort = $3, search = $4 WHERE id = $1", .text(grant.id),
                        .text(id.text), .text(texts.sort), .text(texts.search))
                }
            }
        }
    }

    /// Computes the id of an identity.
    public static func id(of identity: Identity) throws(DatabaseError) -> IdentityID {
        do throws(CryptographyError) {
            return try IdentityID(identity)
        } catch {
            throw DatabaseError(.failed, cause: "no digest: \(error)")
        }
    }
}

/// A sign-in with the access that its claims earn under the rules in force.
struct EvaluatedSignIn: Sendable {
    let signIn: LastSignIn
    let access: EarnedAccess
    let fullName: String?
}

extension AccessSettings {
    /// Evaluates a sign-in to be stored. Returns nil if the organization is not configured.
    func evaluated(_ signIn: LastSignIn, with stored: PreparedRules) -> EvaluatedSignIn? {
        let claims = claims(of: signIn)
        let name = claims.map(\.payload.shownName) ?? signIn.fullName
        return evaluate(signIn, of: claims, with: stored).map {
            EvaluatedSignIn(signIn: signIn, access: $0, fullName: name)
        }
    }
}
