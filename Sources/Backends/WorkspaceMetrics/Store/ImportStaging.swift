internal import Inventory

/// The rows of an import that were read and not yet written, and the numbers of objects read so far.
struct ImportStaging: Sendable {
    enum Row: Sendable {
        case role(WorkspaceRole, number: Int)
        /// A workspace with the counts that do not depend on roles.
        case head(Workspace, number: Int, MetricCounts)
        case workflow(Workflow, workspace: Int, position: Int)
        case member(WorkspaceMember, workspace: Int, position: Int)
        case runner(Runner, workspace: Int, position: Int)
    }

    var rows: [Row] = []
    var summary = ImportSummary()

    mutating func add(_ element: InventoryDocument.Element) {
        switch element {
        case .role(let role, let number): rows.append(.role(role, number: number))
        case .workspace(let workspace, let number): add(workspace, number: number)
        }
    }

    private mutating func add(_ workspace: Workspace, number: Int) {
        // Members are counted when all roles are known.
        let counts = Counting.counts(of: workspace, RoleBook())
        rows.append(.head(workspace, number: number, counts))
        for (position, workflow) in workspace.workflows.enumerated() {
            rows.append(.workflow(workflow, workspace: number, position: position))
        }
        for (position, member) in workspace.members.enumerated() {
            rows.append(.member(member, workspace: number, position: position))
        }
        for (position, runner) in workspace.runners.enumerated() {
            rows.append(.runner(runner, workspace: number, position: position))
        }
        summary.workspaces += 1
        summary.workflows += workspace.workflows.count
        summary.members += workspace.members.count
        summary.runners += workspace.runners.count
    }
}
