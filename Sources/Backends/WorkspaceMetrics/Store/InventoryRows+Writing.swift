internal import Databases
internal import Inventory
internal import Text
internal import Time

/// The rows of one generation, inside a transaction.
struct InventoryRows {
    let transaction: Transaction
    let generation: Int

    var key: SQLValue { .integer(generation) }
}

extension InventoryRows {
    /// Inserts a role. Returns false if its id already exists.
    func insert(_ role: WorkspaceRole, number: Int) throws(DatabaseError) -> Bool {
        let inserted = try transaction.execute(
            "INSERT INTO inventory_role VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING", key, .integer(number),
            .text(role.id), .text(role.name))
        guard inserted == 1 else { return false }
        for (position, scope) in role.scopes.enumerated() {
            try transaction.execute(
                "INSERT INTO inventory_role_scope VALUES ($1, $2, $3, $4)", key, .integer(number), .integer(position),
                .text(scope))
        }
        return true
    }

    /// Inserts a workspace without its content. Returns false if its id already exists.
    func insertHead(_ workspace: Workspace, number: Int, _ counts: MetricCounts) throws(DatabaseError) -> Bool {
        try transaction.execute(
            """
            INSERT INTO inventory_workspace VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) ON CONFLICT DO NOTHING
            """, key, .integer(number), .text(workspace.id), .text(workspace.name),
            workspace.createdAt.map { .integer($0.nanoseconds) } ?? .null, .integer(counts.workflows),
            .integer(counts.nestedWorkflows), .integer(counts.workflowEditors), .integer(counts.caseOperators),
            .integer(counts.runners)) == 1
    }

    func insert(_ workflow: Workflow, workspace: Int, position: Int) throws(DatabaseError) {
        try transaction.execute(
            "INSERT INTO inventory_workflow VALUES ($1, $2, $3, $4, $5, $6, $7, $8)", key, .integer(workspace),
            .text(workflow.id), .integer(position), .text(workflow.name), .boolean(workflow.isPublished),
            .boolean(workflow.isNestedOnly), .text(workflow.trigger.rawValue))
    }

    /// Inserts a member without the flags that depend on roles' scopes; ``setFlags(_:_:workspace:)`` adds them.
    func insert(_ member: Member, workspace: Int, position: Int) throws(DatabaseError) {
        let address = member.email.asciiLowercased()
        try transaction.execute(
            "INSERT INTO inventory_member VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 0, 0)", key, .integer(workspace),
            .text(address), .integer(position), .text(member.email), .text(member.name),
            .text(member.status.rawValue), .boolean(Counting.isOwner(member)))
        for (position, role) in member.roles.enumerated() {
            try transaction.execute(
                "INSERT INTO inventory_member_role VALUES ($1, $2, $3, $4, $5)", key, .integer(workspace),
                .text(address), .integer(position), .text(role))
        }
    }

    func insert(_ runner: Runner, workspace: Int, position: Int) throws(DatabaseError) {
        try transaction.execute(
            "INSERT INTO inventory_runner VALUES ($1, $2, $3, $4, $5, $6, $7)", key, .integer(workspace),
            .text(runner.id), .integer(position), .text(runner.name), .text(runner.hosting.rawValue),
            .text(orNull: runner.sharedFrom))
    }

    func setFlags(_ member: Member, _ roles: RoleBook, workspace: Int) throws(DatabaseError) {
        try transaction.execute(
            """
            UPDATE inventory_member SET edits = $4, operates = $5 WHERE generation = $1 AND workspace = $2 AND address = $3
            """, key, .integer(workspace), .text(member.email.asciiLowercased()),
            .boolean(Counting.isWorkflowEditor(member, roles)), .boolean(Counting.isCaseOperator(member, roles)))
    }

    func setCounts(_ counts: MetricCounts, workspace: Int) throws(DatabaseError) {
        try transaction.execute(
            """
            UPDATE inventory_workspace SET workflows = $3, nested_workflows = $4, workflow_editors = $5,
                case_operators = $6, runners = $7
            WHERE generation = $1 AND number = $2
            """, key, .integer(workspace), .integer(counts.workflows), .integer(counts.nestedWorkflows),
            .integer(counts.workflowEditors), .integer(counts.caseOperators), .integer(counts.runners))
    }

    func setPeopleCounts(_ counts: MetricCounts, workspace: Int) throws(DatabaseError) {
        try transaction.execute(
            """
            UPDATE inventory_workspace SET workflow_editors = $3, case_operators = $4
            WHERE generation = $1 AND number = $2
            """, key, .integer(workspace), .integer(counts.workflowEditors), .integer(counts.caseOperators))
    }

    /// Deletes a workspace with its content.
    func delete(workspace: Int) throws(DatabaseError) {
        try deleteContent(workspace: workspace)
        try transaction.execute(
            "DELETE FROM inventory_workspace WHERE generation = $1 AND number = $2", key, .integer(workspace))
    }

    func deleteContent(workspace: Int) throws(DatabaseError) {
        for table in ["inventory_workflow", "inventory_member_role", "inventory_member", "inventory_runner"] {
            try transaction.execute(
                "DELETE FROM \(table) WHERE generation = $1 AND workspace = $2", key, .integer(workspace))
        }
    }

    func deleteMember(address: String, workspace: Int) throws(DatabaseError) {
        for table in ["inventory_member_role", "inventory_member"] {
            try transaction.execute(
                "DELETE FROM \(table) WHERE generation = $1 AND workspace = $2 AND address = $3", key,
                .integer(workspace), .text(address))
        }
    }
}
