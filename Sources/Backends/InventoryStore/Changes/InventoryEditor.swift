package import Databases
package import Identities
package import Inventory
internal import Text
package import Time

/// Applies changes to an organization's inventory inside one write transaction.
///
/// Each change reads the object that it replaces, and adds the difference to the counts. The cost of a change does not
/// depend on the size of the inventory or of the workspace.
package struct InventoryEditor {
    /// A workspace whose counts or content change.
    struct Touched {
        let id: String
        var name: String
        var createdAt: Timestamp?
        var publishedAt: Timestamp?
        /// The counts before the transaction; nil if the workspace is new.
        let before: MetricCounts?
        var counts: MetricCounts
        var nextPosition: Int
        /// True if the content changes, and not only the counts.
        var isPublished = false
        var hasNewOwners = false
        var isDeleted = false
    }

    let organization: OrganizationID
    let rows: InventoryRows
    private let moment: Timestamp
    /// The state before the transaction; nil if nothing was ever published.
    private let before: InventoryState?
    package internal(set) var state: InventoryState
    var touched: [Int: Touched] = [:]
    /// The numbers of touched workspaces that exist.
    private var numbers: [ExactText: Int] = [:]
    var roles: RoleCapabilities
    /// Roles that members need. They are checked at the end, because a role may be put after a member that has it.
    private var neededRoles: [(role: String, pointer: String)] = []
    private(set) var faults = IssueList()

    package init(
        _ organization: OrganizationID, by definitions: MetricDefinitions, at moment: Timestamp,
        _ transaction: Transaction
    ) throws(DatabaseError) {
        self.organization = organization
        self.moment = moment
        before = try InventoryState.read(organization, transaction)
        state =
            if let before { before } else {
                InventoryState(generation: try Generations.begin(organization, now: moment.seconds, transaction))
            }
        rows = InventoryRows(transaction: transaction, generation: state.generation)
        roles = RoleCapabilities(rows, definitions)
        guard state.definitions != definitions.storedText else { return }
        if before != nil {
            try roles.set()
            state.recounted = .start
        }
        state.definitions = definitions.storedText
    }

    /// - Parameter path: the JSON Pointer of the change in the request's document, for faults; empty if the document is
    ///   the workspace itself.
    mutating func apply(_ change: InventoryChange, at path: String) throws(DatabaseError) {
        switch change {
        case .putRole(let role): try put(role)
        case .deleteRole(let id): try deleteRole(id, at: path)
        case .putWorkspace(let workspace): try put(workspace, at: path.isEmpty ? "" : path + "/workspace")
        case .deleteWorkspace(let id): try deleteWorkspace(id)
        case .renameWorkspace(let id, let name):
            guard let number = try workspace(id, at: path) else { return }
            touched[number]?.name = name
        case .putWorkflow(let workflow, let id):
            guard let number = try workspace(id, at: path) else { return }
            try put(workflow, in: number)
        case .deleteWorkflow(let workflow, let id):
            guard let number = try workspace(id, at: path) else { return }
            try deleteWorkflow(workflow, in: number)
        case .putMember(let member, let id):
            guard let number = try workspace(id, at: path) else { return }
            try put(member, in: number)
            need(member.roles, at: path + "/member")
        case .deleteMember(let email, let id):
            guard let number = try workspace(id, at: path) else { return }
            try deleteMember(address: email.text, in: number)
        case .putRunner(let runner, let id):
            guard let number = try workspace(id, at: path) else { return }
            try put(runner, in: number)
        case .deleteRunner(let runner, let id):
            guard let number = try workspace(id, at: path) else { return }
            try deleteRunner(runner, in: number)
        }
    }

    /// Stores the counts and the history of the changed workspaces, and gives the inventory its next version.
    ///
    /// - Parameters:
    ///   - license: the license in force; crossing one of its thresholds is reported.
    ///   - keepsTag: true after a recount, which changes no published content.
    package mutating func finish(
        under license: License, keepingTag keepsTag: Bool = false
    ) throws(DatabaseError) -> CommittedChange {
        for (role, pointer) in neededRoles where try roles.of(role) == nil { faults.add(pointer, "no such role") }
        let history = try UsageHistory(organization, now: moment, latest: state.day, rows.transaction)
        var removed: [String] = []
        for workspace in touched.values where workspace.isDeleted {
            guard let before = workspace.before else { continue }
            try history.record(MetricCounts(), of: workspace.id, before: before)
            state.totals.subtract(before)
            removed.append(workspace.id)
        }
        var changed: [WorkspaceChange] = []
        for (number, workspace) in touched.sorted(by: { $0.key < $1.key }) where !workspace.isDeleted {
            var workspace = workspace
            if workspace.isPublished { workspace.publishedAt = moment }
            try rows.update(workspace, number: number)
            try history.record(workspace.counts, of: workspace.id, before: workspace.before)
            state.totals += workspace.counts
            if let before = workspace.before { state.totals.subtract(before) }
            let owners = workspace.hasNewOwners || workspace.before == nil ? try rows.owners(ofWorkspace: number) : nil
            changed.append(WorkspaceChange(workspace, owners: owners))
        }
        try history.record(state.figures, of: "", before: before?.figures)
        state.day = history.day
        try state.advance(
            organization, changing: touched.values.map(\.id), keepingTag: keepsTag, rows.transaction)
        // Figures in the middle of a recount are neither the old nor the new ones.
        let isRecounted = before?.recounted != nil || before?.definitions != state.definitions
        if state.recounted == nil, isRecounted || before?.figures != state.figures {
            try LicenseCrossing(organization, under: license, at: moment, rows.transaction).check(state.figures)
        }
        return CommittedChange(state: state, changed: changed, removed: removed)
    }
}

