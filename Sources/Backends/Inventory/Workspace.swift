public import Identities
public import Time

/// A unit of work inside an organization, as publishers describe it (contract, section 8).
public struct Workspace: Sendable, Hashable {
    public var id: String
    public var name: String
    public var createdAt: Timestamp?
    public var workflows: [Workflow] = []
    public var members: [WorkspaceMember] = []
    public var runners: [Runner] = []

    @inlinable public init(id: String, name: String, createdAt: Timestamp? = nil) {
        self.id = id
        self.name = name
        self.createdAt = createdAt
    }
}

/// A workflow in a workspace.
public struct Workflow: Sendable, Hashable {
    /// The event that starts the workflow.
    public enum Trigger: String, Sendable, CaseIterable {
        case webhook, schedule, integration, `case`
        case onDemand = "on_demand"
        case systemEvent = "system_event"
    }

    public var id: String
    public var name: String
    public var isPublished: Bool
    public var isNestedOnly: Bool
    public var trigger: Trigger

    @inlinable package init(id: String, name: String, isPublished: Bool, isNestedOnly: Bool, trigger: Trigger) {
        self.id = id
        self.name = name
        self.isPublished = isPublished
        self.isNestedOnly = isNestedOnly
        self.trigger = trigger
    }
}

/// A person in a workspace, identified by email address.
public struct WorkspaceMember: Sendable, Hashable {
    /// The state of the membership.
    public enum Status: String, Sendable, CaseIterable {
        case active, invited, deactivated
    }

    public var email: EmailAddress
    public var name: String
    /// Ids of ``WorkspaceRole``s.
    public var roles: [String]
    public var status: Status

    @inlinable package init(email: EmailAddress, name: String, roles: [String], status: Status) {
        self.email = email
        self.name = name
        self.roles = roles
        self.status = status
    }
}

/// A machine that runs steps.
public struct Runner: Sendable, Hashable {
    /// The operator of the machine: the customer, or the cloud service.
    public enum Hosting: String, Sendable, CaseIterable {
        case selfHosted = "self_hosted"
        case cloud
    }

    public var id: String
    public var name: String
    public var hosting: Hosting
    /// The workspace that owns the runner; nil if it is this one.
    public var sharedFrom: String?

    @inlinable package init(id: String, name: String, hosting: Hosting, sharedFrom: String?) {
        self.id = id
        self.name = name
        self.hosting = hosting
        self.sharedFrom = sharedFrom
    }
}

/// A role of members inside the organization's workspaces; not a role in the gateway.
public struct WorkspaceRole: Sendable, Hashable {
    public var id: String
    public var name: String
    public var scopes: [String]

    @inlinable package init(id: String, name: String, scopes: [String]) {
        self.id = id
        self.name = name
        self.scopes = scopes
    }
}
