import Databases
import Inventory
import Testing

@testable import InventoryStore
@testable import MetricsSnapshots
@testable import WorkspaceMetrics

@Suite("Changes to an inventory")
struct InventoryChangeTests {
    private func workflow(_ id: String, _ trigger: String = "webhook") -> String {
        #"{"id":"\#(id)","name":"N","published":true,"nested_only":false,"trigger":"\#(trigger)"}"#
    }

    @Test("canonically equivalent ids are two workspaces, and two workflows")
    func equivalent() async throws {
        let world = try TestStore()
        let (composed, decomposed) = ("caf\u{E9}", "cafe\u{301}")
        let workflows = "[\(workflow(composed)),\(workflow(decomposed))]"
        let result = try await world.put(
            #"{"roles":[],"workspaces":[{"id":"\#(composed)","name":"A","workflows":\#(workflows)},{"id":"\#(decomposed)","name":"B"}]}"#
        )
        _ = try result.get()
        let both = world.store.snapshot(of: .acme)
        #expect(both.rows.count == 2 && both.row(id: composed)?.name == "A" && both.row(id: decomposed)?.name == "B")
        #expect(try await world.change(#"{"op":"delete_workspace","workspace":"\#(composed)"}"#).isSuccess)
        let one = world.store.snapshot(of: .acme)
        #expect(one.rows.map(\.name) == ["B"] && one.row(id: composed) == nil)
        #expect(try world.store.verifyBlocking() == [])
        #expect(try world.reopened().snapshot(of: .acme).rows.map(\.name) == ["B"])
    }

