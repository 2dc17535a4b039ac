internal import Identities
package import JSON
internal import Time

/// Writes the parts of an inventory in the publishers' format.
extension JSONWriter {
    package mutating func workspace(_ workspace: Workspace) {
        beginObject()
        member("id", workspace.id)
        member("name", workspace.name)
        member("created_at", workspace.createdAt?.rfc3339)
        list("workflows", workspace.workflows) { writer, workflow in
            writer.member("id", workflow.id)
            writer.member("name", workflow.name)
            writer.member("published", workflow.isPublished)
            writer.member("nested_only", workflow.isNestedOnly)
            writer.member("trigger", workflow.trigger.rawValue)
        }
        list("members", workspace.members) { writer, member in
            writer.member("email", member.email.spelling)
            writer.member("name", member.name)
            writer.strings("roles", member.roles)
            writer.member("status", member.status.rawValue)
        }
        list("runners", workspace.runners) { writer, runner in
            writer.member("id", runner.id)
            writer.member("name", runner.name)
            writer.member("hosting", runner.hosting.rawValue)
            writer.member("shared_from", runner.sharedFrom)
        }
        endObject()
    }

    package mutating func role(_ role: WorkspaceRole) {
        beginObject()
        member("id", role.id)
        member("name", role.name)
        strings("scopes", role.scopes)
        endObject()
    }

    private mutating func list<Element>(
        _ name: String, _ elements: [Element], _ members: (inout JSONWriter, Element) -> Void
    ) {
        self.name(name)
        beginArray()
        for element in elements {
            beginObject()
            members(&self, element)
            endObject()
        }
        endArray()
    }

    private mutating func strings(_ name: String, _ values: [String]) {
        self.name(name)
        beginArray()
        for value in values { string(value) }
        endArray()
    }
}
