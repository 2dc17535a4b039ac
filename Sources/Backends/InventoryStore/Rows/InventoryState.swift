package import Databases
package import Identities
package import Inventory
package import Time

/// The state of an organization's inventory: its current generation, its version, and its sums.
package struct InventoryState: Sendable {
    package internal(set) var generation: Int
    /// Counts the committed changes.
    package internal(set) var version = 0
    /// A random number, new for each version whose content was published. A recount keeps it.
    package internal(set) var tag = 0
    /// The sums over all workspaces.
    package internal(set) var totals = MetricCounts()
    package internal(set) var distinct = DistinctPeople()
    /// The ``MetricDefinitions/storedText`` by which the capabilities of roles were set.
    package internal(set) var definitions = ""
    /// The last member that a recount has visited; nil if no recount is under way.
    package internal(set) var recounted: MemberPlace?
    /// The latest day in the history.
    package var day = CalendarDay(number: 0)

    /// A member's place in the order of a recount.
    package struct MemberPlace: Sendable, Hashable {
        package let workspace: Int
        package let address: String

        package init(workspace: Int, address: String) {
            (self.workspace, self.address) = (workspace, address)
        }

        /// The place before all members.
        static let start = MemberPlace(workspace: -1, address: "")
    }

    package init(
        generation: Int, version: Int = 0, tag: Int = 0, totals: MetricCounts = MetricCounts(),
        distinct: DistinctPeople = DistinctPeople(), definitions: String = "", recounted: MemberPlace? = nil,
        day: CalendarDay = CalendarDay(number: 0)
    ) {
        (self.generation, self.version, self.tag) = (generation, version, tag)
        (self.totals, self.distinct, self.definitions) = (totals, distinct, definitions)
        (self.recounted, self.day) = (recounted, day)
    }

    /// The figures of the organization: totals, and distinct people for the metrics that count people.
    package var figures: MetricCounts {
        var figures = totals
        (figures.workflowEditors, figures.caseOperators) = (distinct.editors, distinct.operators)
        return figures
    }

    package static func read(_ organization: OrganizationID, _ transaction: Transaction) throws(DatabaseError)
        -> InventoryState?
    {
        try transaction.first(
            """
            SELECT generation, version, tag, distinct_editors, distinct_operators, workflows, nested_workflows,
                workflow_editors, case_operators, runners, definitions, recounted_workspace, recounted_address, day
            FROM inventory WHERE organization = $1
            """, .text(organization.text)
        ) { row throws(DatabaseError) in
            InventoryState(
                generation: row.integer(0), version: row.integer(1), tag: row.integer(2),
                totals: MetricCounts(row, from: 5).clamped,
                distinct: DistinctPeople(editors: row.integer(3), operators: row.integer(4)).clamped,
                definitions: row.text(10),
                recounted: row.optionalInteger(11).map {
                    MemberPlace(workspace: $0, address: row.optionalText(12) ?? "")
                }, day: CalendarDay(number: row.integer(13)))
        }
    }

    /// Stores the state as the organization's, with the next version.
    ///
    /// - Parameters:
    ///   - workspaces: the ids of the workspaces that the change created, changed or deleted; nil if it replaced all.
    ///   - keepsTag: true if only figures change, and no content that was published.
    package mutating func advance(
        _ organization: OrganizationID, changing workspaces: [String]?, keepingTag keepsTag: Bool = false,
        _ transaction: Transaction
    ) throws(DatabaseError) {
        if !keepsTag { tag = Int.random(in: 0 ... .max) }
        let stored = try transaction.first(
            """
            INSERT INTO inventory (organization, generation, version, tag, distinct_editors, distinct_operators,
                workflows, nested_workflows, workflow_editors, case_operators, runners, definitions,
                recounted_workspace, recounted_address, day)
            VALUES ($1, $2, 1, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)
            ON CONFLICT (organization) DO UPDATE SET generation = excluded.generation, version = inventory.version + 1,
                tag = excluded.tag, distinct_editors = excluded.distinct_editors,
                distinct_operators = excluded.distinct_operators, workflows = excluded.workflows,
                nested_workflows = excluded.nested_workflows, workflow_editors = excluded.workflow_editors,
                case_operators = excluded.case_operators, runners = excluded.runners,
                definitions = excluded.definitions, recounted_workspace = excluded.recounted_workspace,
                recounted_address = excluded.recounted_address, day = excluded.day
            RETURNING version
            """, .text(organization.text), .integer(generation), .integer(tag), .integer(distinct.editors),
            .integer(distinct.operators), .integer(totals.workflows), .integer(totals.nestedWorkflows),
            .integer(totals.workflowEditors), .integer(totals.caseOperators), .integer(totals.runners),
            .text(definitions), recounted.map { .integer($0.workspace) } ?? .null, .text(orNull: recounted?.address),
            .integer(day.number)
        ) { row throws(DatabaseError) in row.integer(0) }
        guard let stored else { throw DatabaseError(.failed, cause: "the inventory's row was not written") }
        version = stored
        InventoryNotices.note(version, of: organization, changing: workspaces, transaction)
    }
}