    @Test("a workspace whose id no URL can name is refused, and one in the store can still be changed and deleted")
    func dots() async throws {
        let world = try TestStore()
        try await world.put(example)
        let put = try await world.change(#"{"op":"put_workspace","workspace":{"id":".","name":"N"}}"#)
        #expect(put.pointers == ["/changes/0/workspace/id"])
        _ = try await world.database.write { transaction throws(DatabaseError) in
            try transaction.execute("UPDATE inventory_workspace SET id = '..' WHERE id = 'lab'")
        }
        let store = try world.reopened()
        for change in [
            #"{"op":"put_workflow","workspace":"..","workflow":\#(workflow("w"))}"#,
            #"{"op":"rename_workspace","workspace":"..","name":"Dots"}"#,
        ] {
            _ = try await store.change(.acme, body: Array("{\"changes\":[\(change)]}".utf8)).result.get()
        }
        #expect(store.snapshot(of: .acme).row(id: "..")?.counts.workflows == 1)
        _ = try await store.deleteWorkspace("..", of: .acme).get()
        #expect(store.snapshot(of: .acme).rows.map(\.id) == ["soc"])
    }

    @Test("each operation updates the counts with the rows")
    func operations() async throws {
        let world = try TestStore()
        try await world.put(example)
        func check(
            _ change: String, _ metric: Metric, _ expected: Int, sourceLocation: SourceLocation = #_sourceLocation
        ) async throws {
            #expect(try await world.change(change).isSuccess, sourceLocation: sourceLocation)
            #expect(world.store.snapshot(of: .acme).totals[metric] == expected, sourceLocation: sourceLocation)
            #expect(try world.store.verifyBlocking() == [], sourceLocation: sourceLocation)
            let reloaded = try world.reopened().snapshot(of: .acme)
            #expect(
                reloaded.rows.map(\.json) == world.store.snapshot(of: .acme).rows.map(\.json),
                sourceLocation: sourceLocation)
            #expect(reloaded.distinct == world.store.snapshot(of: .acme).distinct, sourceLocation: sourceLocation)
        }
        try await check(#"{"op":"put_workflow","workspace":"soc","workflow":\#(workflow("wf9"))}"#, .workflows, 2)
        try await check(
            #"{"op":"put_workflow","workspace":"soc","workflow":\#(workflow("wf9", "case"))}"#, .workflows, 1)
        try await check(#"{"op":"delete_workflow","workspace":"soc","id":"wf1"}"#, .workflows, 0)
        try await check(#"{"op":"delete_workflow","workspace":"soc","workflow":"wf3"}"#, .nestedWorkflows, 0)
        let member = #"{"email":"N@acme.com","roles":["owner"],"status":"active"}"#
        try await check(#"{"op":"put_member","workspace":"lab","member":\#(member)}"#, .workflowEditors, 2)
        #expect(world.store.snapshot(of: .acme).distinct == DistinctPeople(editors: 2, operators: 3))
        try await check(#"{"op":"delete_member","workspace":"lab","email":"n@ACME.com"}"#, .workflowEditors, 1)
        try await check(#"{"op":"delete_member","workspace":"lab","email":"a@acme.com"}"#, .caseOperators, 2)
        #expect(world.store.snapshot(of: .acme).distinct.operators == 2)
        try await check(#"{"op":"delete_member","workspace":"soc","email":"a@acme.com"}"#, .caseOperators, 1)
        #expect(world.store.snapshot(of: .acme).distinct.operators == 1)
        try await check(
            #"{"op":"put_runner","workspace":"lab","runner":{"id":"r2","hosting":"self_hosted"}}"#, .runners, 2)
        try await check(#"{"op":"delete_runner","workspace":"soc","id":"r1"}"#, .runners, 1)
        try await check(#"{"op":"put_role","role":{"id":"owner","scopes":[]}}"#, .workflowEditors, 0)
        try await check(#"{"op":"put_role","role":{"id":"owner","scopes":["playbook.write"]}}"#, .workflowEditors, 1)
        try await check(#"{"op":"delete_role","id":"analyst"}"#, .workflowEditors, 1)
        try await check(
            #"{"op":"put_workspace","workspace":{"id":"soc","name":"A","workflows":[\#(workflow("x"))]}}"#, .workflows,
            1)
        #expect(try world.page().ids == ["soc", "lab"])
        try await check(#"{"op":"put_workspace","workspace":{"id":"new","name":"New"}}"#, .workflows, 1)
        try await check(#"{"op":"delete_workspace","workspace":"soc"}"#, .workflows, 0)
        #expect(try world.page().ids == ["lab", "new"])
    }

    @Test("a list of changes is applied completely or not at all")
    func allOrNone() async throws {
        let world = try TestStore()
        try await world.put(example)
        let before = try await world.inventory()
        let result = try await world.change(
            #"""
            {"op":"delete_workspace","workspace":"soc"},
            {"op":"put_workflow","workspace":"soc","workflow":\#(workflow("w"))},
            {"op":"put_member","workspace":"lab","member":{"email":"x@y","roles":["owner","ghost"],"status":"active"}},
            {"op":"delete_role","id":"analyst"}
            """#)
        #expect(result.pointers == ["/changes/1/workspace", "/changes/3", "/changes/2/member/roles/1"])
        #expect(try await world.inventory() == before)
        #expect(world.store.snapshot(of: .acme).version == 1)
    }

    @Test("a list may delete and re-create an object, and define a role after the member who has it")
    func order() async throws {
        let world = try TestStore()
        try await world.put(example)
        let result = try await world.change(
            #"""
            {"op":"delete_workspace","workspace":"soc"},
            {"op":"put_workspace","workspace":{"id":"soc","name":"SOC",
             "members":[{"email":"z@acme.com","roles":["fresh"],"status":"active"}]}},
            {"op":"put_role","role":{"id":"fresh","scopes":["playbook.write"]}}
            """#)
        #expect(result.isSuccess)
        #expect(world.store.snapshot(of: .acme).distinct == DistinctPeople(editors: 1, operators: 1))
        #expect(try world.store.verifyBlocking() == [])
        #expect(try world.page().ids == ["lab", "soc"])
    }

    @Test(
        "a refused list of changes is reported with pointers, whether the parser or the store refuses it",
        arguments: [
            (#"{"op":"explode"}"#, ["/changes/0/op"]),
            (#"{"op":"delete_workflow","workspace":"nope","id":"x"}"#, ["/changes/0/workspace"]),
            (#"{"op":"rename_workspace","workspace":"nope","name":"x"}"#, ["/changes/0/workspace"]),
        ])
    func refused(change: String, pointers: [String]) async throws {
        let world = try TestStore()
        try await world.put(example)
        #expect(try await world.change(change).pointers == pointers)
    }

    @Test("a renamed workspace keeps its content, its counts and its place, and is sorted by its new name")
    func renamed() async throws {
        let world = try TestStore()
        try await world.put(example)
        let before = try #require(world.store.snapshot(of: .acme).row(id: "soc"))
        try await world.change(#"{"op":"rename_workspace","workspace":"soc","name":"Alpha"}"#).get()
        let after = try #require(world.store.snapshot(of: .acme).row(id: "soc"))
        #expect(after.name == "Alpha" && after.counts == before.counts && after.createdAt == before.createdAt)
        #expect(try world.page().ids == ["soc", "lab"])
        let expected = example.replacing(#""name": "SOC""#, with: #""name": "Alpha""#)
        let other = try TestStore()
        try await other.put(expected)
        #expect(try await world.inventory() == other.inventory())
        #expect(try world.reopened().snapshot(of: .acme).row(id: "soc")?.name == "Alpha")
        #expect(try world.store.verifyBlocking() == [])
    }

    @Test("deleting an absent object changes nothing")
    func idempotent() async throws {
        let world = try TestStore()
        try await world.put(example)
        let before = try await world.inventory()
        #expect(
            try await world.change(
                #"""
                {"op":"delete_workspace","workspace":"none"},{"op":"delete_workflow","workspace":"soc","id":"none"},
                {"op":"delete_member","workspace":"soc","email":"none@x"},{"op":"delete_role","id":"none"}
                """#
            ).isSuccess)
        #expect(try await world.inventory() == before)
    }

    @Test("a single workspace is put, read and deleted, even as an organization's first")
    func single() async throws {
        let world = try TestStore()
        let text = #"{"id":"w","name":"W","created_at":null,"workflows":[\#(workflow("a"))],"members":[],"runners":[]}"#
        #expect(try await world.store.putWorkspace("w", of: .acme, body: Array(text.utf8)).isSuccess)
        let read = try await world.store.inventoryDocument(ofWorkspace: "w", of: .acme)
        #expect(read.map { String(decoding: $0.body(), as: UTF8.self) } == text)
        #expect(try await world.store.putWorkspace("v", of: .acme, body: Array(text.utf8)).pointers == ["/id"])
        let unknown = #"{"id":"w","name":"W","members":[{"email":"a@b","roles":["r"],"status":"active"}]}"#
        #expect(
            try await world.store.putWorkspace("w", of: .acme, body: Array(unknown.utf8)).pointers
                == ["/members/0/roles/0"])
        #expect(try await world.store.deleteWorkspace("w", of: .acme).isSuccess)
        guard case .failure(.notFound) = try await world.store.deleteWorkspace("w", of: .acme) else {
            Issue.record("deleted twice")
            return
        }
        #expect(try await world.store.inventoryDocument(ofWorkspace: "w", of: .acme) == nil)
    }

    @Test("a stored count that differs from the definitions is found")
    func verify() async throws {
        let world = try TestStore()
        try await world.put(example)
        try await world.database.write { transaction throws(DatabaseError) in
            try transaction.execute("UPDATE inventory_workspace SET runners = 7 WHERE id = 'soc'")
            try transaction.execute("UPDATE inventory SET distinct_editors = 9")
        }
        let differences = try world.store.verifyBlocking(.acme)
        #expect(
            differences == [
                CountDifference(organization: .acme, workspace: "soc", metric: .runners, kept: 7, counted: 1),
                CountDifference(organization: .acme, workspace: nil, metric: .workflowEditors, kept: 9, counted: 1),
            ])
        #expect(try world.store.verifyBlocking(.globex) == [])
    }

    @Test("after random changes the counts still match the definitions")
    func randomChanges() async throws {
        let world = try TestStore()
        try await world.put(example)
        var random = SystemRandomNumberGenerator()
        for _ in 0..<60 {
            let changes = (0..<Int.random(in: 1...4, using: &random)).map { _ in randomChange(&random) }
            _ = try await world.change(changes.joined(separator: ","))
        }
        #expect(try world.store.verifyBlocking() == [])
        let (kept, loaded) = (world.store.snapshot(of: .acme), try world.reopened().snapshot(of: .acme))
        #expect(kept.rows.map(\.json) == loaded.rows.map(\.json))
        #expect(kept.version == loaded.version && kept.distinct == loaded.distinct)
    }

    private func randomChange(_ random: inout SystemRandomNumberGenerator) -> String {
        let workspace = ["soc", "lab", "third"].randomElement(using: &random) ?? ""
        let email = "p\(Int.random(in: 0..<4, using: &random))@acme.com"
        let role = ["owner", "analyst", "extra"].randomElement(using: &random) ?? ""
        let status = ["active", "invited"].randomElement(using: &random) ?? ""
        let member = #"{"email":"\#(email)","roles":["\#(role)"],"status":"\#(status)"}"#
        let scope = ["playbook.write", "cm.case.write", "x"].randomElement(using: &random) ?? ""
        switch Int.random(in: 0..<6, using: &random) {
        case 0: return #"{"op":"put_workspace","workspace":{"id":"\#(workspace)","name":"N","members":[\#(member)]}}"#
        case 1: return #"{"op":"delete_workspace","workspace":"\#(workspace)"}"#
        case 2: return #"{"op":"delete_member","workspace":"\#(workspace)","email":"\#(email)"}"#
        case 3: return #"{"op":"put_role","role":{"id":"\#(role)","scopes":["\#(scope)"]}}"#
        default: return #"{"op":"put_member","workspace":"\#(workspace)","member":\#(member)}"#
        }
    }
}
