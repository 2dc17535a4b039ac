internal import Databases
internal import Identities
internal import Inventory
internal import Text

/// Applies changes to an organization's inventory inside one write transaction, and updates the counts accordingly.
struct InventoryEditor {
    private struct Touched {
        let id: String
        var editors: Set<ExactText>
        var operators: Set<ExactText>
        var isDeleted = false
    }

    /// The number of changed workspaces from which a full reload is cheaper than merging.
    private static let wholeReload = 200

    let organization: OrganizationID
    private let rows: InventoryRows
    private let before: InventoryState?
    private var roles: RoleBook
    private var touched: [Int: Touched] = [:]
    /// Roles that members need. They are checked at the end, because a role may be put after a member that has it.
    private var neededRoles: [(role: String, pointer: String)] = []
    private(set) var faults = IssueList()

    init(_ organization: OrganizationID, now: Int64, _ transaction: Transaction) throws(DatabaseError) {
        self.organization = organization
        before = try InventoryState.read(organization, transaction)
        let generation =
            if let before { before.generation } else { try Generations.begin(organization, now: now, transaction) }
        rows = InventoryRows(transaction: transaction, generation: generation)
        roles = try rows.roleBook()
    }

    /// - Parameter path: the JSON Pointer of the change in the request's document, for faults; empty if the document is
    ///   the workspace itself.
    mutating func apply(_ change: InventoryChange, at path: String) throws(DatabaseError) {
        switch change {
        case .putRole(let role): try put(role)
        case .deleteRole(let id): try deleteRole(id, at: path)
        case .putWorkspace(let workspace): try put(workspace, at: path.isEmpty ? "" : path + "/workspace")
        case .deleteWorkspace(let id): try deleteWorkspace(id)
        case .putWorkflow(let workflow, let id):
            guard let number = try workspace(id, at: path) else { return }
            let position = try position(in: "inventory_workflow", workspace: number, "id", workflow.id)
            try delete("inventory_workflow", workspace: number, id: workflow.id)
            try rows.insert(workflow, workspace: number, position: position)
        case .deleteWorkflow(let workflow, let id):
            guard let number = try workspace(id, at: path) else { return }
            try delete("inventory_workflow", workspace: number, id: workflow)
        case .putMember(let member, let id):
            guard let number = try workspace(id, at: path) else { return }
            let address = member.email.asciiLowercased()
            let position = try position(in: "inventory_member", workspace: number, "address", address)
            try rows.deleteMember(address: address, workspace: number)
            try rows.insert(member, workspace: number, position: position)
            need(member.roles, at: path + "/member")
        case .deleteMember(let email, let id):
            guard let number = try workspace(id, at: path) else { return }
            try rows.deleteMember(address: email.asciiLowercased(), workspace: number)
        case .putRunner(let runner, let id):
            guard let number = try workspace(id, at: path) else { return }
            let position = try position(in: "inventory_runner", workspace: number, "id", runner.id)
            try delete("inventory_runner", workspace: number, id: runner.id)
            try rows.insert(runner, workspace: number, position: position)
        case .deleteRunner(let runner, let id):
            guard let number = try workspace(id, at: path) else { return }
            try delete("inventory_runner", workspace: number, id: runner)
        }
    }

