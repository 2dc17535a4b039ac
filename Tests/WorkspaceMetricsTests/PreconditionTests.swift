import Databases
import GatehouseTesting
import HTTPMessage
import Identities
import Inventory
import Snapshots
import Synchronization
import Testing

@testable import InventoryStore
@testable import MetricsSnapshots
@testable import WorkspaceMetrics

@Suite("Conditions of writes to an inventory")
struct PreconditionTests {
    private let world: TestStore
    private let store: MetricsStore
    private let always = OperatorAuthorization()

    init() throws {
        world = try TestStore()
        store = world.store
    }

    private func matching(_ tag: String) -> Preconditions { Preconditions(ifMatch: "\"\(tag)\"") }

    private let creating = Preconditions(ifNoneMatch: "*")

    private func replace(_ document: String, when conditions: Preconditions) async throws -> Result<
        ImportSummary, InventoryRefusal
    > {
        var source = InventoryBytes(Array(document.utf8))
        return try await store.replaceInventory(of: .acme, from: &source, when: conditions)
    }

    private func put(
        _ id: String, name: String = "N", when conditions: Preconditions = Preconditions()
    ) async throws -> Result<String, InventoryRefusal> {
        try await store.putWorkspace(
            id, of: .acme, body: Array(#"{"id":"\#(id)","name":"\#(name)"}"#.utf8), when: conditions)
    }

    private func workspaceTag(_ id: String) async throws -> String? {
        try await store.inventoryDocument(ofWorkspace: id, of: .acme)?.entityTag
    }

    @Test("a whole inventory is replaced only if its tag is the expected one, and has a new tag afterwards")
    func whole() async throws {
        let nothing = try await store.inventoryTag(of: .acme)
        let first = try await replace(example, when: matching(nothing)).get().entityTag
        #expect(try await store.inventoryTag(of: .acme) == first && first != nothing)
        #expect(try await store.export(.acme).entityTag == first)
        #expect(try await replace(example, when: matching(nothing)).error == .preconditionFailed)
        #expect(try await replace(example, when: creating).error == .preconditionFailed)
        #expect(try await store.inventoryTag(of: .acme) == first)
        #expect(try await replace(example, when: Preconditions(ifMatch: "*")).get().entityTag != first)
    }

    @Test("an empty inventory counts as absent, also after it was deleted")
    func empty() async throws {
        #expect(try await replace(example, when: Preconditions(ifMatch: "*")).error == .preconditionFailed)
        let first = try await replace(example, when: creating).get().entityTag
        let stale = try await store.deleteInventory(of: .acme, if: always, when: matching("other"))
        #expect(stale.error == .preconditionFailed && store.snapshot(of: .acme).rows.count == 2)
        let second = try await store.deleteInventory(of: .acme, if: always, when: matching(first)).get()
        #expect(try await store.inventoryTag(of: .acme) == second)
        #expect(store.snapshot(of: .acme).rows.isEmpty && store.snapshot(of: .acme).totals == MetricCounts())
        #expect(try await world.inventory() == #"{"roles":[],"workspaces":[]}"#)
        #expect(try store.verifyBlocking() == [])
        #expect(try await replace(example, when: creating).isSuccess)
    }

    @Test("an import whose condition fails is refused before its content is read")
    func early() async throws {
        try await world.put(example)
        var source = CountingSource(document: Array(example.utf8))
        let result = try await store.replaceInventory(of: .acme, from: &source, when: creating)
        #expect(result.error == .preconditionFailed && source.reads == 0)
        #expect(try await world.generations() == 1)
    }

    @Test("another publisher's change during an import fails the import's condition", arguments: [0, 1])
    func meanwhile(readsBefore: Int) async throws {
        try await world.put(example)
        let tag = try await store.inventoryTag(of: .acme)
        var source = CountingSource(document: Array(#"{"workspaces":[{"id":"w","name":"W"}]}"#.utf8))
        source.whileReading = { [self] reads in if reads == readsBefore { _ = try await put("new") } }
        let result = try await store.replaceInventory(of: .acme, from: &source, when: matching(tag))
        #expect(result.error == .preconditionFailed)
        #expect(store.snapshot(of: .acme).rows.map(\.id) == ["lab", "new", "soc"])
        try store.sweepBlocking()
        #expect(try await world.generations() == 1)
    }

    @Test("a workspace's tag is new with its content, and unaffected by other workspaces")
    func parts() async throws {
        try await world.put(example)
        let (soc, lab) = (try await workspaceTag("soc"), try await workspaceTag("lab"))
        #expect(soc != lab)
        try await world.change(#"{"op":"rename_workspace","workspace":"lab","name":"L"}"#).get()
        #expect(try await workspaceTag("soc") == soc)
        let renamed = try #require(try await workspaceTag("lab"))
        #expect(renamed != lab)
        // A role's scopes change counts of a workspace, and not its content.
        try await world.change(#"{"op":"put_role","role":{"id":"analyst","scopes":["playbook.write"]}}"#).get()
        #expect(try await workspaceTag("lab") == renamed)
        let next = try await put("lab", name: "M", when: matching(renamed)).get()
        #expect(try await workspaceTag("lab") == next && next != renamed)
        #expect(try await put("lab", when: matching(renamed)).error == .preconditionFailed)
        #expect(try await put("lab", when: creating).error == .preconditionFailed)
        #expect(try await put("fresh", when: matching(next)).error == .preconditionFailed)
        #expect(try await put("fresh", when: creating).isSuccess)
    }

    @Test("counting by new definitions changes the tags of figures, and not those of the content")
    func recount() async throws {
        try await world.put(example)
        let (inventory, soc) = (try await store.inventoryTag(of: .acme), try await workspaceTag("soc"))
        let before = store.reading(of: .acme)
        world.settings.publish(
            MetricsSettings([.acme: MetricsSettings.Organization(definitions: MetricDefinitions(editorScopes: []))]))
        try await store.recount()
        #expect(try await store.inventoryTag(of: .acme) == inventory)
        #expect(try await store.export(.acme).entityTag == inventory)
        #expect(try await workspaceTag("soc") == soc)
        let after = store.reading(of: .acme)
        let query = try WorkspaceQuery([])
        #expect(after.workspaces(query).entityTag != before.workspaces(query).entityTag)
        #expect(after.workspace(id: "soc")?.entityTag != before.workspace(id: "soc")?.entityTag)
        #expect(after.summary().entityTag != before.summary().entityTag)
        #expect(after.version != before.version)
        #expect(
            try world.reopened().reading(of: .acme).workspaces(query).entityTag == after.workspaces(query).entityTag)
        #expect(try await replace(example, when: matching(inventory)).isSuccess)
        #expect(try await store.inventoryTag(of: .acme) != inventory)
    }

    @Test("a workspace is deleted only under its condition; one that does not exist is not found")
    func deletion() async throws {
        try await world.put(example)
        let tag = try #require(try await workspaceTag("soc"))
        func delete(_ id: String, _ conditions: Preconditions) async throws -> InventoryRefusal? {
            try await store.deleteWorkspace(id, of: .acme, when: conditions).error
        }
        #expect(try await delete("soc", matching("x")) == .preconditionFailed)
        #expect(try await delete("soc", creating) == .preconditionFailed)
        #expect(try await delete("none", matching("x")) == .notFound)
        #expect(try await delete("soc", matching(tag)) == nil)
        #expect(store.snapshot(of: .acme).rows.map(\.id) == ["lab"])
    }

    @Test("a condition is decided before the content, and after the permission")
    func order() async throws {
        try await world.put(example)
        let faulty = Array("{}".utf8)
        let result = try await store.putWorkspace("soc", of: .acme, body: faulty, when: creating)
        #expect(result.error == .preconditionFailed)
        let changes = try await store.change(.acme, body: faulty, when: creating)
        #expect(changes.result.error == .preconditionFailed)
        let lost = try await store.change(.acme, body: faulty, if: NoAuthorization(), when: creating)
        #expect(lost.result.error == .signedOut)
    }

    @Test("of publishers who change what they read, each sees the changes of all others")
    func interleaved() async throws {
        try await world.put(#"{"workspaces":[{"id":"w","name":"0"}]}"#)
        let store = store
        try await withThrowingTaskGroup(of: Int.self) { group in
            for _ in 0..<4 {
                group.addTask {
                    var (made, attempts) = (0, 0)
                    while made < 10 {
                        attempts += 1
                        let read = try #require(try await store.inventoryDocument(ofWorkspace: "w", of: .acme))
                        let text = String(decoding: read.body(), as: UTF8.self)
                        let number = try #require(Int(text.split(separator: "\"name\":\"")[1].prefix { $0 != "\"" }))
                        let body = Array(#"{"id":"w","name":"\#(number + 1)"}"#.utf8)
                        let conditions = Preconditions(ifMatch: "\"\(read.entityTag)\"")
                        if try await store.putWorkspace("w", of: .acme, body: body, when: conditions).isSuccess {
                            made += 1
                        }
                    }
                    return attempts
                }
            }
            for try await attempts in group { #expect(attempts >= 10) }
        }
        #expect(store.snapshot(of: .acme).row(id: "w")?.name == "40")
    }
}

/// A document in one piece, whose readings are counted.
private struct CountingSource: InventorySource {
    let document: [UInt8]
    var reads = 0
    var whileReading: (Int) async throws -> Void = { _ in }

    init(document: [UInt8]) {
        self.document = document
    }

    mutating func next() async throws -> [UInt8]? {
        defer { reads += 1 }
        try await whileReading(reads)
        return reads == 0 ? document : nil
    }
}

/// The authority of a publisher whose token has ended.
struct NoAuthorization: WriteAuthorization {
    func refusal(_ transaction: Transaction) -> InventoryRefusal? { .signedOut }
}
