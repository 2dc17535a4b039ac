import Databases
import GatehouseTesting
import Identities
import Inventory
import JSON
import Testing

@testable import MetricsSnapshots
@testable import WorkspaceMetrics

@Suite("Changes in 30 days")
struct RollingDayTests {
    private func workflow(_ id: String, _ workspace: String = "soc") -> String {
        #"{"op":"put_workflow","workspace":"\#(workspace)","workflow":{"id":"\#(id)","published":true,"trigger":"webhook"}}"#
    }

    /// Ends a number of days.
    private func pass(_ days: Int, _ world: TestStore) async throws {
        world.clock.advance(.seconds(86400 * days))
        try await world.store.rollDay()
    }

    private func changes(_ world: TestStore) throws -> [Int?] {
        let row = try #require(world.store.loaded(.acme)?.row(id: "soc"))
        return Metric.allCases.map { row.change(of: $0) }
    }

    @Test("the change is counted from the end of the day 30 days ago, and unknown before the first figures")
    func days() async throws {
        let world = try TestStore()
        try await world.put(example)
        _ = try await world.store.load(.acme)
        #expect(try changes(world) == [nil, nil, nil, nil, nil])
        try await pass(10, world)
        try await world.change(workflow("a")).get()
        try await pass(19, world)
        #expect(try changes(world) == [nil, nil, nil, nil, nil])
        try await pass(1, world)
        #expect(try changes(world) == [1, 0, 0, 0, 0])
        try await world.change(workflow("b")).get()
        #expect(try changes(world) == [2, 0, 0, 0, 0])
        try await world.change(#"{"op":"delete_workflow","workspace":"soc","id":"wf3"}"#).get()
        #expect(try changes(world) == [2, -1, 0, 0, 0])
        try await pass(9, world)
        #expect(try changes(world) == [2, -1, 0, 0, 0])
        try await pass(1, world)
        #expect(try changes(world) == [1, -1, 0, 0, 0])
        // Several days at once.
        try await pass(40, world)
        #expect(try changes(world) == [0, 0, 0, 0, 0])
    }

    @Test("a new day replaces the rows that changed 30 days ago and no others, and changes tags and version")
    func cost() async throws {
        let world = try TestStore()
        try await world.put(example)
        try await pass(5, world)
        try await world.change(workflow("a")).get()
        _ = try await world.store.load(.acme)
        try await pass(30, world)
        let before = world.store.reading(of: .acme)
        try await pass(0, world)
        #expect(world.store.loaded(.acme) === before.snapshot)
        try await world.change(workflow("b")).get()
        let changed = world.store.reading(of: .acme)
        try await pass(29, world)
        let same = world.store.reading(of: .acme)
        #expect(same.snapshot.rows.elementsEqual(changed.snapshot.rows, by: ===))
        #expect(same.version != changed.version && same.summary().entityTag != changed.summary().entityTag)
        #expect(same.workspace(id: "soc")?.entityTag != changed.workspace(id: "soc")?.entityTag)
        #expect(same.workspaces(WorkspaceQuery()).entityTag != changed.workspaces(WorkspaceQuery()).entityTag)
        try await pass(1, world)
        let next = world.store.reading(of: .acme).snapshot
        #expect(next.row(id: "lab") === same.snapshot.row(id: "lab"))
        #expect(next.row(id: "soc") !== same.snapshot.row(id: "soc"))
    }

    @Test("a clock that jumps back by a day changes nothing; one that jumps further gives up what is in memory")
    func clockJumps() async throws {
        let world = try TestStore()
        try await world.put(example)
        try await pass(40, world)
        _ = try await world.store.load(.acme)
        world.clock.setCalendar(ahead: .seconds(-86400))
        try await world.store.rollDay()
        #expect(try changes(world) == [0, 0, 0, 0, 0])
        world.clock.setCalendar(ahead: .seconds(-86400 * 20))
        try await world.store.rollDay()
        #expect(world.store.loaded(.acme) == nil)
        _ = try await world.store.load(.acme)
        #expect(try changes(world) == [nil, nil, nil, nil, nil])
    }

    @Test("over many days of changes, what is in memory equals what is loaded, in every order", arguments: 0..<4)
    func property(seed: Int) async throws {
        let world = try TestStore()
        var random = SplitMix(state: UInt64(seed))
        try await world.put(example)
        let orders = RowOrder.all
        for order in orders { _ = try await world.store.load(.acme).rows(in: order) }
        for _ in 0..<50 {
            for _ in 0..<random.next(below: 4) { _ = try await world.change(randomChange(&random)) }
            try await pass(random.next(below: 3), world)
            let kept = try #require(world.store.loaded(.acme))
            let fresh = try world.reopened().snapshot(of: .acme)
            #expect(orders.allSatisfy(kept.knows))
            for order in orders {
                let rows = kept.rows(in: order)
                #expect(rows.map(\.json) == fresh.rows(in: order).map(\.json))
                #expect(rows.map(\.id) == rows.shuffled().sorted(by: order.precedes).map(\.id))
            }
            #expect(kept.rows.allSatisfy { kept.row(id: $0.id) === $0 } && kept.bytes == fresh.bytes)
            #expect(kept.totals == fresh.totals && kept.stamp == fresh.stamp)
        }
    }

    private func randomChange(_ random: inout SplitMix) -> String {
        let id = random.pick(["soc", "lab", "third", "fourth"])
        let name = random.pick(["A", "B", "SOC"])
        switch random.next(below: 6) {
        case 0: return #"{"op":"put_workspace","workspace":{"id":"\#(id)","name":"\#(name)"}}"#
        case 1: return #"{"op":"delete_workspace","workspace":"\#(id)"}"#
        case 2: return #"{"op":"rename_workspace","workspace":"\#(id)","name":"\#(name)"}"#
        case 3:
            return #"{"op":"delete_workspace","workspace":"\#(id)"},"#
                + #"{"op":"put_workspace","workspace":{"id":"\#(id)","name":"\#(name)"}}"#
        default: return workflow(random.pick(["a", "b", "c"]), id)
        }
    }
}
