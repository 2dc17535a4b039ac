import Databases
import GatehouseTesting
import InventoryStore
import Testing
import Time

@Suite("Retention of usage history in the database")
struct UsageRetentionTests {
    @Test("a long history is deleted in several transactions")
    func slices() async throws {
        let world = try TemporaryStore([InventoryTables.schema])
        try await world.database.write { transaction throws(DatabaseError) in
            for day in 1...3000 {
                for workspace in ["", "a", "b"] {
                    try transaction.execute(
                        "INSERT INTO usage_history VALUES ('acme', $1, 0, $2, $2)", .text(workspace), .integer(day))
                }
            }
        }
        let retention = UsageRetention(before: try #require(CalendarDay("2026-02-01")))
        var counts: [Int] = []
        while try world.database.writeBlocking({ transaction throws(DatabaseError) in
            try retention.slice(transaction)
        }) { counts.append(try await world.count("usage_history")) }
        // The organization keeps its last row; the workspaces do not exist.
        #expect(counts.count > 1 && counts.first ?? 0 > 3000)
        #expect(try await world.count("usage_history") == 1)
    }
}