    /// Recounts the changed workspaces, and gives the inventory its next version.
    ///
    /// - Returns: the change from the previous snapshot to the next, or a whole snapshot after a large change.
    mutating func finish() throws(DatabaseError) -> SnapshotChange {
        for (role, pointer) in neededRoles where !roles.isKnown(role) { faults.add(pointer, "no such role") }
        var changed: [WorkspaceRow] = []
        var editors = (before: Set<ExactText>(), after: Set<ExactText>())
        var operators = (before: Set<ExactText>(), after: Set<ExactText>())
        for (number, touched) in touched.sorted(by: { $0.key < $1.key }) {
            editors.before.formUnion(touched.editors)
            operators.before.formUnion(touched.operators)
            guard !touched.isDeleted, let (workspace, _) = try rows.workspace(number: number) else { continue }
            let counts = Counting.counts(of: workspace, roles)
            try rows.setCounts(counts, workspace: number)
            for member in workspace.members {
                try rows.setFlags(member, roles, workspace: number)
                let address = member.email.asciiLowercased()
                if Counting.isWorkflowEditor(member, roles) { editors.after.insert(ExactText(address)) }
                if Counting.isCaseOperator(member, roles) { operators.after.insert(ExactText(address)) }
            }
            changed.append(WorkspaceRow(workspace, counts: counts))
        }
        var distinct = (before?.distinct ?? DistinctPeople()).clamped
        distinct.editors += try change(of: "edits", editors.before, editors.after)
        distinct.operators += try change(of: "operates", operators.before, operators.after)
        let state = try InventoryState.advance(
            organization, generation: rows.generation, distinct: distinct, rows.transaction)
        guard changed.count < InventoryEditor.wholeReload else {
            return SnapshotChange(state: state, whole: try MetricsSnapshot.load(state, rows.transaction))
        }
        let removed = Set(touched.values.filter(\.isDeleted).map { ExactText($0.id) })
        return SnapshotChange(state: state, changed: changed, removed: removed)
    }
}

extension InventoryEditor {
    private mutating func put(_ role: WorkspaceRole) throws(DatabaseError) {
        let number = try rows.transaction.first(
            "SELECT number FROM inventory_role WHERE generation = $1 AND id = $2", rows.key, .text(role.id)
        ) { row throws(DatabaseError) in row.integer(0) }
        if let number { try deleteRole(number: number) }
        let place = if let number { number } else { try nextNumber(in: "inventory_role") }
        _ = try rows.insert(role, number: place)
        let old = roles.capabilities(of: role.id)
        roles.add(role.id, scopes: role.scopes)
        if roles.capabilities(of: role.id) != old {
            for workspace in try workspaces(withRole: role.id) { try touch(workspace) }
        }
    }

    private mutating func deleteRole(_ id: String, at path: String) throws(DatabaseError) {
        let number = try rows.transaction.first(
            "SELECT number FROM inventory_role WHERE generation = $1 AND id = $2", rows.key, .text(id)
        ) { row throws(DatabaseError) in row.integer(0) }
        guard let number else { return }
        // A role can be deleted only if no member has it.
        guard try workspaces(withRole: id).isEmpty else {
            faults.add(path, "members still have this role")
            return
        }
        try deleteRole(number: number)
        roles.remove(id)
    }

    private func deleteRole(number: Int) throws(DatabaseError) {
        for (table, column) in [("inventory_role_scope", "role"), ("inventory_role", "number")] {
            try rows.transaction.execute(
                "DELETE FROM \(table) WHERE generation = $1 AND \(column) = $2", rows.key, .integer(number))
        }
    }

    private func workspaces(withRole id: String) throws(DatabaseError) -> [Int] {
        try rows.transaction.all(
            "SELECT DISTINCT workspace FROM inventory_member_role WHERE generation = $1 AND role = $2", rows.key,
            .text(id)
        ) { row throws(DatabaseError) in row.integer(0) }
    }

    private mutating func put(_ workspace: Workspace, at path: String) throws(DatabaseError) {
        let known = try rows.number(ofWorkspace: workspace.id)
        let number = if let known { known } else { try nextNumber(in: "inventory_workspace") }
        if known != nil {
            try touch(number)
            try rows.delete(workspace: number)
        } else {
            touched[number] = Touched(id: workspace.id, editors: [], operators: [])
        }
        touched[number]?.isDeleted = false
        _ = try rows.insertHead(workspace, number: number, MetricCounts())
        for (position, workflow) in workspace.workflows.enumerated() {
            try rows.insert(workflow, workspace: number, position: position)
        }
        for (position, member) in workspace.members.enumerated() {
            try rows.insert(member, workspace: number, position: position)
            need(member.roles, at: path + "/members/\(position)")
        }
        for (position, runner) in workspace.runners.enumerated() {
            try rows.insert(runner, workspace: number, position: position)
        }
    }

