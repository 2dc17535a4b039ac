package import Identities
internal import JSON
internal import Text

/// One change of an inventory, as listed in `POST …/inventory/changes`.
///
/// `put_` adds an object or replaces it as a whole. `delete_` removes it, and does nothing if it does not exist.
package enum InventoryChange: Sendable, Hashable {
    case putRole(WorkspaceRole)
    case deleteRole(id: String)
    case putWorkspace(Workspace)
    case deleteWorkspace(id: String)
    case renameWorkspace(id: String, name: String)
    case putWorkflow(Workflow, workspace: String)
    case deleteWorkflow(id: String, workspace: String)
    case putMember(WorkspaceMember, workspace: String)
    case deleteMember(email: EmailAddress, workspace: String)
    case putRunner(Runner, workspace: String)
    case deleteRunner(id: String, workspace: String)

    private enum Operation: String, CaseIterable {
        case putRole = "put_role"
        case deleteRole = "delete_role"
        case putWorkspace = "put_workspace"
        case deleteWorkspace = "delete_workspace"
        case renameWorkspace = "rename_workspace"
        case putWorkflow = "put_workflow"
        case deleteWorkflow = "delete_workflow"
        case putMember = "put_member"
        case deleteMember = "delete_member"
        case putRunner = "put_runner"
        case deleteRunner = "delete_runner"
    }

    /// Parses `{"changes": […]}`.
    package static func list(parsing bytes: [UInt8]) throws(InventoryRefusal) -> [InventoryChange] {
        let document = try document(parsing: bytes)
        var reader = InventoryReader()
        guard reader.isObject(document.root) else { throw .content(reader.faults.faults) }
        guard let list = document.root.member("changes"), list.kind == .array else {
            throw .content([InventoryIssue(pointer: "/changes", detail: "must be an array")])
        }
        var changes: [InventoryChange] = []
        for (index, element) in list.elements.enumerated() where !reader.faults.isFull {
            guard index < InventoryLimits.changes else {
                reader.note("must not have more than \(InventoryLimits.changes) elements", at: "changes")
                break
            }
            let change = reader.within(["changes", String(index)]) { InventoryChange.read(element, &$0) }
            if let change { changes.append(change) }
        }
        guard reader.faults.isEmpty else { throw .content(reader.faults.faults) }
        return changes
    }

    /// Parses a document that is one workspace. Its id must equal that of the path.
    package static func workspace(parsing bytes: [UInt8], id: String) throws(InventoryRefusal) -> Workspace {
        let document = try document(parsing: bytes)
        var reader = InventoryReader()
        let workspace = reader.workspace(document.root)
        if let workspace, !workspace.id.isExactly(id) { reader.note("is not the id in the path", at: "id") }
        guard let workspace, reader.faults.isEmpty else { throw .content(reader.faults.faults) }
        return workspace
    }

    private static func document(parsing bytes: [UInt8]) throws(InventoryRefusal) -> JSONDocument {
        guard bytes.count <= InventoryLimits.singleBody else { throw .tooLarge }
        do throws(JSONSyntaxError) {
            return try JSONDocument(
                parsing: bytes, keeping: InventoryReader.selection, maximumTable: InventoryLimits.singleTable)
        } catch {
            throw .syntax(detail: error.description)
        }
    }

    private static func read(_ value: JSONValue, _ reader: inout InventoryReader) -> InventoryChange? {
        guard reader.isObject(value) else { return nil }
        guard let operation: Operation = reader.choice(value, "op") else { return nil }
        switch operation {
        case .putRole: return part(value, "role", &reader) { $0.role($1) }.map { .putRole($0) }
        case .deleteRole: return identifier(value, "role", &reader).map { .deleteRole(id: $0) }
        case .putWorkspace: return part(value, "workspace", &reader) { $0.workspace($1) }.map { .putWorkspace($0) }
        case .deleteWorkspace: return identifier(value, "workspace", &reader).map { .deleteWorkspace(id: $0) }
        case .renameWorkspace:
            return inside(value, reader.text(value, "name", limit: InventoryLimits.name), &reader) {
                .renameWorkspace(id: $1, name: $0)
            }
        case .putWorkflow:
            return inside(value, part(value, "workflow", &reader) { $0.workflow($1) }, &reader) {
                .putWorkflow($0, workspace: $1)
            }
        case .deleteWorkflow:
            return inside(value, identifier(value, "workflow", &reader), &reader) {
                .deleteWorkflow(id: $0, workspace: $1)
            }
        case .putMember:
            return inside(value, part(value, "member", &reader) { $0.member($1) }, &reader) {
                .putMember($0, workspace: $1)
            }
        case .deleteMember:
            return inside(value, reader.text(value, "email", limit: InventoryLimits.email), &reader) {
                .deleteMember(email: EmailAddress($0), workspace: $1)
            }
        case .putRunner:
            return inside(value, part(value, "runner", &reader) { $0.runner($1) }, &reader) {
                .putRunner($0, workspace: $1)
            }
        case .deleteRunner:
            return inside(value, identifier(value, "runner", &reader), &reader) {
                .deleteRunner(id: $0, workspace: $1)
            }
        }
    }

    /// Reads the object of a `put_`, under the name of its kind.
    private static func part<Part>(
        _ value: JSONValue, _ name: String, _ reader: inout InventoryReader,
        _ read: (inout InventoryReader, JSONValue) -> Part?
    ) -> Part? {
        guard let part = value.member(name) else {
            reader.note("is required", at: name)
            return nil
        }
        return reader.within([name]) { read(&$0, part) }
    }

    /// Reads the id of a `delete_`, under `id` or under the name of its kind.
    private static func identifier(_ value: JSONValue, _ name: String, _ reader: inout InventoryReader) -> String? {
        let isUnderKind = value.member("id") == nil && (name == "workspace" || value.member(name) != nil)
        return reader.text(value, isUnderKind ? name : "id", limit: InventoryLimits.id)
    }

    private static func inside<Part>(
        _ value: JSONValue, _ part: Part?, _ reader: inout InventoryReader,
        _ make: (Part, String) -> InventoryChange
    ) -> InventoryChange? {
        let workspace = reader.text(value, "workspace", limit: InventoryLimits.id)
        guard let part, let workspace else { return nil }
        return make(part, workspace)
    }
}