extension InventoryEditor {
    // MARK: Workspaces

    private mutating func put(_ workspace: Workspace, at path: String) throws(DatabaseError) {
        let known = try number(ofWorkspace: workspace.id)
        let number = if let known { known } else { try nextNumber(of: "inventory_workspace") }
        var former: [ExactText: MemberCapabilities] = [:]
        if known != nil {
            touched[number]?.isPublished = true
            former = try rows.capableMembers(ofWorkspace: number)
            try rows.deleteContent(workspace: number)
        } else {
            touched[number] = Touched(
                id: workspace.id, name: workspace.name, before: nil, counts: MetricCounts(), nextPosition: 0,
                isPublished: true)
            numbers[ExactText(workspace.id)] = number
            _ = try rows.insertHead(workspace, number: number)
        }
        var counts = MetricCounts()
        for (position, workflow) in workspace.workflows.enumerated() {
            try rows.put(workflow, workspace: number, position: position)
            if let metric = Counting.metric(of: workflow) { counts[metric] += 1 }
        }
        for (position, runner) in workspace.runners.enumerated() {
            try rows.put(runner, workspace: number, position: position)
            if Counting.isCounted(runner) { counts.runners += 1 }
        }
        var latter: [ExactText: MemberCapabilities] = [:]
        for (position, member) in workspace.members.enumerated() {
            let capabilities = try roles.of(member)
            try rows.put(member, capabilities, workspace: number, position: position)
            try rows.insertRoles(of: member, workspace: number)
            counts.add(capabilities, times: 1)
            if !capabilities.isEmpty { latter[ExactText(member.email.text)] = capabilities }
            need(member.roles, at: path + "/members/\(position)")
        }
        for address in Set(former.keys).union(latter.keys) {
            try countPerson(address.text, from: former[address] ?? [], to: latter[address] ?? [])
        }
        touched[number]?.name = workspace.name
        touched[number]?.createdAt = workspace.createdAt
        touched[number]?.counts = counts
        touched[number]?.hasNewOwners = true
        touched[number]?.nextPosition = max(
            workspace.workflows.count, workspace.members.count, workspace.runners.count)
    }

    private mutating func deleteWorkspace(_ id: String) throws(DatabaseError) {
        guard let number = try number(ofWorkspace: id) else { return }
        touched[number]?.isPublished = true
        let former = try rows.capableMembers(ofWorkspace: number)
        try rows.delete(workspace: number)
        for (address, capabilities) in former { try countPerson(address.text, from: capabilities, to: []) }
        touched[number]?.isDeleted = true
        numbers[ExactText(id)] = nil
    }

    /// Returns the number of a workspace that is about to change. Records a fault and returns nil if it does not exist.
    private mutating func workspace(_ id: String, at path: String) throws(DatabaseError) -> Int? {
        guard let number = try number(ofWorkspace: id) else {
            faults.add(path + "/workspace", "no such workspace")
            return nil
        }
        touched[number]?.isPublished = true
        return number
    }

