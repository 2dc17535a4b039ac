package import Databases
package import Inventory
package import Time

/// The rows of one generation, inside a transaction.
package struct InventoryRows {
    package let transaction: Transaction
    let generation: Int

    package init(transaction: Transaction, generation: Int) {
        (self.transaction, self.generation) = (transaction, generation)
    }

    var key: SQLValue { .integer(generation) }
}

extension InventoryRows {
    /// Inserts a role. Returns false if its id already exists.
    package func insert(
        _ role: WorkspaceRole, _ capabilities: MemberCapabilities, number: Int
    ) throws(DatabaseError) -> Bool {
        let inserted = try transaction.execute(
            """
            INSERT INTO inventory_role (generation, number, id, name, edits, operates, owns)
            VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING
            """, key, .integer(number), .text(role.id), .text(role.name), .capability(.editsWorkflows, capabilities),
            .capability(.operatesCases, capabilities), .capability(.owns, capabilities))
        guard inserted == 1 else { return false }
        for (position, scope) in role.scopes.enumerated() {
            try transaction.execute(
                "INSERT INTO inventory_role_scope VALUES ($1, $2, $3, $4)", key, .integer(number), .integer(position),
                .text(scope))
        }
        return true
    }

    func set(_ capabilities: MemberCapabilities, ofRole id: String) throws(DatabaseError) {
        try transaction.execute(
            "UPDATE inventory_role SET edits = $3, operates = $4, owns = $5 WHERE generation = $1 AND id = $2", key,
            .text(id), .capability(.editsWorkflows, capabilities), .capability(.operatesCases, capabilities),
            .capability(.owns, capabilities))
    }

    func deleteRole(number: Int) throws(DatabaseError) {
        for (table, column) in [("inventory_role_scope", "role"), ("inventory_role", "number")] {
            try transaction.execute(
                "DELETE FROM \(table) WHERE generation = $1 AND \(column) = $2", key, .integer(number))
        }
    }

    // MARK: Workspaces

    /// Inserts a workspace without content. Returns false if its id already exists.
    ///
    /// - Parameters:
    ///   - counts: the counts as far as they are known.
    ///   - publishedAt: the time of the publication; nil if ``update(_:number:)`` follows and sets it.
    package func insertHead(
        _ workspace: Workspace, number: Int, _ counts: MetricCounts = MetricCounts(), publishedAt: Timestamp? = nil,
        nextPosition: Int = 0
    ) throws(DatabaseError) -> Bool {
        try transaction.execute(
            """
            INSERT INTO inventory_workspace (generation, number, id, name, created_at, published_at, tag, next_position,
                workflows, nested_workflows, workflow_editors, case_operators, runners)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13) ON CONFLICT DO NOTHING
            """, key, .integer(number), .text(workspace.id), .text(workspace.name), .moment(workspace.createdAt),
            .moment(publishedAt), .integer(Int.random(in: 0 ... .max)), .integer(nextPosition),
            .integer(counts.workflows), .integer(counts.nestedWorkflows), .integer(counts.workflowEditors),
            .integer(counts.caseOperators), .integer(counts.runners)) == 1
    }

    /// Stores the counts of a touched workspace. If its content changed, it gets a new tag.
    func update(_ workspace: InventoryEditor.Touched, number: Int) throws(DatabaseError) {
        let counts = workspace.counts
        guard workspace.isPublished else { return try setCounts(counts, workspace: number) }
        try transaction.execute(
            """
            UPDATE inventory_workspace SET name = $3, created_at = $4, published_at = $5, tag = $6, next_position = $7,
                workflows = $8, nested_workflows = $9, workflow_editors = $10, case_operators = $11, runners = $12
            WHERE generation = $1 AND number = $2
            """, key, .integer(number), .text(workspace.name), .moment(workspace.createdAt),
            .moment(workspace.publishedAt), .integer(Int.random(in: 0 ... .max)), .integer(workspace.nextPosition),
            .integer(counts.workflows), .integer(counts.nestedWorkflows), .integer(counts.workflowEditors),
            .integer(counts.caseOperators), .integer(counts.runners))
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

    package func setPeopleCounts(_ counts: MetricCounts, workspace: Int) throws(DatabaseError) {
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

    // MARK: Content

    /// Inserts a workflow, or replaces the one with its id.
    package func put(_ workflow: Workflow, workspace: Int, position: Int) throws(DatabaseError) {
        try transaction.execute(
            """
            INSERT INTO inventory_workflow (generation, workspace, id, position, name, published, nested_only, trigger)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
            ON CONFLICT (generation, workspace, id) DO UPDATE SET name = excluded.name, published = excluded.published,
                nested_only = excluded.nested_only, trigger = excluded.trigger
            """, key, .integer(workspace), .text(workflow.id), .integer(position), .text(workflow.name),
            .boolean(workflow.isPublished), .boolean(workflow.isNestedOnly), .text(workflow.trigger.rawValue))
    }

    /// Inserts a runner, or replaces the one with its id.
    package func put(_ runner: Runner, workspace: Int, position: Int) throws(DatabaseError) {
        try transaction.execute(
            """
            INSERT INTO inventory_runner (generation, workspace, id, position, name, hosting, shared_from)
            VALUES ($1, $2, $3, $4, $5, $6, $7)
            ON CONFLICT (generation, workspace, id) DO UPDATE SET name = excluded.name, hosting = excluded.hosting,
                shared_from = excluded.shared_from
            """, key, .integer(workspace), .text(runner.id), .integer(position), .text(runner.name),
            .text(runner.hosting.rawValue), .text(orNull: runner.sharedFrom))
    }

    /// - Parameter table: `inventory_workflow` or `inventory_runner`.
    func delete(_ table: String, workspace: Int, id: String) throws(DatabaseError) {
        try transaction.execute(
            "DELETE FROM \(table) WHERE generation = $1 AND workspace = $2 AND id = $3", key, .integer(workspace),
            .text(id))
    }
}
