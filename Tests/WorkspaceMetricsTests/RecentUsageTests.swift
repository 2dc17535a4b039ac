import Databases
import GatehouseTesting
import Inventory
import Testing
import Time

@testable import InventoryStore
@testable import MetricsSnapshots
@testable import WorkspaceMetrics

@Suite("Figures of the last 91 days in memory")
struct RecentUsageTests {
    private func stored(_ world: TestStore) async throws -> RecentUsage {
        let today = world.store.today
        return try await world.database.read { transaction throws(DatabaseError) in
            try RecentUsage(of: .acme, today: today, transaction)
        }
    }

    @Test("changes and passing days keep the value equal to the stored history", arguments: 0..<20)
    func continued(seed: Int) async throws {
        let world = try TestStore()
        try world.set("2026-01-01T12:00:00Z")
        var number = UInt64(seed) &+ 1
        func next(below bound: UInt64) -> Int {
            number = number &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int((number >> 33) % bound)
        }
        for _ in 0..<25 {
            try await world.publish(next(below: 9))
            world.clock.advance(.seconds(Int64(next(below: 4)) * 43200))
            if next(below: 8) == 0 { world.clock.advance(.seconds(86400 * Int64(next(below: 40)))) }
            let kept = world.store.snapshot(of: .acme).recent.rolled(to: world.store.today)
            #expect(try await kept == stored(world))
        }
        let reopened = try world.reopened()
        #expect(try await reopened.snapshot(of: .acme).recent == stored(world))
    }

    @Test("an import continues the value too")
    func imported() async throws {
        let world = try TestStore()
        _ = try await world.put(example).get()
        world.clock.advance(.seconds(86400 * 3))
        _ = try await world.put(#"{"roles":[],"workspaces":[]}"#).get()
        let recent = world.store.snapshot(of: .acme).recent
        #expect(try await recent == stored(world))
        #expect(recent.days.suffix(5).map { $0?.workflows } == [nil, 1, 1, 1, 0])
        #expect(recent.base == nil)
    }
}
