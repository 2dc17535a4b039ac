import Databases
import GatehouseTesting
import Identities
import InventoryStore
import Testing

@Suite("Organizations that published")
struct PublishingOrganizationsTests {
    @Test("a stored text that is no id is left out, and does not end the list", arguments: 1...6)
    func noIDs(limit: Int) async throws {
        let place = try TemporaryStore([InventoryTables.schema])
        for (number, text) in ["", "Acme", "a", "b", "b c", "c", "d", "~"].enumerated() {
            try await place.execute("INSERT INTO inventory_generation VALUES (\(number), '\(text)', 0)")
            try await place.execute(
                """
                INSERT INTO inventory (organization, generation, version, tag, distinct_editors, distinct_operators)
                VALUES ('\(text)', \(number), 1, 1, 0, 0)
                """)
        }
        let (all, pages) = try await place.database.read { transaction throws(DatabaseError) in
            var (pages, isEnd): ([[OrganizationID]], Bool) = ([], false)
            while !isEnd {
                let page = try InventoryState.organizations(
                    after: pages.last?.last, limit: limit, transaction)
                isEnd = page.count < limit
                pages.append(page)
            }
            return (try InventoryState.organizations(transaction), pages)
        }
        #expect(all.map(\.text) == ["a", "b", "c", "d"] && pages.flatMap { $0 } == all)
    }
}
