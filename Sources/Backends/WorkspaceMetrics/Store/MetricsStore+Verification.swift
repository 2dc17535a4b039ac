public import Databases
public import Identities
public import Inventory
internal import InventoryStore
internal import Text

/// A stored count that differs from the definitions.
public struct CountDifference: Sendable, Hashable {
    public let organization: OrganizationID
    /// The workspace's id; nil for the organization's own figure: a total, or the number of distinct people.
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
            for next in try InventoryState.organizations(transaction) {
                guard organization == nil || next == organization,
                    let state = try InventoryState.read(next, transaction)
                else { continue }
                differences += try self.verify(next, state, transaction)
            }
            return differences
        }
    }

    private func verify(
        _ organization: OrganizationID, _ state: InventoryState, _ transaction: Transaction
    ) throws(DatabaseError) -> [CountDifference] {
        let rows = InventoryRows(transaction: transaction, generation: state.generation)
        let roles = try rows.roleBook(settings[organization].definitions)
        var totals = MetricCounts()
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
            totals += counted
            for member in workspace.members {
                let capabilities = Counting.capabilities(of: member, roles)
                let address = ExactText(member.email.text)
                if capabilities.contains(.editsWorkflows) { editors.insert(address) }
                if capabilities.contains(.operatesCases) { operators.insert(address) }
            }
        }
        (totals.workflowEditors, totals.caseOperators) = (editors.count, operators.count)
        for metric in Metric.allCases {
            compare(metric, nil, kept: state.figures[metric], counted: totals[metric])
        }
        return differences
    }
}
