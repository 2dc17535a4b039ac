import Databases
import GatehouseTesting
import Testing

@testable import Grants

@Suite("The queries for a remaining manager")
struct ManagerQueryPlanTests {
    @Test(
        "they read the users of a role, or those of other rules, and not all users of the last 30 days",
        arguments: [(ManagerQuery.likely, "person_seen_role"), (ManagerQuery.outdated, "person_seen_rules")])
    func plan(query: String, index: String) async throws {
        let place = try TemporaryStore([AccessStore.schema])
        try await place.fillWithUsers()
        let plan = try await place.database.read { transaction throws(DatabaseError) in
            try QueryPlan(
                query.replacing("LIMIT $4", with: ""), [.text("acme"), .text("a"), .integer(0)],
                isAlternative: query.contains(" OR "), transaction)
        }
        #expect(plan.uses(index) && !plan.uses("person_seen_at"), "\(plan)")
    }
}

extension TemporaryStore {
    /// Stores users of Acme without a role, whose claims were evaluated under the rules `a`. PostgreSQL plans a query by
    /// the values in the columns, and by the number of rows.
    func fillWithUsers() async throws {
        try await execute(
            """
            WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 3000)
            INSERT INTO person_seen (organization, identity, issuer, subject, provider, email, seen_at, claims, rules,
                mapped_role, mapped_email)
            SELECT 'acme', 'i' || i, 'issuer', 's' || i, 'idp', 'e' || i, i, \(TestSQL.blob([0])), 'a', 'r' || i % 9,
                'e' || i FROM n
            """)
        let isPostgreSQL = try await database.read { transaction throws(DatabaseError) in
            transaction.dialect == .postgreSQL
        }
        if isPostgreSQL { try await execute("ANALYZE person_seen") }
    }
}
