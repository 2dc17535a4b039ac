import Identities
import Testing

@testable import Inventory

@Suite("Parsed changes to an inventory")
struct InventoryChangeTests {
    private func parse(_ changes: String) throws(InventoryRefusal) -> [InventoryChange] {
        try InventoryChange.list(parsing: Array("{\"changes\":[\(changes)]}".utf8))
    }

    @Test("each operation is parsed")
    func operations() throws {
        let workflow = #"{"id":"f","published":true,"trigger":"case"}"#
        let changes = try parse(
            #"""
            {"op":"put_role","role":{"id":"r","scopes":["s"]}}, {"op":"delete_role","id":"r"},
            {"op":"put_workspace","workspace":{"id":"w","name":"W"}}, {"op":"delete_workspace","workspace":"w"},
            {"op":"rename_workspace","workspace":"w","name":"V"},
            {"op":"put_workflow","workspace":"w","workflow":\#(workflow)},
            {"op":"delete_workflow","workspace":"w","workflow":"f"},
            {"op":"put_member","workspace":"w","member":{"email":"a@b","status":"invited"}},
            {"op":"delete_member","workspace":"w","email":"a@b"},
            {"op":"put_runner","workspace":"w","runner":{"id":"n","hosting":"cloud"}},
            {"op":"delete_runner","workspace":"w","id":"n"}
            """#)
        #expect(
            changes == [
                .putRole(WorkspaceRole(id: "r", name: "r", scopes: ["s"])), .deleteRole(id: "r"),
                .putWorkspace(Workspace(id: "w", name: "W")), .deleteWorkspace(id: "w"),
                .renameWorkspace(id: "w", name: "V"),
                .putWorkflow(
                    Workflow(id: "f", name: "f", isPublished: true, isNestedOnly: false, trigger: .case), workspace: "w"
                ),
                .deleteWorkflow(id: "f", workspace: "w"),
                .putMember(WorkspaceMember(email: "a@b", name: "a@b", roles: [], status: .invited), workspace: "w"),
                .deleteMember(email: "a@b", workspace: "w"),
                .putRunner(Runner(id: "n", name: "n", hosting: .cloud, sharedFrom: nil), workspace: "w"),
                .deleteRunner(id: "n", workspace: "w"),
            ])
    }

    @Test(
        "an invalid list of changes is refused with pointers",
        arguments: [
            (#"{"op":"explode"}"#, ["/changes/0/op"]), (#"7"#, ["/changes/0"]), (#"{}"#, ["/changes/0/op"]),
            (#"{"op":"put_workflow","workspace":"soc"}"#, ["/changes/0/workflow"]),
            (
                #"{"op":"put_workflow","workflow":{"id":"w"}}"#,
                ["/changes/0/workflow/published", "/changes/0/workflow/trigger", "/changes/0/workspace"]
            ),
            (#"{"op":"delete_member","workspace":"soc"}"#, ["/changes/0/email"]),
            (#"{"op":"delete_workspace"}"#, ["/changes/0/workspace"]),
            (#"{"op":"put_workspace","workspace":{"id":"..","name":"W"}}"#, ["/changes/0/workspace/id"]),
            (#"{"op":"rename_workspace"}"#, ["/changes/0/name", "/changes/0/workspace"]),
            (#"{"op":"rename_workspace","workspace":{"id":"w"},"name":"V"}"#, ["/changes/0/workspace"]),
            (#"{"op":"rename_workspace","workspace":"w","name":""}"#, ["/changes/0/name"]),
            (#"{"op":"rename_workspace","workspace":"w","name":null}"#, ["/changes/0/name"]),
            (#"{"op":"rename_workspace","workspace":"w","name":"\u0000"}"#, ["/changes/0/name"]),
        ])
    func refused(change: String, pointers: [String]) {
        let refusal = #expect(throws: InventoryRefusal.self) { try parse(change) }
        #expect(refusal?.pointers == pointers)
    }

    @Test("a workspace's new name has at most 1024 bytes", arguments: [1024, 1025])
    func longName(length: Int) throws {
        // Each character has two bytes, and the last one has the rest.
        let name = String(repeating: "é", count: 511) + String(repeating: "x", count: length - 1022)
        let change = #"{"op":"rename_workspace","workspace":"w","name":"\#(name)"}"#
        if length > 1024 {
            let refusal = #expect(throws: InventoryRefusal.self) { try parse(change) }
            #expect(refusal?.pointers == ["/changes/0/name"])
        } else {
            #expect(try parse(change) == [.renameWorkspace(id: "w", name: name)])
        }
    }

    @Test("a list has at most 1,000 changes", arguments: [1000, 1001])
    func count(_ count: Int) throws {
        let change = #"{"op":"delete_role","id":"r"}"#
        let list = Array(repeating: change, count: count).joined(separator: ",")
        if count > 1000 {
            let refusal = #expect(throws: InventoryRefusal.self) { try parse(list) }
            #expect(refusal?.pointers == ["/changes"])
        } else {
            #expect(try parse(list).count == count)
        }
    }

    @Test("a single workspace must have the id of its path")
    func path() throws {
        let bytes = Array(#"{"id":"w","name":"W"}"#.utf8)
        #expect(try InventoryChange.workspace(parsing: bytes, id: "w") == Workspace(id: "w", name: "W"))
        let refusal = #expect(throws: InventoryRefusal.self) { try InventoryChange.workspace(parsing: bytes, id: "v") }
        #expect(refusal?.pointers == ["/id"])
    }

    @Test("a list of changes above the limit of its size is refused before it is parsed")
    func size() {
        let bytes = [UInt8](repeating: 0x20, count: InventoryLimits.singleBody + 1)
        #expect(throws: InventoryRefusal.tooLarge) { try InventoryChange.list(parsing: bytes) }
    }
}

extension InventoryRefusal {
    /// The pointers of a content refusal; empty for any other refusal.
    var pointers: [String] {
        guard case .content(let faults) = self else { return [] }
        return faults.map(\.pointer)
    }
}
