import JSON
import Testing

@testable import Inventory

@Suite("The inventory document")
struct InventoryDocumentTests {
    private static let text = #"""
        {"roles":[{"id":"owner","name":"Owner","scopes":["playbook.write"]}],"workspaces":[{"id":"soc","name":"SOC",\#
        "created_at":"2025-01-01T00:00:00Z","workflows":[{"id":"f","name":"Triage","published":true,\#
        "nested_only":false,"trigger":"webhook"}],"members":[{"email":"A@b","name":"A","roles":["owner"],\#
        "status":"active"}],"runners":[{"id":"r","name":"eks","hosting":"self_hosted","shared_from":null}]}]}
        """#

    private func read(_ chunks: [[UInt8]]) throws -> (elements: [InventoryDocument.Element], pointers: [String]) {
        var document = InventoryDocument()
        var elements: [InventoryDocument.Element] = []
        for chunk in chunks { try document.read(chunk) { elements.append($0) } }
        try document.read(nil) { elements.append($0) }
        return (elements, document.faults.faults.map(\.pointer))
    }

    @Test("written elements equal the document that they were read from")
    func roundTrip() throws {
        var writer = JSONWriter()
        writer.beginObject()
        for (name, kind) in [("roles", true), ("workspaces", false)] {
            writer.name(name)
            writer.beginArray()
            for element in try read([Array(Self.text.utf8)]).elements {
                switch element {
                case .role(let role, _) where kind: writer.role(role)
                case .workspace(let workspace, _) where !kind: writer.workspace(workspace)
                default: continue
                }
            }
            writer.endArray()
        }
        writer.endObject()
        #expect(String(decoding: writer.bytes, as: UTF8.self) == Self.text)
    }

    @Test("the elements are equal wherever the document is cut")
    func cuts() throws {
        let bytes = Array(Self.text.utf8)
        let whole = try read([bytes])
        #expect(whole.elements.count == 2 && whole.pointers.isEmpty)
        for cut in 0...bytes.count {
            let parts = try read([Array(bytes[..<cut]), Array(bytes[cut...])])
            #expect(parts.elements == whole.elements && parts.pointers.isEmpty)
        }
    }

    @Test(
        "each fault of the content is recorded with its pointer",
        arguments: [
            (#"{}"#, ["/workspaces"]), (#"{"workspaces":null}"#, ["/workspaces"]), (#"[]"#, [""]),
            (#"{"workspaces":[],"roles":7}"#, ["/roles"]), (#"{"workspaces":[],"roles":null}"#, []),
            (#"{"workspaces":[{"id":"","name":7}]}"#, ["/workspaces/0/id", "/workspaces/0/name"]),
            (#"{"workspaces":[],"roles":[{"id":"r"},{"id":"r"}]}"#, ["/roles/1/id"]),
        ])
    func faults(text: String, pointers: [String]) throws {
        #expect(try read([Array(text.utf8)]).pointers == pointers)
    }

    @Test("reading stops when the list of faults is full")
    func limit() throws {
        let text = #"{"workspaces":[\#(Array(repeating: "1", count: 5000).joined(separator: ","))]}"#
        #expect(try read([Array(text.utf8)]).pointers.count == IssueList.limit)
    }
}
