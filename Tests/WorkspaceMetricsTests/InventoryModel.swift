import Identities
import Inventory
import Time

/// An inventory with its history in plain arrays. Every figure is counted anew from the definitions.
struct InventoryModel {
    struct Series: Hashable {
        /// Empty for the organization.
        let workspace: String
        let metric: Metric
    }

    private(set) var roles: [WorkspaceRole] = []
    private(set) var workspaces: [Workspace] = []
    private(set) var history: [Series: [Int: Int]] = [:]
    private var figures: [String: MetricCounts] = [:]
    var definitions = MetricDefinitions()

    /// Applies changes, all or none. Returns false if they were refused.
    mutating func apply(_ changes: [InventoryChange], on day: CalendarDay) -> Bool {
        var next = self
        var needed: [String] = []
        for change in changes {
            guard next.apply(change, &needed) else { return false }
        }
        guard needed.allSatisfy({ role in next.roles.contains { $0.id == role } }) else { return false }
        next.note(on: day)
        self = next
        return true
    }

    /// Counts everything anew, and writes what changed into the history.
    mutating func note(on day: CalendarDay) {
        let counted = counts()
        for (id, new) in counted where figures[id] != new {
            for metric in Metric.allCases where figures[id]?[metric] != new[metric] {
                history[Series(workspace: id, metric: metric), default: [:]][day.number] = new[metric]
            }
        }
        for (id, old) in figures where counted[id] == nil {
            for metric in Metric.allCases where old[metric] != 0 {
                history[Series(workspace: id, metric: metric), default: [:]][day.number] = 0
            }
        }
        figures = counted
    }

    /// The counts of each workspace, and the figures of the organization under the empty id.
    func counts() -> [String: MetricCounts] {
        var book = RoleBook(definitions)
        for role in roles { book.add(role.id, scopes: role.scopes) }
        var (editors, operators): (Set<String>, Set<String>) = ([], [])
        var counts: [String: MetricCounts] = [:]
        var total = MetricCounts()
        for workspace in workspaces {
            let own = Counting.counts(of: workspace, book)
            counts[workspace.id] = own
            total += own
            for member in workspace.members {
                let capabilities = Counting.capabilities(of: member, book)
                if capabilities.contains(.editsWorkflows) { editors.insert(member.email.text) }
                if capabilities.contains(.operatesCases) { operators.insert(member.email.text) }
            }
        }
        (total.workflowEditors, total.caseOperators) = (editors.count, operators.count)
        counts[""] = total
        return counts
    }

    private mutating func apply(_ change: InventoryChange, _ needed: inout [String]) -> Bool {
        switch change {
        case .putRole(let role): InventoryModel.put(role, in: &roles, \.id)
        case .deleteRole(let id):
            guard roles.contains(where: { $0.id == id }) else { return true }
            guard !workspaces.contains(where: { $0.members.contains { $0.roles.contains(id) } }) else { return false }
            roles.removeAll { $0.id == id }
        case .putWorkspace(let workspace):
            InventoryModel.put(workspace, in: &workspaces, \.id)
            needed += workspace.members.flatMap(\.roles)
        case .deleteWorkspace(let id): workspaces.removeAll { $0.id == id }
        case .renameWorkspace(let id, let name): return edit(id) { $0.name = name }
        case .putWorkflow(let workflow, let id):
            return edit(id) { InventoryModel.put(workflow, in: &$0.workflows, \.id) }
        case .deleteWorkflow(let workflow, let id):
            return edit(id) { $0.workflows.removeAll { $0.id == workflow } }
        case .putMember(let member, let id):
            needed += member.roles
            return edit(id) { InventoryModel.put(member, in: &$0.members) { $0.email.text } }
        case .deleteMember(let email, let id):
            return edit(id) { $0.members.removeAll { $0.email.text == email.text } }
        case .putRunner(let runner, let id): return edit(id) { InventoryModel.put(runner, in: &$0.runners, \.id) }
        case .deleteRunner(let runner, let id): return edit(id) { $0.runners.removeAll { $0.id == runner } }
        }
        return true
    }

    private mutating func edit(_ id: String, _ body: (inout Workspace) -> Void) -> Bool {
        guard let index = workspaces.firstIndex(where: { $0.id == id }) else { return false }
        body(&workspaces[index])
        return true
    }

    private static func put<Element>(_ new: Element, in list: inout [Element], _ key: (Element) -> String) {
        if let index = list.firstIndex(where: { key($0) == key(new) }) {
            list[index] = new
        } else {
            list.append(new)
        }
    }
}
