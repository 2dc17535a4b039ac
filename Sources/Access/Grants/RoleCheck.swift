internal import ClaimMapping
public import Databases
public import Identities
internal import Policy
internal import Snapshots
internal import Synchronization
internal import Threads

/// The check of whether users have a role in one organization, by the rules in force when it was made.
public struct RoleCheck: Sendable {
    /// What was evaluated during the check, so that it can be stored.
    final class Evaluations: Sendable {
        let found = Mutex<[EvaluatedSignIn]>([])
    }

    let reading: MemberReading
    let evaluations = Evaluations()

    /// Returns true if a grant gives the identity a role, or if the claims of its last sign-in do. What is not known, such
    /// as claims that cannot be opened, gives none. A suspension is not looked at: the role returns when it ends.
    public func isPositive(for identity: Identity, _ transaction: Transaction) throws(DatabaseError) -> Bool {
        let (id, organization) = (try AccessStore.id(of: identity), reading.organization)
        // A row without a stored answer under the rules in force is evaluated below; most rows have one.
        let found = try transaction.first(
            """
            SELECT CASE WHEN EXISTS (SELECT 1 FROM access_grant WHERE organization = $1 AND identity = $2)
                    THEN 1 ELSE 0 END,
                (SELECT CASE WHEN rules <> $3 THEN 2 WHEN mapped_role IS NOT NULL THEN 1 ELSE 0 END FROM person_seen
                WHERE organization = $1 AND identity = $2)
            """, .text(organization.text), .text(id.text), .text(reading.tag?.text ?? "-")
        ) { row throws(DatabaseError) in (isGranted: row.integer(0) == 1, answer: row.optionalInteger(1)) }
        if found?.isGranted == true, reading.settings.rules.lists(issuer: identity.issuer, in: organization) {
            return true
        }
        guard found?.answer == 2, let signIn = try AccessStore.signIn(of: id, in: organization, transaction) else {
            return found?.answer == 1
        }
        guard let evaluated = reading.settings.evaluated(signIn, with: reading.stored) else { return false }
        evaluations.found.withLock { $0.append(evaluated) }
        return evaluated.access.role != nil
    }
}

extension AccessStore {
    /// Makes the check of roles in an organization.
    public func roleCheck(of organization: OrganizationID) -> RoleCheck {
        RoleCheck(reading: reading(of: organization, under: settings.read().value))
    }

    /// Stores what a check evaluated, so that the next one does not open the same claims again. A store that takes no
    /// writes leaves the claims to the next check.
    ///
    /// - Returns: the number of users who were evaluated.
    @discardableResult
    public func keepEvaluations(of check: RoleCheck) async -> Int {
        let found = check.evaluations.found.withLock { found in
            defer { found = [] }
            return found
        }
        for start in stride(from: 0, to: found.count, by: AccessStore.batch) {
            let batch = Array(found[start..<min(start + AccessStore.batch, found.count)])
            try? await database.write { transaction throws(DatabaseError) in
                try AccessStore.keep(batch, transaction)
            }
        }
        return found.count
    }

    /// Stores what a check evaluated, and returns at once: a view does not wait for the writer. While the evaluations
    /// of one check are stored, those of others are left to the next checks.
    public func keepEvaluationsLater(of check: RoleCheck) {
        guard !check.evaluations.found.withLock({ $0.isEmpty }) else { return }
        keeping.withLock { task in
            guard task == nil else { return }
            task = Task.inBackground { [self] in
                await keepEvaluations(of: check)
                keeping.withLock { $0 = nil }
            }
        }
    }

    /// Waits until the evaluations under way are stored.
    package func evaluationsKept() async { _ = await keeping.withLock { $0 }?.value }

    /// SQL: the identities with one of two addresses, or subjects of users without an address. The empty text keeps the
    /// order from replacing the lookup by a search through all users of the organization.
    static let namesakes = """
        SELECT identity FROM person_seen
        WHERE organization = $1 AND coalesce(email, subject) IN ($2, $3) ORDER BY identity || '' LIMIT 10
        """

    /// Returns the members whose verified address is this one.
    ///
    /// Finds addresses that the provider spells like `address`, or in lower case; for hints, not for decisions.
    public static func likelyMembers(
        with address: EmailAddress, by check: RoleCheck, _ transaction: Transaction
    ) throws(DatabaseError) -> [Member] {
        let organization = SQLValue.text(check.reading.organization.text)
        let ids = try transaction.all(
            namesakes, organization, .text(address.spelling), .text(address.text)
        ) { row throws(DatabaseError) in row.text(0) }
        var (members, evaluated): ([Member], Int) = ([], 0)
        for text in ids {
            guard let id = IdentityID(text), let member = try check.reading.member(id, &evaluated, transaction),
                member.access?.verifiedEmail == address
            else { continue }
            members.append(member)
        }
        return members
    }
}
