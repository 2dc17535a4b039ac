public import ClaimMapping
public import Databases
public import Identities
internal import Time

/// The managers that an organization would have under rules that are not stored yet. They are found outside of the
/// write transaction, because every seen user may have to be evaluated.
public struct FutureManagers: Sendable {
    let rows: MappingRows
    /// One user who would be a manager; more are not needed.
    let witness: IdentityID?
    let hasGrant: Bool
    let searchedAt: Timestamp

    /// Whether the organization would have a manager.
    public var isAny: Bool { hasGrant || witness != nil }
}

extension AccessStore {
    private static let searchBatch = 100

    /// Searches for a user who would manage an organization if these were its stored rules.
    public func futureManagers(
        of organization: OrganizationID, under rows: MappingRows, by rules: PeopleRules
    ) async throws(DatabaseError) -> FutureManagers {
        let moment = now()
        let hasGrant = try await database.read { transaction throws(DatabaseError) in
            try AccessStore.hasManagerGrant(organization, by: rules, transaction)
        }
        if hasGrant { return FutureManagers(rows: rows, witness: nil, hasGrant: true, searchedAt: moment) }
        // Current managers are likely to remain managers.
        var witness = try await database.read { transaction throws(DatabaseError) in
            let likely = try transaction.all(
                """
                SELECT \(AccessStore.personColumns) FROM person_seen
                WHERE organization = $1 AND seen_at > $2 AND mapped_role = $3 LIMIT $4
                """, .text(organization.text), .integer(moment.seconds - AccessStore.memory),
                .text(Role.manager.rawValue), .integer(AccessStore.searchBatch)
            ) { row throws(DatabaseError) in try AccessStore.person(row, organization) }
            return try AccessStore.first(of: likely, managing: rows, by: rules, at: moment, transaction)
        }
        var after: IdentityID?
        while witness == nil {
            let last = after
            let (found, next) = try await database.read {
                transaction throws(DatabaseError) -> (IdentityID?, IdentityID?) in
                let batch = AccessStore.searchBatch
                let people = try AccessStore.people(organization, after: last, limit: batch, transaction)
                let found = try AccessStore.first(of: people, managing: rows, by: rules, at: moment, transaction)
                return (found, people.count < batch ? nil : people.last?.identity)
            }
            witness = found
            guard let next else { break }
            after = next
        }
        return FutureManagers(rows: rows, witness: witness, hasGrant: false, searchedAt: moment)
    }

    private static func first(
        of people: [PersonSeen], managing rows: MappingRows, by rules: PeopleRules, at moment: Timestamp,
        _ transaction: Transaction
    ) throws(DatabaseError) -> IdentityID? {
        for person in people where try manages(person, under: rows, by: rules, at: moment, transaction) {
            return person.identity
        }
        return nil
    }

    /// Returns true if an organization has a manager under the rules of the search: by a grant, by the user that it
    /// found, or by a user who signed in since.
    static func hasManager(
        _ organization: OrganizationID, among future: FutureManagers, by rules: PeopleRules, at moment: Timestamp,
        _ transaction: Transaction
    ) throws(DatabaseError) -> Bool {
        if try hasManagerGrant(organization, by: rules, transaction) { return true }
        if let witness = future.witness, let person = try person(witness, in: organization, transaction),
            try manages(person, under: future.rows, by: rules, at: moment, transaction)
        {
            return true
        }
        return try transaction.contains(
            "SELECT \(personColumns) FROM person_seen WHERE organization = $1 AND seen_at >= $2",
            .text(organization.text), .integer(future.searchedAt.seconds)
        ) { row throws(DatabaseError) in
            try manages(try person(row, organization), under: future.rows, by: rules, at: moment, transaction)
        }
    }
}
