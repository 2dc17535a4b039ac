internal import Identities
internal import JSON
internal import Text
internal import Time

/// Reads the elements of a document, and records every fault with its pointer instead of stopping at the first one.
///
/// Required: every `id`, a member's `email`, a workspace's `name`, and the values that decide a count: `published`,
/// `trigger`, `status`, `hosting`. If absent or null, `nested_only` is false, `created_at` and `shared_from` are null,
/// and lists are empty. The names of roles, workflows, members and runners default to their ids or addresses. Other
/// names are ignored.
struct InventoryReader {
    /// All names that the reader uses, anywhere in a document.
    static let selection = JSONSelection.members(
        named: [
            "id", "name", "created_at", "workflows", "members", "runners", "roles", "scopes", "published",
            "nested_only",
            "trigger", "email", "status", "hosting", "shared_from", "changes", "workspaces", "op", "workspace",
            "workflow",
            "member", "runner", "role",
        ].map { Array($0.utf8) })

    var faults = IssueList()
    /// The path of the current value. All its names are constants that need no escaping.
    private var path: [String]

    init(at path: [String] = []) {
        self.path = path
    }

    mutating func note(_ detail: String, at name: String? = nil) {
        let tokens = name.map { path + [$0] } ?? path
        faults.add(tokens.map { "/" + $0 }.joined(), detail)
    }

    mutating func within<Result>(_ tokens: [String], _ body: (inout InventoryReader) -> Result) -> Result {
        path.append(contentsOf: tokens)
        defer { path.removeLast(tokens.count) }
        return body(&self)
    }

    mutating func workspace(_ value: JSONValue) -> Workspace? {
        guard isObject(value) else { return nil }
        let id = text(value, "id", limit: InventoryLimits.id)
        // A client resolves these segments of a path away, so that no URL names the workspace (RFC 3986, section 5.2.4).
        if let id, id.isExactly(".") || id.isExactly("..") { note("must not be . or ..", at: "id") }
        let name = text(value, "name", limit: InventoryLimits.name)
        let createdAt = moment(value, "created_at")
        let workflows = list(value, "workflows", uniqueBy: ("id", \.id)) { $0.workflow($1) }
        let members = list(value, "members", uniqueBy: ("email", \.email.text)) { $0.member($1) }
        let runners = list(value, "runners", uniqueBy: ("id", \.id)) { $0.runner($1) }
        guard let id, let name else { return nil }
        var workspace = Workspace(id: id, name: name, createdAt: createdAt)
        (workspace.workflows, workspace.members, workspace.runners) = (workflows, members, runners)
        return workspace
    }

    mutating func workflow(_ value: JSONValue) -> Workflow? {
        guard isObject(value) else { return nil }
        let id = text(value, "id", limit: InventoryLimits.id)
        let name = optionalText(value, "name", limit: InventoryLimits.name)
        let isPublished = boolean(value, "published")
        let isNestedOnly = boolean(value, "nested_only", default: false)
        let trigger: Workflow.Trigger? = choice(value, "trigger")
        guard let id, let isPublished, let isNestedOnly, let trigger else { return nil }
        return Workflow(
            id: id, name: name ?? id, isPublished: isPublished, isNestedOnly: isNestedOnly, trigger: trigger)
    }

    mutating func member(_ value: JSONValue) -> WorkspaceMember? {
        guard isObject(value) else { return nil }
        let email = text(value, "email", limit: InventoryLimits.email)
        let name = optionalText(value, "name", limit: InventoryLimits.name)
        let roles = list(value, "roles", uniqueBy: nil) { $0.text($1, limit: InventoryLimits.id) }
        let status: WorkspaceMember.Status? = choice(value, "status")
        guard let email, let status else { return nil }
        return WorkspaceMember(email: EmailAddress(email), name: name ?? email, roles: roles, status: status)
    }

