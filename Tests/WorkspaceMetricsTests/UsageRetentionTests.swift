import Databases
import GatehouseTesting
import Testing
import Time

@testable import InventoryStore
@testable import WorkspaceMetrics

@Suite("Retention of usage history")
struct UsageRetentionTests {
    private func world() async throws -> TestStore {
        let world = try TestStore(settings: MetricsSettings(retentionDays: 30))
        try world.set("2026-01-01T12:00:00Z")
        try await world.publish(4, in: "still")
        try await world.publish(4, in: "gone")
        try await world.publish(4, in: "lately")
        try await world.publish(1, in: "moving")
        for day in 2...20 {
            try world.set("2026-01-\(day < 10 ? "0" : "")\(day)T12:00:00Z")
            try await world.publish(day, in: "moving")
        }
        _ = try await world.store.deleteWorkspace("gone", of: .acme).get()
        try world.set("2026-02-15T12:00:00Z")
        _ = try await world.store.deleteWorkspace("lately", of: .acme).get()
        return world
    }

    @Test("a workspace that is unchanged for longer than the retention still shows its figure")
    func unchanged() async throws {
        let world = try await world()
        // The cut is 1 February.
        try world.set("2026-03-03T12:00:00Z")
        let before = try await world.usage(["from": "2026-02-01"])
        try world.store.applyRetentionBlocking()
        #expect(try await world.usage(["from": "2026-02-01"]) == before)
        #expect(try await world.workflows(["from": "2026-03-03", "workspace": "still"]) == [4])
        #expect(try await world.workflows(["from": "2026-03-03", "workspace": "moving"]) == [20])
        #expect(try await world.workflows(["from": "2026-01-19", "to": "2026-01-20"]) == [nil, 28])
        #expect(try await world.count("usage_history WHERE workspace = 'moving' AND metric = 0") == 1)
        #expect(try await world.count("usage_history WHERE workspace = 'still'") == 5)
    }

    @Test("the history of a deleted workspace goes when its last change is older than the retention")
    func deleted() async throws {
        let world = try await world()
        try world.set("2026-03-03T12:00:00Z")
        try world.store.applyRetentionBlocking()
        #expect(try await world.workflows(["from": "2026-02-14", "workspace": "gone"]) == nil)
        let lately = ["from": "2026-02-14", "to": "2026-02-15", "workspace": "lately"]
        #expect(try await world.workflows(lately) == [4, 0])
        try world.set("2026-04-03T12:00:00Z")
        try world.store.applyRetentionBlocking()
        #expect(try await world.workflows(lately) == nil)
        #expect(try await world.workflows(["from": "2026-04-03"]) == [24])
    }

    @Test("a lately deleted workspace keeps the zeros of metrics that never changed")
    func zeros() async throws {
        let world = try await world()
        try world.set("2026-03-03T12:00:00Z")
        let lately = ["from": "2026-02-01", "workspace": "lately"]
        let before = try await world.usage(lately)
        #expect(before?.first?.figures == [4, 0, 0, 0, 0] && before?.last?.figures == [0, 0, 0, 0, 0])
        try world.store.applyRetentionBlocking()
        #expect(try await world.usage(lately) == before)
    }

    @Test("nothing is deleted before its time, and a second run deletes nothing")
    func early() async throws {
        let world = try await world()
        let count = try await world.count("usage_history")
        try world.set("2026-01-31T12:00:00Z")
        try world.store.applyRetentionBlocking()
        #expect(try await world.count("usage_history") == count)
        try world.set("2026-03-03T12:00:00Z")
        try world.store.applyRetentionBlocking()
        let kept = try await world.count("usage_history")
        #expect(kept < count)
        try world.store.applyRetentionBlocking()
        #expect(try await world.count("usage_history") == kept)
    }
}
