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
        let plan = try await place.database.read { transaction throws(DatabaseError) in
            try QueryPlan(
                query.replacing("LIMIT $4", with: ""), [.text("acme"), .text("a"), .integer(0)], transaction)
        }
        #expect(plan.uses(index) && !plan.uses("person_seen_at"), "\(plan)")
    }
}
