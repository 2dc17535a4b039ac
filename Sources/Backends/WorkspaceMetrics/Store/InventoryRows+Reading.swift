internal import Databases
internal import Inventory
internal import Text
internal import Time

extension InventoryRows {
    func roles() throws(DatabaseError) -> [WorkspaceRole] {
        var roles = try transaction.all(
            "SELECT number, id, name FROM inventory_role WHERE generation = $1 ORDER BY number", key
        ) { row throws(DatabaseError) in
            (number: row.integer(0), role: WorkspaceRole(id: row.text(1), name: row.text(2), scopes: []))
        }
        var index = 0
        try transaction.each(
            "SELECT role, scope FROM inventory_role_scope WHERE generation = $1 ORDER BY role, position", key
        ) { row throws(DatabaseError) in
            while index < roles.count, roles[index].number < row.integer(0) { index += 1 }
            if index < roles.count, roles[index].number == row.integer(0) {
                roles[index].role.scopes.append(row.text(1))
            }
        }
        return roles.map(\.role)
    }

    func roleBook() throws(DatabaseError) -> RoleBook {
        var book = RoleBook()
        for role in try roles() { book.add(role.id, scopes: role.scopes) }
        return book
    }

    func number(ofWorkspace id: String) throws(DatabaseError) -> Int? {
        try transaction.first(
            "SELECT number FROM inventory_workspace WHERE generation = $1 AND id = $2", key, .text(id)
        ) {
            row throws(DatabaseError) in row.integer(0)
        }
    }

    /// Returns the number of the next workspace after a number, in the publisher's order.
    func number(after number: Int) throws(DatabaseError) -> Int? {
        try transaction.first(
            "SELECT number FROM inventory_workspace WHERE generation = $1 AND number > $2 ORDER BY number LIMIT 1", key,
            .integer(number)
        ) { row throws(DatabaseError) in row.integer(0) }
    }

    /// Returns a workspace with its content and its stored counts.
    func workspace(number: Int) throws(DatabaseError) -> (workspace: Workspace, counts: MetricCounts)? {
        let head = try transaction.first(
            "SELECT \(InventoryRows.headColumns) FROM inventory_workspace WHERE generation = $1 AND number = $2", key,
            .integer(number)
        ) { row throws(DatabaseError) in InventoryRows.head(row) }
        guard let head else { return nil }
        var workspace = head.workspace
        workspace.workflows = try workflows(of: number)
        workspace.members = try members(of: number)
        workspace.runners = try runners(of: number)
        return (workspace, head.counts)
    }

    static let headColumns = """
        number, id, name, created_at, workflows, nested_workflows, workflow_editors, case_operators, runners
        """

    static func head(_ row: Row) -> (number: Int, workspace: Workspace, counts: MetricCounts) {
        let createdAt = row.optionalInteger(3).map { Timestamp(nanoseconds: Int64($0)) }
        var counts = MetricCounts()
        counts.workflows = row.integer(4)
        counts.nestedWorkflows = row.integer(5)
        counts.workflowEditors = row.integer(6)
        counts.caseOperators = row.integer(7)
        counts.runners = row.integer(8)
        return (row.integer(0), Workspace(id: row.text(1), name: row.text(2), createdAt: createdAt), counts)
    }

    private func workflows(of workspace: Int) throws(DatabaseError) -> [Workflow] {
        try transaction.all(
            """
            SELECT id, name, published, nested_only, trigger FROM inventory_workflow
            WHERE generation = $1 AND workspace = $2 ORDER BY position
            """, key, .integer(workspace)
        ) { row throws(DatabaseError) in
            Workflow(
                id: row.text(0), name: row.text(1), isPublished: row.boolean(2), isNestedOnly: row.boolean(3),
                trigger: try InventoryRows.choice(row.text(4)))
        }
    }

    /// Returns a workspace's members in the publisher's order.
    func members(of workspace: Int) throws(DatabaseError) -> [Member] {
        var roles: [ExactText: [String]] = [:]
        try transaction.each(
            """
            SELECT address, role FROM inventory_member_role WHERE generation = $1 AND workspace = $2
            ORDER BY address, position
            """, key, .integer(workspace)
        ) { row throws(DatabaseError) in roles[ExactText(row.text(0)), default: []].append(row.text(1)) }
        return try transaction.all(
            """
            SELECT address, email, name, status FROM inventory_member
            WHERE generation = $1 AND workspace = $2 ORDER BY position
            """, key, .integer(workspace)
        ) { row throws(DatabaseError) in
            Member(
                email: row.text(1), name: row.text(2), roles: roles[ExactText(row.text(0))] ?? [],
                status: try InventoryRows.choice(row.text(3)))
        }
    }

    private func runners(of workspace: Int) throws(DatabaseError) -> [Runner] {
        try transaction.all(
            """
            SELECT id, name, hosting, shared_from FROM inventory_runner
            WHERE generation = $1 AND workspace = $2 ORDER BY position
            """, key, .integer(workspace)
        ) { row throws(DatabaseError) in
            Runner(
                id: row.text(0), name: row.text(1), hosting: try InventoryRows.choice(row.text(2)),
                sharedFrom: row.optionalText(3))
        }
    }

    private static func choice<Choice: RawRepresentable<String>>(_ text: String) throws(DatabaseError) -> Choice {
        guard let choice = Choice(rawValue: text) else {
            throw DatabaseError(.corrupt, cause: "the inventory contains '\(text)', which is not a \(Choice.self)")
        }
        return choice
    }

    /// Counts the distinct people with each flag in any workspace.
    func distinctPeople() throws(DatabaseError) -> DistinctPeople {
        let editors = try transaction.first(
            "SELECT count(DISTINCT address) FROM inventory_member WHERE generation = $1 AND edits = 1", key
        ) { row throws(DatabaseError) in row.integer(0) }
        let operators = try transaction.first(
            "SELECT count(DISTINCT address) FROM inventory_member WHERE generation = $1 AND operates = 1", key
        ) { row throws(DatabaseError) in row.integer(0) }
        return DistinctPeople(editors: editors ?? 0, operators: operators ?? 0)
    }
}

/// The numbers of distinct e-mail addresses among an organization's workflow editors and case operators.
struct DistinctPeople: Sendable, Hashable {
    var editors = 0
    var operators = 0

    /// The numbers in the range of ``MetricCounts/clamped``.
    var clamped: DistinctPeople {
        let range = 0...Int(Int32.max)
        return DistinctPeople(
            editors: max(range.lowerBound, min(editors, range.upperBound)),
            operators: max(range.lowerBound, min(operators, range.upperBound)))
    }
}
