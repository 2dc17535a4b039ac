import Databases
import Identities
import Inventory
import Testing

@testable import MetricsSnapshots
@testable import WorkspaceMetrics

@Suite("Isolation of organizations")
struct IsolationTests {
    private func worlds() async throws -> TestStore {
        let world = try TestStore()
        _ = try await world.put(example, .acme).get()
        _ = try await world.put(
            #"{"workspaces":[{"id":"soc","name":"Theirs"},{"id":"secret","name":"Secret"}]}"#, .globex
        )
        .get()
        return world
    }

    /// Replaces Acme's inventory as another process, with the workspace `new`.
    private func importElsewhere(_ world: TestStore) async throws {
        var source = InventoryBytes(Array(#"{"workspaces":[{"id":"new","name":"New"}]}"#.utf8))
        _ = try await world.reopened().replaceInventory(of: .acme, from: &source).get()
    }

    @Test("no query returns another organization's workspaces")
    func reading() async throws {
        let world = try await worlds()
        #expect(world.store.workspace("secret", of: .acme) == nil)
        #expect(try await world.store.inventoryDocument(ofWorkspace: "secret", of: .acme) == nil)
        for parameters in [[], [("q", "secret")], [("q", "Theirs")], [("owner", "")]] {
            let ids = try world.page(parameters.map { (name: $0.0, value: $0.1) }, .acme).ids
            #expect(!ids.contains("secret"))
        }
        #expect(!(try await world.inventory(.acme)).contains("Theirs"))
        let name = world.store.workspace("soc", of: .acme).map { String(decoding: $0.body(), as: UTF8.self) }
        #expect(name?.contains("Theirs") == false)
        #expect(world.store.snapshot(of: .globex).totals.workflows == 0)
    }

    @Test("a cursor of one organization reveals nothing about it in another")
    func cursors() async throws {
        let world = try await worlds()
        let cursor = try world.page([("limit", "1")], .globex).cursor ?? ""
        #expect(try world.page([("cursor", cursor)], .acme).ids.allSatisfy { ["lab", "soc"].contains($0) })
    }

    @Test("a change affects its own organization only")
    func writing() async throws {
        let world = try await worlds()
        let theirs = try await world.inventory(.globex)
        try await world.change(
            #"{"op":"delete_workspace","workspace":"secret"},{"op":"delete_workspace","workspace":"soc"}"#
        ).get()
        guard case .failure(.notFound) = try await world.store.deleteWorkspace("secret", of: .acme) else {
            Issue.record("another organization was changed")
            return
        }
        #expect(
            try await world.change(#"{"op":"delete_workflow","workspace":"secret","id":"w"}"#).pointers
                == ["/changes/0/workspace"])
        _ = try await world.put(#"{"workspaces":[]}"#, .acme).get()
        try world.store.sweepBlocking()
        #expect(try await world.inventory(.globex) == theirs)
        #expect(try world.page([], .globex).ids == ["secret", "soc"])
    }

    @Test("a role of one organization is unknown in another")
    func roles() async throws {
        let world = try await worlds()
        let member = #"{"email":"a@b","roles":["owner"],"status":"active"}"#
        #expect(
            try await world.change(#"{"op":"put_member","workspace":"soc","member":\#(member)}"#, .globex).pointers
                == ["/changes/0/member/roles/0"])
    }

    @Test("only the inventories that another process changed are read again")
    func otherProcess() async throws {
        let world = try await worlds()
        let other = try world.reopened()
        let untouched = world.store.snapshot(of: .globex)
        #expect(try world.page().ids == ["lab", "soc"])
        var source = InventoryBytes(Array(#"{"workspaces":[{"id":"new","name":"New"}]}"#.utf8))
        _ = try await other.replaceInventory(of: .acme, from: &source)
        world.database.poll { changes throws(DatabaseError) in try world.store.takeUp(changes) }
        #expect(try world.page().ids == ["new"])
        #expect(world.store.snapshot(of: .globex) === untouched)
    }

    @Test("a change after another process's import includes both")
    func changeAfterForeignImport() async throws {
        let world = try await worlds()
        let other = try world.reopened()
        #expect(try world.page().ids == ["lab", "soc"])
        var source = InventoryBytes(Array(#"{"workspaces":[{"id":"new","name":"New"}]}"#.utf8))
        _ = try await other.replaceInventory(of: .acme, from: &source)
        try await world.change(#"{"op":"put_workspace","workspace":{"id":"mine","name":"Mine"}}"#).get()
        #expect(try world.page().ids == ["mine", "new"])
    }
}
