import GatehouseTesting
import Identities
import Inventory
import JSON
import Testing

@testable import Server
@testable import WorkspaceMetrics

@Suite("Counting again after a reload")
struct RecountTests {
    private let world: GatewayWorld
    private let viewer: TestBrowser

    init() async throws {
        world = try GatewayWorld()
        viewer = try await world.browser("vic")
    }

    private func reload(editorScopes scopes: String) throws {
        try world.reload(
            rewriting: (#""name": "Acme","#, #""name": "Acme", "metrics": {"editor_scopes": ["\#(scopes)"]},"#))
    }

    private func state() async throws -> (isRecounting: Bool?, editors: Int64?) {
        let answer = try await viewer.fetch("GET", summary)
        let editors = answer.json?.member("metrics")?.member("workflow_editors")?.member("total")?.integer
        return (answer.json?.member("recounting")?.boolean, editors)
    }

    @Test("the summary tells that definitions changed, until members are counted by them")
    func changed() async throws {
        let recount = MetricsRecount(world.store, log: world.recorded.log)
        await recount.perform()
        #expect(try await state() == (false, 1))
        try reload(editorScopes: "playbook.publish")
        #expect(try await state() == (true, 1))
        await recount.perform()
        #expect(try await state() == (false, 0))
        try reload(editorScopes: "playbook.write")
        await recount.perform()
        #expect(try await state() == (false, 1))
    }

    @Test("a start counts by definitions that changed while the gateway was down")
    func started() async throws {
        try reload(editorScopes: "playbook.publish")
        await MetricsRecount(world.store, log: world.recorded.log).perform()
        #expect(try await state() == (false, 0))
    }

    @Test("an import that began before a reload is counted again after it")
    func importAcrossReload() async throws {
        let recount = MetricsRecount(world.store, log: world.recorded.log)
        var source = SlowDocument(
            text: """
                {"roles":[{"id":"e","scopes":["playbook.write"]}],"workspaces":[{"id":"w","name":"W",\
                "members":[{"email":"e@acme.com","roles":["e"],"status":"active"}]}]}
                """
        ) { [self] in
            try reload(editorScopes: "playbook.publish")
            await recount.perform()
        }
        let organization = try #require(OrganizationID("acme"))
        _ = try await world.store.replaceInventory(of: organization, from: &source).get()
        #expect(try await state() == (true, 1))
        await recount.perform()
        #expect(try await state() == (false, 0))
        #expect(try world.store.verifyBlocking() == [])
    }

    @Test("a recount that fails is logged, and completed later")
    func failed() async throws {
        let recount = MetricsRecount(world.store, log: world.recorded.log)
        try reload(editorScopes: "playbook.publish")
        try await world.execute("ALTER TABLE inventory RENAME TO hidden")
        await recount.perform()
        #expect(await world.logged().contains("metrics could not be counted again"))
        try await world.execute("ALTER TABLE hidden RENAME TO inventory")
        await recount.perform()
        #expect(try await state() == (false, 0))
    }
}

/// A document that arrives in one piece, with work that is done before its end.
private struct SlowDocument: InventorySource {
    let text: String
    let work: () async throws -> Void
    private var reads = 0

    init(text: String, beforeEnd work: @escaping () async throws -> Void) {
        (self.text, self.work) = (text, work)
    }

    mutating func next() async throws -> [UInt8]? {
        reads += 1
        if reads == 1 { return Array(text.utf8) }
        try await work()
        return nil
    }
}
