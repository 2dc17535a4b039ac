import Databases
import GatehouseTesting
import Testing

@testable import InventoryStore

@Suite("The query for a person's memberships")
struct MembershipQueryTests {
    @Test("it reads the index of the capability, and not all members", arguments: ["edits", "operates"])
    func plan(name: String) async throws {
        let place = try TemporaryStore([InventoryTables.schema])
        let column = try #require(CapabilityColumn.ofPeople.first { $0.name == name })
        let plan = try await place.database.read { transaction throws(DatabaseError) in
            try QueryPlan(
                InventoryRows.memberships(with: column, in: transaction.dialect),
                [.integer(1), .text("a"), .integer(2)], transaction)
        }
        #expect(plan.uses("inventory_member_\(name)", by: ["generation", "address"]), "\(plan)")
    }
}
