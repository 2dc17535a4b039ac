public import Identities
package import Inventory
internal import Text
package import Time

/// What one transaction, or several in succession, changed of an organization's inventory: the new state, and what is
/// shown of the changed workspaces.
package struct CommittedChange: Sendable {
    package let state: InventoryState
    /// The version before the change. Every later one is part of the change.
    package let base: Int
    package let changed: [WorkspaceChange]
    /// The ids of deleted workspaces. One of them may also have been created again, and is then in `changed` too.
    package let removed: [String]

    /// - Parameter base: nil for the version before the state's.
    package init(
        state: InventoryState, base: Int? = nil, changed: [WorkspaceChange] = [], removed: [String] = []
    ) {
        (self.state, self.changed, self.removed) = (state, changed, removed)
        self.base = base ?? state.version &- 1
    }
}

/// What is shown of a changed workspace.
package struct WorkspaceChange: Sendable {
    package let id: String
    package let name: String
    package let createdAt: Timestamp?
    package let publishedAt: Timestamp?
    package let counts: MetricCounts
    /// Nil if the owners are unchanged.
    package let owners: [WorkspaceOwner]?

    init(_ workspace: InventoryEditor.Touched, owners: [WorkspaceOwner]?) {
        (id, name, createdAt) = (workspace.id, workspace.name, workspace.createdAt)
        (publishedAt, counts, self.owners) = (workspace.publishedAt, workspace.counts, owners)
    }

    init(_ head: InventoryRows.Head, owners: [WorkspaceOwner]) {
        (id, name, createdAt) = (head.workspace.id, head.workspace.name, head.workspace.createdAt)
        (publishedAt, counts, self.owners) = (head.publishedAt, head.counts.clamped, owners)
    }
}

/// An owner of a workspace. Owners compare by the octets that are shown, so an address in another case is another owner.
public struct WorkspaceOwner: Hashable, Comparable, Sendable {
    public let email: EmailAddress
    /// The name as it was published; may be empty.
    public let name: String

    package init(email: EmailAddress, name: String) {
        (self.email, self.name) = (email, name)
    }

    public static func == (a: WorkspaceOwner, b: WorkspaceOwner) -> Bool {
        a.email.spelling.isExactly(b.email.spelling) && a.name.isExactly(b.name)
    }

    public static func < (a: WorkspaceOwner, b: WorkspaceOwner) -> Bool {
        let (first, second) = (a.email.spelling, b.email.spelling)
        return first.isExactly(second)
            ? a.name.utf8.lexicographicallyPrecedes(b.name.utf8)
            : first.utf8.lexicographicallyPrecedes(second.utf8)
    }

    public func hash(into hasher: inout Hasher) {
        ExactText(email.spelling).hash(into: &hasher)
        ExactText(name).hash(into: &hasher)
    }
}
