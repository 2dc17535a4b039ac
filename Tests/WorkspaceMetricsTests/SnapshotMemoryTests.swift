import Databases
import Identities
import InventoryStore
import Snapshots
import Testing

@testable import MetricsSnapshots
@testable import WorkspaceMetrics

@Suite("Snapshots in memory")
struct SnapshotMemoryTests {
    private func organization(_ number: Int) throws -> OrganizationID { try #require(OrganizationID("o\(number)")) }

    private func workspace(_ id: String) -> String {
        #"{"op":"put_workspace","workspace":{"id":"\#(id)","name":"\#(id)"}}"#
    }

    @Test("nothing is loaded before a request asks for it, and requests at the same time share one snapshot")
    func loading() async throws {
        let world = try TestStore()
        try await world.put(example)
        #expect(world.store.memory.held.isEmpty && world.store.loaded(.acme) == nil)
        let store = world.store
        let snapshots = try await withThrowingTaskGroup(of: MetricsSnapshot.self) { group in
            for _ in 0..<50 { group.addTask { try await store.load(.acme) } }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(snapshots.allSatisfy { $0 === snapshots[0] } && snapshots[0].rows.map(\.id) == ["lab", "soc"])
        #expect(store.loaded(.acme) === snapshots[0] && store.loaded(.globex) == nil)
        try await world.change(workspace("new"))
        #expect(store.loaded(.acme)?.rows.map(\.id) == ["lab", "soc", "new"])
        try await world.put(#"{"workspaces":[{"id":"only","name":"Only"}]}"#)
        #expect(store.loaded(.acme)?.rows.map(\.id) == ["only"])
    }

    @Test("an organization that never published is loaded as an empty one, and gets its first change")
    func empty() async throws {
        let world = try TestStore()
        #expect(try await world.store.load(.acme).rows.isEmpty)
        try await world.change(workspace("a"))
        #expect(world.store.loaded(.acme)?.rows.map(\.id) == ["a"])
    }

    @Test("another process's commit is taken up in memory, and loads nothing that is not in memory")
    func foreignCommits() async throws {
        let world = try TestStore()
        let (own, other) = (world.store, try world.reopened())
        try await world.put(example)
        try await world.put(example, .globex)
        _ = try await own.load(.acme)
        for organization in [OrganizationID.acme, .globex] {
            let body = Array("{\"changes\":[\(workspace("new"))]}".utf8)
            _ = try await other.change(organization, body: body).result.get()
        }
        world.database.poll { changes throws(DatabaseError) in try own.takeUp(changes) }
        #expect(own.loaded(.acme)?.rows.map(\.id) == ["lab", "soc", "new"] && own.loaded(.globex) == nil)
        let loaded = own.loaded(.acme)
        world.database.poll { changes throws(DatabaseError) in try own.takeUp(changes) }
        #expect(own.loaded(.acme) === loaded)
    }

    @Test("what other processes changed of some workspaces is applied to the snapshot, without loading it")
    func foreignParts() async throws {
        let world = try TestStore()
        let (own, other) = (world.store, try world.reopened())
        try await world.put(example)
        for id in ["gone", "b"] { try await world.change(workspace(id)).get() }
        world.database.poll { changes throws(DatabaseError) in try own.takeUp(changes) }
        let before = try await own.load(.acme)
        let owner = #"{"email":"O@x","roles":["owner"],"status":"active"}"#
        let changes = [
            workspace("a"), #"{"op":"delete_workspace","workspace":"gone"}"#,
            #"{"op":"rename_workspace","workspace":"b","name":"A first"}"#,
            #"{"op":"put_member","workspace":"soc","member":\#(owner)}"#,
        ]
        for change in changes {
            _ = try await other.change(.acme, body: Array("{\"changes\":[\(change)]}".utf8)).result.get()
        }
        world.database.poll { changes throws(DatabaseError) in try own.takeUp(changes) }
        let after = try #require(own.loaded(.acme))
        let fresh = try await other.load(.acme)
        #expect(after !== before && after.version == before.version + 4)
        #expect(after.state.totals == fresh.state.totals && after.state.tag == fresh.state.tag)
        #expect(Array(after.rows).map(\.json) == Array(fresh.rows).map(\.json))
        // Nothing was loaded: earlier figures of the snapshot are kept, and no load is under way.
        #expect(after.row(id: "lab") === before.row(id: "lab"))
    }

    @Test("an own commit is seen by the next request although another process's commit before it is still unseen")
    func mixedCommits() async throws {
        let world = try TestStore()
        let other = try world.reopened()
        try await world.put(example)
        _ = try await world.store.load(.acme)
        let body = Array("{\"changes\":[\(workspace("a"))]}".utf8)
        _ = try await other.change(.acme, body: body).result.get()
        try await world.change(workspace("b")).get()
        #expect(try await world.store.load(.acme).rows.map(\.id) == ["lab", "soc", "a", "b"])
        try await world.change(workspace("c")).get()
        #expect(try await world.store.load(.acme).rows.count == 5)
    }

    @Test("a store that cannot be read is an error for those who wait, and the next request reads again")
    func failure() async throws {
        let world = try TestStore()
        try await world.put(example)
        _ = try await world.database.write { transaction throws(DatabaseError) in
            try transaction.execute("ALTER TABLE inventory_member RENAME TO away")
        }
        await #expect(throws: DatabaseError.self) { try await world.store.load(.acme) }
        _ = try await world.database.write { transaction throws(DatabaseError) in
            try transaction.execute("ALTER TABLE away RENAME TO inventory_member")
        }
        #expect(try await world.store.load(.acme).rows.count == 2)
    }

    @Test("many organizations of which a few are looked at cost the few")
    func few() async throws {
        let world = try TestStore()
        for number in 0..<200 { try await world.change(workspace("w"), organization(number)) }
        #expect(world.store.memory.use.bytes == 0)
        var bytes = 0
        for number in 0..<50 { bytes += try await world.store.load(organization(number)).bytes }
        for number in 0..<200 { try await world.change(workspace("w"), organization(number)) }
        #expect(world.store.memory.held.count == 50 && world.store.memory.use.bytes == bytes)
    }

    @Test("above the limit, the least recently used snapshots are given up, and loaded again when they are asked for")
    func eviction() async throws {
        let world = try TestStore()
        for number in 0..<4 { try await world.change(workspace("w"), organization(number)) }
        let one = try await world.store.load(organization(0)).bytes
        let settings = Published(MetricsSettings(memory: one * 3))
        let store = MetricsStore(database: world.database, settings: settings)
        for number in 0..<3 { _ = try await store.load(organization(number)) }
        #expect(store.memory.held.count == 3)
        #expect(try store.loaded(organization(0)) != nil)
        _ = try await store.load(organization(3))
        #expect(try store.loaded(organization(1)) == nil && store.memory.use.bytes <= one * 3)
        #expect(try store.loaded(organization(0)) != nil && store.loaded(organization(3)) != nil)
        #expect(try await store.load(organization(1)).rows.count == 1)
        // A lower limit takes effect without a request. The last used snapshot stays.
        settings.publish(MetricsSettings(memory: 1))
        try await store.rollDay()
        #expect(store.memory.held.map(\.organization.text) == ["o1"])
    }
}
