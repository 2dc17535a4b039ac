internal import JSON

extension DemoInventory {
    private typealias Item = DemoWorkspace.Item

    /// Today's inventory document (the contract's section 8).
    public func document() -> [UInt8] { document(on: DemoInventory.days) }

    /// The inventory document as it was on a day.
    func document(on day: Int) -> [UInt8] {
        var writer = JSONWriter(reservingCapacity: 1 << 17)
        writer.beginObject()
        writer.name("roles")
        writeRoles(to: &writer)
        writer.name("workspaces")
        writer.beginArray()
        for workspace in workspaces() where workspace.since <= day {
            DemoInventory.write(workspace, on: day, to: &writer)
        }
        writer.endArray()
        writer.endObject()
        return writer.bytes
    }

    /// The changes from one day to a later one, as `{"changes":[…]}`; nil if nothing changed.
    func changes(after first: Int, upTo last: Int) -> [UInt8]? {
        var writer = JSONWriter(reservingCapacity: 1 << 12)
        var count = 0
        writer.beginObject()
        writer.name("changes")
        writer.beginArray()
        for workspace in workspaces() where workspace.since <= last {
            guard workspace.since <= first else {
                count += 1
                DemoInventory.begin("put_workspace", workspace.id, "workspace", &writer)
                DemoInventory.write(workspace, on: last, to: &writer)
                writer.endObject()
                continue
            }
            for item in workspace.items where item.exists(on: first) != item.exists(on: last) {
                count += 1
                DemoInventory.write(item, isNew: item.exists(on: last), in: workspace.id, to: &writer)
            }
        }
        writer.endArray()
        writer.endObject()
        return count == 0 ? nil : writer.bytes
    }

    /// - Parameter member: the name of the member whose value follows.
    private static func begin(
        _ operation: String, _ workspace: String, _ member: String, _ writer: inout JSONWriter
    ) {
        writer.beginObject()
        writer.member("op", operation)
        if operation != "put_workspace" { writer.member("workspace", workspace) }
        writer.name(member)
    }

    private static func write(_ item: Item, isNew: Bool, in workspace: String, to writer: inout JSONWriter) {
        switch item.content {
        case .workflow(let id, _, _, _, _):
            begin(isNew ? "put_workflow" : "delete_workflow", workspace, isNew ? "workflow" : "id", &writer)
            if isNew { write(item, to: &writer) } else { writer.string(id) }
        case .member(let email, _, _, _):
            begin(isNew ? "put_member" : "delete_member", workspace, isNew ? "member" : "email", &writer)
            if isNew { write(item, to: &writer) } else { writer.string(email) }
        case .runner(let id, _, _):
            begin(isNew ? "put_runner" : "delete_runner", workspace, isNew ? "runner" : "id", &writer)
            if isNew { write(item, to: &writer) } else { writer.string(id) }
        }
        writer.endObject()
    }

    private static func write(_ workspace: DemoWorkspace, on day: Int, to writer: inout JSONWriter) {
        let items = workspace.items.filter { $0.exists(on: day) }
        writer.beginObject()
        writer.member("id", workspace.id)
        writer.member("name", workspace.name)
        writer.member("created_at", workspace.createdAt)
        for (name, items) in [
            ("workflows", items.filter(\.isWorkflow)), ("members", items.filter(\.isMember)),
            ("runners", items.filter(\.isRunner)),
        ] {
            writer.name(name)
            writer.beginArray()
            for item in items { write(item, to: &writer) }
            writer.endArray()
        }
        writer.endObject()
    }

    private static func write(_ item: Item, to writer: inout JSONWriter) {
        writer.beginObject()
        switch item.content {
        case .workflow(let id, let name, let isPublished, let isNestedOnly, let trigger):
            writer.member("id", id)
            writer.member("name", name)
            writer.member("published", isPublished)
            writer.member("nested_only", isNestedOnly)
            writer.member("trigger", trigger)
        case .member(let email, let name, let role, let status):
            writer.member("email", email)
            writer.member("name", name)
            writer.name("roles")
            writer.beginArray()
            writer.string(role)
            writer.endArray()
            writer.member("status", status)
        case .runner(let id, let name, let isHostedByCustomer):
            writer.member("id", id)
            writer.member("name", name)
            writer.member("hosting", isHostedByCustomer ? "self_hosted" : "cloud")
            writer.member("shared_from", String?.none)
        }
        writer.endObject()
    }

    private func writeRoles(to writer: inout JSONWriter) {
        let roles: [(String, String, [String])] = [
            ("owner", "Owner", ["playbook.write", "cm.case.write", "user.write"]),
            ("editor", "Workflow editor", ["playbook.write"]), ("operator", "Case operator", ["cm.case.write"]),
            ("viewer", "Viewer", []),
        ]
        writer.beginArray()
        for (id, name, scopes) in roles {
            writer.beginObject()
            writer.member("id", id)
            writer.member("name", name)
            writer.name("scopes")
            writer.beginArray()
            for scope in scopes { writer.string(scope) }
            writer.endArray()
            writer.endObject()
        }
        writer.endArray()
    }
}

extension DemoWorkspace.Item {
    fileprivate var isWorkflow: Bool { if case .workflow = content { true } else { false } }
    fileprivate var isMember: Bool { if case .member = content { true } else { false } }
    fileprivate var isRunner: Bool { if case .runner = content { true } else { false } }
}