    private mutating func deleteWorkspace(_ id: String) throws(DatabaseError) {
        guard let number = try rows.number(ofWorkspace: id) else { return }
        try touch(number)
        try rows.delete(workspace: number)
        touched[number]?.isDeleted = true
    }

    /// Returns the number of a workspace that is about to change. Records a fault and returns nil if it does not exist.
    private mutating func workspace(_ id: String, at path: String) throws(DatabaseError) -> Int? {
        guard let number = try rows.number(ofWorkspace: id) else {
            faults.add(path + "/workspace", "no such workspace")
            return nil
        }
        try touch(number)
        return number
    }

    /// Records the counted people of a workspace before its first change.
    private mutating func touch(_ number: Int) throws(DatabaseError) {
        guard touched[number] == nil else { return }
        var editors: Set<ExactText> = []
        var operators: Set<ExactText> = []
        try rows.transaction.each(
            "SELECT address, edits, operates FROM inventory_member WHERE generation = $1 AND workspace = $2", rows.key,
            .integer(number)
        ) { row throws(DatabaseError) in
            if row.boolean(1) { editors.insert(ExactText(row.text(0))) }
            if row.boolean(2) { operators.insert(ExactText(row.text(0))) }
        }
        let id = try rows.transaction.first(
            "SELECT id FROM inventory_workspace WHERE generation = $1 AND number = $2", rows.key, .integer(number)
        ) { row throws(DatabaseError) in row.text(0) }
        touched[number] = Touched(id: id ?? "", editors: editors, operators: operators)
    }

    private mutating func need(_ roles: [String], at path: String) {
        for (index, role) in roles.enumerated() { neededRoles.append((role, path + "/roles/\(index)")) }
    }

    private func delete(_ table: String, workspace: Int, id: String) throws(DatabaseError) {
        try rows.transaction.execute(
            "DELETE FROM \(table) WHERE generation = $1 AND workspace = $2 AND id = $3", rows.key, .integer(workspace),
            .text(id))
    }

    private func nextNumber(in table: String) throws(DatabaseError) -> Int {
        // Numbers of workspaces that this change deleted are not reused.
        let used = table == "inventory_workspace" ? touched.keys.max() ?? -1 : -1
        let last = try rows.transaction.first("SELECT max(number) FROM \(table) WHERE generation = $1", rows.key) {
            row throws(DatabaseError) in row.optionalInteger(0)
        }
        let number = max(used, (last ?? nil) ?? -1) &+ 1
        guard number >= 0 else { throw DatabaseError(.corrupt, cause: "\(table) has no numbers left") }
        return number
    }

    /// Returns the position of an object in its list: its previous position, or the end of the list.
    private func position(in table: String, workspace: Int, _ column: String, _ id: String) throws(DatabaseError) -> Int
    {
        let position = try rows.transaction.first(
            """
            SELECT coalesce(max(CASE WHEN \(column) = $3 THEN position END), max(position) + 1, 0) FROM \(table)
            WHERE generation = $1 AND workspace = $2
            """, rows.key, .integer(workspace), .text(id)
        ) { row throws(DatabaseError) in row.integer(0) }
        return position ?? 0
    }

    /// Returns the change in the number of distinct people with a flag.
    private func change(of flag: String, _ before: Set<ExactText>, _ after: Set<ExactText>) throws(DatabaseError) -> Int
    {
        var change = 0
        for address in before.symmetricDifference(after) {
            let places = try rows.transaction.all(
                "SELECT workspace FROM inventory_member WHERE generation = $1 AND address = $2 AND \(flag) = 1",
                rows.key,
                .text(address.text)
            ) { row throws(DatabaseError) in row.integer(0) }
            // The person is still counted by workspaces that were not changed.
            guard places.allSatisfy({ touched[$0] != nil }) else { continue }
            change += after.contains(address) ? 1 : -1
        }
        return change
    }
}

/// The effect of a committed change on a snapshot.
struct SnapshotChange: Sendable {
    let state: InventoryState
    var changed: [WorkspaceRow] = []
    var removed: Set<ExactText> = []
    var whole: MetricsSnapshot?
}