    mutating func runner(_ value: JSONValue) -> Runner? {
        guard isObject(value) else { return nil }
        let id = text(value, "id", limit: InventoryLimits.id)
        let name = optionalText(value, "name", limit: InventoryLimits.name)
        let hosting: Runner.Hosting? = choice(value, "hosting")
        let sharedFrom = optionalText(value, "shared_from", limit: InventoryLimits.id)
        guard let id, let hosting else { return nil }
        return Runner(id: id, name: name ?? id, hosting: hosting, sharedFrom: sharedFrom)
    }

    mutating func role(_ value: JSONValue) -> WorkspaceRole? {
        guard isObject(value) else { return nil }
        let id = text(value, "id", limit: InventoryLimits.id)
        let name = optionalText(value, "name", limit: InventoryLimits.name)
        let scopes = list(value, "scopes", uniqueBy: nil) { $0.text($1, limit: InventoryLimits.name) }
        guard let id else { return nil }
        return WorkspaceRole(id: id, name: name ?? id, scopes: scopes)
    }
}

extension InventoryReader {
    mutating func isObject(_ value: JSONValue) -> Bool {
        if value.kind != .object { note("must be an object") }
        return value.kind == .object
    }

    /// Reads a required member.
    mutating func text(_ object: JSONValue, _ name: String, limit: Int) -> String? {
        guard let value = object.member(name) else {
            note("is required", at: name)
            return nil
        }
        return within([name]) { $0.text(value, limit: limit) }
    }

    private mutating func optionalText(_ object: JSONValue, _ name: String, limit: Int) -> String? {
        guard let value = object.member(name), !value.isNull else { return nil }
        return within([name]) { $0.text(value, limit: limit) }
    }

    private mutating func text(_ value: JSONValue, limit: Int) -> String? {
        guard let text = value.string else {
            note("must be a string")
            return nil
        }
        let fault: String? =
            if text.isEmpty {
                "must not be empty"
            } else if text.utf8.count > limit {
                "must not be longer than \(limit) bytes"
            } else if text.utf8.contains(0) {
                "must not contain U+0000"
            } else {
                nil
            }
        if let fault { note(fault) }
        return fault == nil ? text : nil
    }

    private mutating func boolean(_ object: JSONValue, _ name: String, default fallback: Bool? = nil) -> Bool? {
        guard let value = object.member(name), fallback == nil || !value.isNull else {
            if fallback == nil { note("is required", at: name) }
            return fallback
        }
        if value.boolean == nil { note("must be true or false", at: name) }
        return value.boolean
    }

    mutating func choice<Choice: RawRepresentable<String> & CaseIterable>(
        _ object: JSONValue, _ name: String
    ) -> Choice? {
        guard let value = object.member(name) else {
            note("is required", at: name)
            return nil
        }
        if let choice = value.string.flatMap(Choice.init(rawValue:)) { return choice }
        note("must be one of " + Choice.allCases.map(\.rawValue).joined(separator: ", "), at: name)
        return nil
    }

    private mutating func moment(_ object: JSONValue, _ name: String) -> Timestamp? {
        guard let value = object.member(name), !value.isNull else { return nil }
        let moment = value.string.flatMap { Timestamp(rfc3339: $0) }
        if moment == nil { note("must be an RFC 3339 time, such as 2025-01-01T00:00:00Z", at: name) }
        return moment
    }

    /// Returns the elements that could be read. A repeated key is a fault.
    private mutating func list<Element>(
        _ object: JSONValue, _ name: String, uniqueBy unique: (name: String, key: (Element) -> String)?,
        _ read: (inout InventoryReader, JSONValue) -> Element?
    ) -> [Element] {
        guard let value = object.member(name), !value.isNull else { return [] }
        guard value.kind == .array else {
            note("must be an array", at: name)
            return []
        }
        var elements: [Element] = []
        var keys: Set<ExactText> = []
        for (index, element) in value.elements.enumerated() where !faults.isFull {
            within([name, String(index)]) { reader in
                guard let element = read(&reader, element) else { return }
                if let unique, !keys.insert(ExactText(unique.key(element))).inserted {
                    reader.note("is a duplicate", at: unique.name)
                }
                elements.append(element)
            }
        }
        return elements
    }
}
