internal import Inventory
internal import JSON

/// Fuzzes inventories in the publishers' format, without a database.
///
/// Every split of the bytes yields equal elements or equal faults. Text that is not JSON is never accepted. Accepted
/// elements that are written and read again stay equal. Lists of changes are parsed too.
func fuzzInventory(_ bytes: [UInt8]) {
    if let changes = try? InventoryChange.list(parsing: bytes) {
        let document = try? JSONDocument(parsing: bytes)
        promise(document?.root.member("changes")?.count == changes.count, "each change of the list is accepted")
    }
    let whole = Import([bytes])
    promise(Import(Cuts.pieces(of: bytes)) == whole, "the pieces of a document do not change its content")
    if bytes.count <= 256 {
        for cut in 1..<max(1, bytes.count) {
            promise(Import([Array(bytes[..<cut]), Array(bytes[cut...])]) == whole, "a document may be cut anywhere")
        }
    }
    guard whole.syntax == nil, whole.faults.count < IssueList.limit else { return }
    guard let document = try? JSONDocument(parsing: bytes) else {
        fatalError("broken promise: the splitter accepts only documents")
    }
    if whole.faults.isEmpty {
        promise(document.root.kind == .object, "an inventory is an object")
        let count = ["roles", "workspaces"].reduce(0) { $0 + (document.root.member($1)?.count ?? 0) }
        promise(whole.elements.count == count, "each element of the document is accepted")
        promise(Import([written(whole.elements)]).isSame(as: whole), "the written elements equal those that were read")
    }
    for fault in whole.faults { promise(JSONPointer(fault.pointer) != nil, "a fault's position is a JSON Pointer") }
}

private func written(_ elements: [InventoryDocument.Element]) -> [UInt8] {
    var writer = JSONWriter()
    writer.beginObject()
    writer.name("roles")
    writer.beginArray()
    for case .role(let role, _) in elements { writer.role(role) }
    writer.endArray()
    writer.name("workspaces")
    writer.beginArray()
    for case .workspace(let workspace, _) in elements { writer.workspace(workspace) }
    writer.endArray()
    writer.endObject()
    return writer.bytes
}

/// The result of reading a document.
private struct Import: Equatable {
    var elements: [InventoryDocument.Element] = []
    var faults: [InventoryIssue] = []
    var syntax: JSONSyntaxError?

    init(_ chunks: [[UInt8]]) {
        var document = InventoryDocument()
        var elements: [InventoryDocument.Element] = []
        do throws(JSONSyntaxError) {
            for chunk in chunks { try document.read(chunk) { elements.append($0) } }
            try document.read(nil) { elements.append($0) }
            faults = document.faults.faults
            // If there are faults, no element is accepted.
            if faults.isEmpty { self.elements = elements }
        } catch {
            syntax = error
        }
    }

    /// Returns true if both documents have equal elements. Roles may come before or after workspaces.
    func isSame(as other: Import) -> Bool {
        syntax == nil && faults.isEmpty && Set(elements) == Set(other.elements)
            && elements.count == other.elements.count
    }
}
