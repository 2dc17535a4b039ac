public import Databases
public import Identities
public import Inventory
internal import Text

/// A stored count that differs from the definitions.
public struct CountDifference: Sendable, Hashable {
    public let organization: OrganizationID
    /// The workspace's id; nil for the number of distinct people in all workspaces.
    public let workspace: String?
    public let metric: Metric
    public let kept: Int
    public let counted: Int
}

extension MetricsStore {
    /// Counts everything again by the definitions. Returns the differences, ordered by organization.
    ///
    /// - Parameter organization: nil for all organizations.
    public func verifyBlocking(_ organization: OrganizationID? = nil) throws(DatabaseError) -> [CountDifference] {
        try database.readBlocking { transaction throws(DatabaseError) in
            var differences: [CountDifference] = []
            let all = try transaction.all("SELECT organization FROM inventory ORDER BY organization") { row in
                row.text(0)
            }
            for text in all {
                guard let next = OrganizationID(text), organization == nil || next == organization,
                    let state = try InventoryState.read(next, transaction)
                else { continue }
                differences += try MetricsStore.verify(next, state, transaction)
            }
            return differences
        }
    }

    private static func verify(
        _ organization: OrganizationID, _ state: InventoryState, _ transaction: Transaction
    ) throws(DatabaseError) -> [CountDifference] {
        let rows = InventoryRows(transaction: transaction, generation: state.generation)
        let roles = try rows.roleBook()
        var differences: [CountDifference] = []
        var editors: Set<ExactText> = []
        var operators: Set<ExactText> = []
        var number = -1
        func compare(_ metric: Metric, _ workspace: String?, kept: Int, counted: Int) {
            guard kept != counted else { return }
            differences.append(
                CountDifference(
                    organization: organization, workspace: workspace, metric: metric, kept: kept, counted: counted))
        }
        while let next = try rows.number(after: number) {
            number = next
            guard let (workspace, kept) = try rows.workspace(number: next) else { continue }
            let counted = Counting.counts(of: workspace, roles)
            for metric in Metric.allCases {
                compare(metric, workspace.id, kept: kept[metric], counted: counted[metric])
            }
            for member in workspace.members {
                if Counting.isWorkflowEditor(member, roles) {
                    editors.insert(ExactText(member.email.asciiLowercased()))
                }
                if Counting.isCaseOperator(member, roles) {
                    operators.insert(ExactText(member.email.asciiLowercased()))
                }
            }
        }
        compare(.workflowEditors, nil, kept: state.distinct.editors, counted: editors.count)
        compare(.caseOperators, nil, kept: state.distinct.operators, counted: operators.count)
        return differences
    }
}