    /// Touches a workspace, and returns its number; nil if it does not exist.
    private mutating func number(ofWorkspace id: String) throws(DatabaseError) -> Int? {
        if let number = numbers[ExactText(id)] { return number }
        guard let found = try rows.touched(id: id) else { return nil }
        if touched[found.number] == nil { touched[found.number] = found.workspace }
        numbers[ExactText(id)] = found.number
        return found.number
    }

    /// Touches a workspace whose counts change, and not its content. The store contains it.
    mutating func touch(_ number: Int) throws(DatabaseError) {
        if touched[number] == nil { touched[number] = try rows.touched(number: number) }
    }

    func nextNumber(of table: String) throws(DatabaseError) -> Int {
        // Numbers of workspaces that this change deleted are not reused.
        let used = table == "inventory_workspace" ? touched.keys.max() ?? -1 : -1
        let last = try rows.transaction.first("SELECT max(number) FROM \(table) WHERE generation = $1", rows.key) {
            row throws(DatabaseError) in row.optionalInteger(0)
        }
        let number = max(used, (last ?? nil) ?? -1) &+ 1
        guard number >= 0 else { throw DatabaseError(.corrupt, cause: "\(table) has no numbers left") }
        return number
    }

    private func nextPosition(in number: Int) -> Int { touched[number]?.nextPosition ?? 0 }

    /// Uses up a position if the object is new.
    private mutating func take(_ position: Int, in number: Int) {
        if position == nextPosition(in: number) { touched[number]?.nextPosition = position &+ 1 }
    }

    // MARK: Parts of a workspace

    private mutating func put(_ workflow: Workflow, in number: Int) throws(DatabaseError) {
        let old = try rows.workflow(workflow.id, workspace: number)
        let position = old?.position ?? nextPosition(in: number)
        take(position, in: number)
        try rows.put(workflow, workspace: number, position: position)
        if let metric = old.flatMap({ Counting.metric(of: $0.workflow) }) { touched[number]?.counts[metric] -= 1 }
        if let metric = Counting.metric(of: workflow) { touched[number]?.counts[metric] += 1 }
    }

    private mutating func deleteWorkflow(_ id: String, in number: Int) throws(DatabaseError) {
        guard let old = try rows.workflow(id, workspace: number) else { return }
        try rows.delete("inventory_workflow", workspace: number, id: id)
        if let metric = Counting.metric(of: old.workflow) { touched[number]?.counts[metric] -= 1 }
    }

    private mutating func put(_ runner: Runner, in number: Int) throws(DatabaseError) {
        let old = try rows.runner(runner.id, workspace: number)
        let position = old?.position ?? nextPosition(in: number)
        take(position, in: number)
        try rows.put(runner, workspace: number, position: position)
        if let old, Counting.isCounted(old.runner) { touched[number]?.counts.runners -= 1 }
        if Counting.isCounted(runner) { touched[number]?.counts.runners += 1 }
    }

    private mutating func deleteRunner(_ id: String, in number: Int) throws(DatabaseError) {
        guard let old = try rows.runner(id, workspace: number) else { return }
        try rows.delete("inventory_runner", workspace: number, id: id)
        if Counting.isCounted(old.runner) { touched[number]?.counts.runners -= 1 }
    }

    private mutating func put(_ member: WorkspaceMember, in number: Int) throws(DatabaseError) {
        let address = member.email.text
        let old = try rows.member(address, workspace: number)
        let position = old?.position ?? nextPosition(in: number)
        take(position, in: number)
        let capabilities = try roles.of(member)
        try rows.put(member, capabilities, workspace: number, position: position)
        if old != nil { try rows.deleteRoles(ofMember: address, workspace: number) }
        try rows.insertRoles(of: member, workspace: number)
        try count(address, in: number, from: old?.capabilities ?? [], to: capabilities)
    }

    private mutating func deleteMember(address: String, in number: Int) throws(DatabaseError) {
        guard let old = try rows.member(address, workspace: number) else { return }
        try rows.deleteMember(address: address, workspace: number)
        try count(address, in: number, from: old.capabilities, to: [])
    }

    private mutating func need(_ roles: [String], at path: String) {
        for (index, role) in roles.enumerated() { neededRoles.append((role, path + "/roles/\(index)")) }
    }

    mutating func fault(_ pointer: String, _ detail: String) { faults.add(pointer, detail) }
}
