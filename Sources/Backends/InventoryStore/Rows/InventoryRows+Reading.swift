package import Databases
internal import Identities
package import Inventory
internal import Statements
internal import Text
package import Time

extension InventoryRows {
    package func roles() throws(DatabaseError) -> [WorkspaceRole] {
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

    package func roleBook(_ definitions: MetricDefinitions) throws(DatabaseError) -> RoleBook {
        var book = RoleBook(definitions)
        for role in try roles() { book.add(role.id, scopes: role.scopes) }
        return book
    }

    package func number(ofWorkspace id: String) throws(DatabaseError) -> Int? {
        try transaction.first(
            "SELECT number FROM inventory_workspace WHERE generation = $1 AND id = $2", key, .text(id)
        ) {
            row throws(DatabaseError) in row.integer(0)
        }
    }

    /// Returns the number of the next workspace after a number, in the publisher's order.
    package func number(after number: Int) throws(DatabaseError) -> Int? {
        try transaction.first(
            "SELECT number FROM inventory_workspace WHERE generation = $1 AND number > $2 ORDER BY number LIMIT 1", key,
            .integer(number)
        ) { row throws(DatabaseError) in row.integer(0) }
    }

    /// Returns a workspace with its content and its stored counts.
    package func workspace(number: Int) throws(DatabaseError) -> (workspace: Workspace, counts: MetricCounts)? {
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

    /// A workspace's row: a workspace without content, its stored counts, and the time of its last publication.
    package typealias Head = (number: Int, workspace: Workspace, counts: MetricCounts, publishedAt: Timestamp?)

    /// Reads all workspaces without their content, in any order.
    package func heads<Value>(
        _ make: (Head) throws(DatabaseError) -> Value
    ) throws(DatabaseError) -> [Value] {
        try transaction.all(
            "SELECT \(InventoryRows.headColumns) FROM inventory_workspace WHERE generation = $1", key
        ) { row throws(DatabaseError) in try make(InventoryRows.head(row)) }
    }

    /// Returns what is shown of some workspaces, without those that do not exist.
    func shown(_ ids: Set<ExactText>) throws(DatabaseError) -> [WorkspaceChange] {
        var shown: [WorkspaceChange] = []
        for ids in ValueList.parts(of: ids) {
            let list = ValueList(ids.map { [.text($0.text)] }, after: 1)
            let heads = try transaction.all(
                """
                SELECT \(InventoryRows.headColumns) FROM inventory_workspace
                WHERE generation = $1 AND id IN (VALUES \(list.places))
                """, [key] + list.values
            ) { row throws(DatabaseError) in InventoryRows.head(row) }
            guard !heads.isEmpty else { continue }
            let owners = try owners(of: heads.map(\.number))
            shown += heads.map { WorkspaceChange($0, owners: owners[$0.number] ?? []) }
        }
        return shown
    }

    /// Returns the owners of workspaces by the workspaces' numbers, in any order.
    ///
    /// - Parameter numbers: at least one and at most ``Statements/ValueList/most``; nil for all.
    package func owners(of numbers: [Int]? = nil) throws(DatabaseError) -> [Int: [WorkspaceOwner]] {
        var owners: [Int: [WorkspaceOwner]] = [:]
        let list = numbers.map { numbers in ValueList(numbers.map { [.integer($0)] }, after: 1) }
        let condition = list.map { "AND workspace IN (\($0.places))" } ?? ""
        try transaction.each(
            "SELECT workspace, email, name FROM inventory_member WHERE generation = $1 AND owns = 1 \(condition)",
            [key] + (list?.values ?? [])
        ) { row throws(DatabaseError) in
            owners[row.integer(0), default: []].append(
                WorkspaceOwner(email: EmailAddress(row.text(1)), name: row.text(2)))
        }
        return owners
    }

    /// Returns the number of workspaces.
    package func workspaceCount() throws(DatabaseError) -> Int {
        try transaction.first("SELECT count(*) FROM inventory_workspace WHERE generation = $1", key) {
            row throws(DatabaseError) in row.integer(0)
        } ?? 0
    }

    /// The columns that ``head(_:)`` reads.
    private static let headColumns = """
        number, id, name, created_at, workflows, nested_workflows, workflow_editors, case_operators, runners,
        published_at
        """

    private static func head(_ row: Row) -> Head {
        (
            row.integer(0),
            Workspace(id: row.text(1), name: row.text(2), createdAt: row.optionalMoment(3)),
            MetricCounts(row, from: 4), row.optionalMoment(9)
        )
    }

    /// Reads a workspace before its first change in a transaction. The store contains it.
    func touched(number: Int) throws(DatabaseError) -> InventoryEditor.Touched {
        let touched = try transaction.first(
            InventoryRows.headByNumber, key, .integer(number)
        ) { row throws(DatabaseError) in InventoryRows.touched(row) }
        guard let touched else { throw DatabaseError(.corrupt, cause: "a member's workspace \(number) is missing") }
        return touched.workspace
    }

    /// Reads a workspace before its first change in a transaction; nil if it does not exist.
    func touched(id: String) throws(DatabaseError) -> (number: Int, workspace: InventoryEditor.Touched)? {
        try transaction.first(InventoryRows.headByID, key, .text(id)) { row throws(DatabaseError) in
            InventoryRows.touched(row)
        }
    }

    private static let (headByNumber, headByID) = (head(by: "number"), head(by: "id"))

    private static func head(by column: String) -> String {
        "SELECT \(headColumns), next_position FROM inventory_workspace WHERE generation = $1 AND \(column) = $2"
    }

    private static func touched(_ row: Row) -> (number: Int, workspace: InventoryEditor.Touched) {
        let (number, workspace, counts, publishedAt) = InventoryRows.head(row)
        return (
            number,
            InventoryEditor.Touched(
                id: workspace.id, name: workspace.name, createdAt: workspace.createdAt, publishedAt: publishedAt,
                before: counts.clamped, counts: counts.clamped, nextPosition: row.integer(10))
        )
    }

    /// Returns a workflow and its position, or nil if the workspace has no such workflow.
    func workflow(_ id: String, workspace: Int) throws(DatabaseError) -> (position: Int, workflow: Workflow)? {
        try transaction.first(
            """
            SELECT position, id, name, published, nested_only, trigger FROM inventory_workflow
            WHERE generation = $1 AND workspace = $2 AND id = $3
            """, key, .integer(workspace), .text(id)
        ) { row throws(DatabaseError) in (row.integer(0), try InventoryRows.workflow(row, from: 1)) }
    }

    /// Returns a runner and its position, or nil if the workspace has no such runner.
    func runner(_ id: String, workspace: Int) throws(DatabaseError) -> (position: Int, runner: Runner)? {
        try transaction.first(
            """
            SELECT position, id, name, hosting, shared_from FROM inventory_runner
            WHERE generation = $1 AND workspace = $2 AND id = $3
            """, key, .integer(workspace), .text(id)
        ) { row throws(DatabaseError) in (row.integer(0), try InventoryRows.runner(row, from: 1)) }
    }

    private static func workflow(_ row: Row, from column: Int) throws(DatabaseError) -> Workflow {
        Workflow(
            id: row.text(column), name: row.text(column + 1), isPublished: row.boolean(column + 2),
            isNestedOnly: row.boolean(column + 3), trigger: try choice(row.text(column + 4)))
    }

    private static func runner(_ row: Row, from column: Int) throws(DatabaseError) -> Runner {
        Runner(
            id: row.text(column), name: row.text(column + 1), hosting: try choice(row.text(column + 2)),
            sharedFrom: row.optionalText(column + 3))
    }

    private func workflows(of workspace: Int) throws(DatabaseError) -> [Workflow] {
        try transaction.all(
            """
            SELECT id, name, published, nested_only, trigger FROM inventory_workflow
            WHERE generation = $1 AND workspace = $2 ORDER BY position
            """, key, .integer(workspace)
        ) { row throws(DatabaseError) in try InventoryRows.workflow(row, from: 0) }
    }

    /// Returns a workspace's next members after an address, in the order of addresses, each with its position in the
    /// publisher's order. Addresses are in lower case (ASCII).
    ///
    /// - Parameter limit: the most members to return; fewer are the last ones.
    package func members(
        of workspace: Int, after address: String, limit: Int
    ) throws(DatabaseError) -> [(address: String, position: Int, member: WorkspaceMember)] {
        var members = try transaction.all(
            """
            SELECT address, position, email, name, status FROM inventory_member
            WHERE generation = $1 AND workspace = $2 AND address > $3 ORDER BY address LIMIT $4
            """, key, .integer(workspace), .text(address), .integer(limit)
        ) { row throws(DatabaseError) in
            let status: WorkspaceMember.Status = try InventoryRows.choice(row.text(4))
            let member = WorkspaceMember(
                email: EmailAddress(row.text(2)), name: row.text(3), roles: [], status: status)
            return (address: row.text(0), position: row.integer(1), member: member)
        }
        guard let last = members.last else { return [] }
        var roles: [ExactText: [String]] = [:]
        try transaction.each(
            """
            SELECT address, role FROM inventory_member_role
            WHERE generation = $1 AND workspace = $2 AND address > $3 AND address <= $4 ORDER BY address, position
            """, key, .integer(workspace), .text(address), .text(last.address)
        ) { row throws(DatabaseError) in roles[ExactText(row.text(0)), default: []].append(row.text(1)) }
        for index in members.indices { members[index].member.roles = roles[ExactText(members[index].address)] ?? [] }
        return members
    }

    /// Returns a workspace's members in the publisher's order.
    private func members(of workspace: Int) throws(DatabaseError) -> [WorkspaceMember] {
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
            WorkspaceMember(
                email: EmailAddress(row.text(1)), name: row.text(2), roles: roles[ExactText(row.text(0))] ?? [],
                status: try InventoryRows.choice(row.text(3)))
        }
    }

    private func runners(of workspace: Int) throws(DatabaseError) -> [Runner] {
        try transaction.all(
            """
            SELECT id, name, hosting, shared_from FROM inventory_runner
            WHERE generation = $1 AND workspace = $2 ORDER BY position
            """, key, .integer(workspace)
        ) { row throws(DatabaseError) in try InventoryRows.runner(row, from: 0) }
    }

    static func choice<Choice: RawRepresentable<String>>(_ text: String) throws(DatabaseError) -> Choice {
        guard let choice = Choice(rawValue: text) else {
            throw DatabaseError(.corrupt, cause: "the inventory contains '\(text)', which is not a \(Choice.self)")
        }
        return choice
    }

    /// Adds up the stored counts of all workspaces.
    package func totals() throws(DatabaseError) -> MetricCounts {
        let sums = Metric.allCases.map { "coalesce(CAST(sum(\($0.rawValue)) AS BIGINT), 0)" }.joined(separator: ", ")
        return try transaction.first("SELECT \(sums) FROM inventory_workspace WHERE generation = $1", key) {
            row throws(DatabaseError) in MetricCounts(row, from: 0)
        } ?? MetricCounts()
    }

    /// Counts the distinct people with each flag in any workspace.
    package func distinctPeople() throws(DatabaseError) -> DistinctPeople {
        let editors = try transaction.first(
            "SELECT count(DISTINCT address) FROM inventory_member WHERE generation = $1 AND edits = 1", key
        ) { row throws(DatabaseError) in row.integer(0) }
        let operators = try transaction.first(
            "SELECT count(DISTINCT address) FROM inventory_member WHERE generation = $1 AND operates = 1", key
        ) { row throws(DatabaseError) in row.integer(0) }
        return DistinctPeople(editors: editors ?? 0, operators: operators ?? 0)
    }
}

extension Row {
    /// A moment in nanoseconds since 1970, or nil for NULL.
    func optionalMoment(_ column: Int) -> Timestamp? {
        optionalInteger(column).map { Timestamp(nanoseconds: Int64($0)) }
    }
}

extension SQLValue {
    /// Nanoseconds since 1970, or NULL.
    static func moment(_ moment: Timestamp?) -> SQLValue { moment.map { .integer($0.nanoseconds) } ?? .null }
}
