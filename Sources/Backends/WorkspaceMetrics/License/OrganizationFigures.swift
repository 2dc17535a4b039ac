public import Databases
public import Identities
public import Inventory
public import InventoryStore
internal import Synchronization

/// An organization's figures for monitoring.
public struct OrganizationFigures: Sendable, Hashable {
    public let organization: OrganizationID
    public let workspaces: Int
    /// The totals, and distinct people for the metrics that count people.
    public let figures: MetricCounts

    /// Returns the used share of each limited metric, as a fraction of 1.
    public func used(of license: License) -> [(metric: Metric, share: Double)] {
        Metric.allCases.compactMap { metric in
            License.used(figures[metric], of: license[metric]).map { (metric, $0) }
        }
    }
}

/// Reads organizations' figures from the store, without their snapshots. Workspaces are counted again only after a
/// change.
public final class FigureReader: Sendable {
    private struct Known: Sendable {
        let version: Int
        let workspaces: Int
    }

    private let store: MetricsStore
    private let known = Mutex<[OrganizationID: Known]>([:])

    public init(_ store: MetricsStore) { self.store = store }

    /// Returns the figures of each organization, zeros if nothing was published.
    public func read(_ organizations: [OrganizationID]) async throws(DatabaseError) -> [OrganizationFigures] {
        let before = known.withLock { $0 }
        let (found, after) = try await store.database.read { transaction throws(DatabaseError) in
            var (found, after): ([OrganizationFigures], [OrganizationID: Known]) = ([], [:])
            for organization in organizations {
                let state = try InventoryState.read(organization, transaction)
                var count = Known(version: 0, workspaces: 0)
                if let state {
                    if let known = before[organization], known.version == state.version {
                        count = known
                    } else {
                        let rows = InventoryRows(transaction: transaction, generation: state.generation)
                        count = Known(version: state.version, workspaces: try rows.workspaceCount())
                    }
                    after[organization] = count
                }
                found.append(
                    OrganizationFigures(
                        organization: organization, workspaces: count.workspaces,
                        figures: state?.figures ?? MetricCounts()))
            }
            return (found, after)
        }
        known.withLock { $0 = after }
        return found
    }
}
