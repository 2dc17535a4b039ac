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

        init(_ group: ContentCounts.WorkflowGroup) {
            self =
                if !group.isPublished {
                    .unpublished
                } else if group.isNestedOnly {
                    .nested
                } else {
                    switch group.trigger {
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

    init(_ content: ContentCounts) {
        createdAt = content.createdAt
        members = content.members
        for group in content.workflows { workflows[Kind(group), default: 0] += group.count }
        for group in content.runners {
            if group.hosting == .cloud {
                cloudRunners += group.count
            } else if group.isShared {
                sharedRunners += group.count
            } else {
                ownRunners += group.count
            }
        }
    }
}

extension MetricsStore {
    /// Counts the content of a workspace on a read thread.
    func breakdown(
        ofWorkspace id: String, of organization: OrganizationID
    ) async throws(MetricsError) -> WorkspaceBreakdown? {
        do throws(DatabaseError) {
            return try await database.read { transaction throws(DatabaseError) in
                guard let state = try InventoryState.read(organization, transaction) else { return nil }
                let rows = InventoryRows(transaction: transaction, generation: state.generation)
                return try rows.contentCounts(ofWorkspace: id).map { WorkspaceBreakdown($0) }
            }
        } catch {
            throw .store(error)
        }
    }
}
