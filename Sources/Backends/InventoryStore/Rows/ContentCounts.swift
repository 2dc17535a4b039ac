package import Databases
package import Inventory
package import Time

/// The numbers of a workspace's objects by the properties that decide whether they count.
package struct ContentCounts: Sendable {
    package struct WorkflowGroup: Sendable {
        package let isPublished: Bool
        package let isNestedOnly: Bool
        package let trigger: Workflow.Trigger
        package let count: Int
    }

    package struct RunnerGroup: Sendable {
        package let hosting: Runner.Hosting
        package let isShared: Bool
        package let count: Int
    }

    package let createdAt: Timestamp?
    package let workflows: [WorkflowGroup]
    package let members: [WorkspaceMember.Status: Int]
    package let runners: [RunnerGroup]
}

extension InventoryRows {
    /// Counts the content of a workspace in the store, without reading each object. Returns nil if the workspace does
    /// not exist.
    package func contentCounts(ofWorkspace id: String) throws(DatabaseError) -> ContentCounts? {
        let head = try transaction.first(
            "SELECT number, created_at FROM inventory_workspace WHERE generation = $1 AND id = $2", key, .text(id)
        ) { row throws(DatabaseError) in (number: SQLValue.integer(row.integer(0)), createdAt: row.optionalMoment(1)) }
        guard let head else { return nil }
        let workflows = try transaction.all(
            """
            SELECT published, nested_only, trigger, count(*) FROM inventory_workflow
            WHERE generation = $1 AND workspace = $2 GROUP BY published, nested_only, trigger
            """, key, head.number
        ) { row throws(DatabaseError) in
            ContentCounts.WorkflowGroup(
                isPublished: row.boolean(0), isNestedOnly: row.boolean(1),
                trigger: try InventoryRows.choice(row.text(2)), count: row.integer(3))
        }
        var members: [WorkspaceMember.Status: Int] = [:]
        try transaction.each(
            "SELECT status, count(*) FROM inventory_member WHERE generation = $1 AND workspace = $2 GROUP BY status",
            key, head.number
        ) { row throws(DatabaseError) in members[try InventoryRows.choice(row.text(0))] = row.integer(1) }
        let runners = try transaction.all(
            """
            SELECT hosting, CASE WHEN shared_from IS NULL THEN 0 ELSE 1 END AS is_shared, count(*) FROM inventory_runner
            WHERE generation = $1 AND workspace = $2 GROUP BY hosting, is_shared
            """, key, head.number
        ) { row throws(DatabaseError) in
            ContentCounts.RunnerGroup(
                hosting: try InventoryRows.choice(row.text(0)), isShared: row.boolean(1), count: row.integer(2))
        }
        return ContentCounts(createdAt: head.createdAt, workflows: workflows, members: members, runners: runners)
    }
}