extension MetricCounts {
    /// Reads five columns in the order of the metrics.
    init(_ row: Row, from column: Int) {
        self.init()
        for (index, metric) in Metric.allCases.enumerated() { self[metric] = row.integer(column + index) }
    }
}

/// Generations of rows: staged beside the inventory, or left by an interrupted import.
package enum Generations {
    /// The time, in seconds, after which an import without writes counts as dead and its rows are swept.
    package static let lease: Int64 = 600

    package static func begin(
        _ organization: OrganizationID, now: Int64, _ transaction: Transaction
    ) throws(DatabaseError) -> Int {
        // A generation is never reused: a process that resumes late must not write into the rows of another import.
        let generation = Int.random(in: 1...1 << 62)
        try transaction.execute(
            "INSERT INTO inventory_generation VALUES ($1, $2, $3)", .integer(generation), .text(organization.text),
            .integer(now))
        return generation
    }

    /// Renews the lease. Returns false if the generation was retired in the meantime.
    package static func touch(_ generation: Int, now: Int64, _ transaction: Transaction) throws(DatabaseError) -> Bool {
        try transaction.execute(
            "UPDATE inventory_generation SET touched_at = $2 WHERE generation = $1 AND touched_at > 0",
            .integer(generation), .integer(now)) == 1
    }

    package static func retire(_ generation: Int, _ transaction: Transaction) throws(DatabaseError) {
        try transaction.execute(
            "UPDATE inventory_generation SET touched_at = 0 WHERE generation = $1", .integer(generation))
    }

    /// Retires the generation of an import with an unknown outcome. Its COMMIT may have succeeded although an error was
    /// reported.
    package static func retireUnlessCurrent(_ generation: Int, _ transaction: Transaction) throws(DatabaseError) {
        try transaction.execute(
            """
            UPDATE inventory_generation SET touched_at = 0
            WHERE generation = $1 AND generation NOT IN (SELECT generation FROM inventory)
            """, .integer(generation))
    }

    /// Deletes a bounded number of rows that belong to no inventory. Returns true if more may remain.
    package static func sweep(now: Int64, _ transaction: Transaction) throws(DatabaseError) -> Bool {
        let dead = try transaction.first(
            """
            SELECT generation FROM inventory_generation
            WHERE (touched_at < $1 OR touched_at > $2) AND generation NOT IN (SELECT generation FROM inventory)
            ORDER BY generation LIMIT 1
            """, .integer(now - lease), .integer(now + lease)
        ) { row throws(DatabaseError) in row.integer(0) }
        guard let dead else { return false }
        // An import that still stages this generation must detect that it is retired before rows are missing.
        try retire(dead, transaction)
        for (table, columns) in tables where try deleteSlice(of: table, columns, dead, transaction) { return true }
        try transaction.execute("DELETE FROM inventory_generation WHERE generation = $1", .integer(dead))
        return true
    }

    private static let tables = [
        ("inventory_workflow", ["workspace", "id"]), ("inventory_member_role", ["workspace", "address"]),
        ("inventory_member", ["workspace", "address"]), ("inventory_runner", ["workspace", "id"]),
        ("inventory_workspace", ["number"]), ("inventory_role_scope", ["role", "position"]),
        ("inventory_role", ["number"]),
    ]
    private static let slice = 2000

    /// Returns true if rows were deleted.
    private static func deleteSlice(
        of table: String, _ columns: [String], _ generation: Int, _ transaction: Transaction
    ) throws(DatabaseError) -> Bool {
        let list = columns.joined(separator: ", ")
        return try transaction.execute(
            """
            DELETE FROM \(table) WHERE generation = $1 AND (\(list)) IN
                (SELECT \(list) FROM \(table) WHERE generation = $1 ORDER BY \(list) LIMIT \(slice))
            """, .integer(generation)) > 0
    }
}
