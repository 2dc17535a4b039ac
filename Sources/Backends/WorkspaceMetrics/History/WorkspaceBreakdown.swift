internal import Databases
internal import Identities
public import Inventory
internal import InventoryStore
public import Time

/// How the content of a workspace is counted, and what is not counted. It names no workflow and no person.
public struct WorkspaceBreakdown: Sendable, Hashable {
    /// A kind of workflow. The raw values are stable names.
    public enum Kind: String, Sendable, CaseIterable {
        case billed, nested, byCase, bySystemEvent, unpublished

        /// The metric that counts the kind; nil if none does.
        public var metric: Metric? {
            switch self {
            case .billed: .workflows
            case .nested: .nestedWorkflows
            case .byCase, .bySystemEvent, .unpublished: nil
            }
        }

        init(_ workflow: Workflow) {
            self =
                if !workflow.isPublished {
                    .unpublished
                } else if workflow.isNestedOnly {
                    .nested
                } else {
                    switch workflow.trigger {
                    case .case: .byCase
                    case .systemEvent: .bySystemEvent
                    case .webhook, .schedule, .integration, .onDemand: .billed
                    }
                }
        }
    }

    public internal(set) var workflows: [Kind: Int] = [:]
    public internal(set) var members: [WorkspaceMember.Status: Int] = [:]
    /// Self-hosted runners of the workspace.
    public internal(set) var ownRunners = 0
    /// Runners that another workspace shares.
    public internal(set) var sharedRunners = 0
    public internal(set) var cloudRunners = 0
    public let createdAt: Timestamp?

    init(_ workspace: Workspace) {
        createdAt = workspace.createdAt
        for workflow in workspace.workflows { workflows[Kind(workflow), default: 0] += 1 }
        for member in workspace.members { members[member.status, default: 0] += 1 }
        for runner in workspace.runners {
            if runner.hosting == .cloud {
                cloudRunners += 1
            } else if runner.sharedFrom != nil {
                sharedRunners += 1
            } else {
                ownRunners += 1
            }
        }
    }
}

extension MetricsStore {
    /// Reads a workspace on a read thread, and counts it.
    func breakdown(
        ofWorkspace id: String, of organization: OrganizationID
    ) async throws(MetricsError) -> WorkspaceBreakdown? {
        do throws(DatabaseError) {
            return try await database.read { transaction throws(DatabaseError) in
                guard let state = try InventoryState.read(organization, transaction) else { return nil }
                let rows = InventoryRows(transaction: transaction, generation: state.generation)
                guard let number = try rows.number(ofWorkspace: id), let found = try rows.workspace(number: number)
                else { return nil }
                return WorkspaceBreakdown(found.workspace)
            }
        } catch {
            throw .store(error)
        }
    }
}
