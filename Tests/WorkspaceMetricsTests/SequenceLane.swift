import Databases
import GatehouseTesting
import Identities
import Inventory
import Snapshots
import Testing
import Time

@testable import InventoryStore
@testable import MetricsSnapshots
@testable import WorkspaceMetrics

/// A store that runs one sequence after the other, each in an organization of its own.
final class SequenceLane {
    /// A difference between the store and the model.
    struct Difference: Error, CustomStringConvertible {
        let description: String
    }

    let database: Database
    private let name: String
    private let clock = ManualClock()
    private let settings = Published(MetricsSettings())
    private let store: MetricsStore
    private var count = 0

    init(_ name: String, _ database: Database) throws {
        self.name = name
        self.database = database
        store = MetricsStore(database: database, settings: settings, now: { [clock] in clock.now })
    }

    /// Runs batches of several publishers at once, each publisher's one after the other. Throws a difference if no
    /// order of the transactions explains the results and the content.
    ///
    /// - Returns: the number of accepted batches.
    func interleave(_ publishers: [[[InventoryChange]]]) async throws -> Int {
        count += 1
        let organization = try #require(OrganizationID("\(name)-\(count)"))
        settings.publish(MetricsSettings())
        _ = try await store.load(organization)
        let outcomes = try await withThrowingTaskGroup(of: [BatchOutcome].self) { [store] group in
            for batches in publishers {
                group.addTask {
                    var outcomes: [BatchOutcome] = []
                    for changes in batches { outcomes.append(try await store.apply(changes, to: organization)) }
                    return outcomes
                }
            }
            return try await group.reduce(into: []) { $0 += $1 }
        }
        var model = InventoryModel()
        let order = outcomes.sorted { ($0.version, $0.isAccepted ? 0 : 1) < ($1.version, $1.isAccepted ? 0 : 1) }
        for outcome in order {
            guard model.apply(outcome.changes, on: CalendarDay(clock.now)) == outcome.isAccepted else {
                throw Difference(description: "version \(outcome.version) accepted: \(outcome.isAccepted)")
            }
        }
        let versions = order.filter(\.isAccepted).map(\.version)
        guard versions == Array(1..<versions.count + 1) else { throw Difference(description: "versions: \(versions)") }
        try await compare(model, organization)
        try compareMemory(model, organization)
        return versions.count
    }

    /// Runs one sequence; throws the first difference.
    func run(_ steps: [RandomStep]) async throws {
        count += 1
        let organization = try #require(OrganizationID("\(name)-\(count)"))
        settings.publish(MetricsSettings())
        var model = InventoryModel()
        _ = try await store.load(organization)
        for step in steps {
            switch step {
            case .wait(let days): clock.advance(.seconds(86400 * days))
            case .define(let definitions):
                model.definitions = definitions
                settings.publish(MetricsSettings([organization: .init(definitions: definitions)]))
                guard !model.history.isEmpty else { continue }
                while try await store.recountSlice(of: organization) {}
                model.note(on: CalendarDay(clock.now))
            case .change(let changes):
                let result = try await store.apply(changes, to: organization)
                let isAccepted = model.apply(changes, on: CalendarDay(clock.now))
                guard result.isAccepted == isAccepted else {
                    throw Difference(description: "the store accepted it: \(result.isAccepted)")
                }
            }
        }
        try await compare(model, organization)
        try compareMemory(model, organization)
    }

    private func compare(_ model: InventoryModel, _ organization: OrganizationID) async throws {
        let (workspaces, counts, history) = try await database.read {
            transaction throws(DatabaseError) in
            var workspaces: [Workspace] = []
            var counts: [String: MetricCounts] = ["": MetricCounts()]
            if let state = try InventoryState.read(organization, transaction) {
                counts[""] = state.figures
                let rows = InventoryRows(transaction: transaction, generation: state.generation)
                var number = -1
                while let next = try rows.number(after: number), let found = try rows.workspace(number: next) {
                    number = next
                    workspaces.append(found.workspace)
                    counts[found.workspace.id] = found.counts
                }
            }
            var history: [InventoryModel.Series: [Int: Int]] = [:]
            try transaction.each(
                "SELECT workspace, metric, day, value FROM usage_history WHERE organization = $1",
                .text(organization.text)
            ) { row throws(DatabaseError) in
                let series = InventoryModel.Series(
                    workspace: row.text(0), metric: Metric.allCases[row.integer(1)])
                history[series, default: [:]][row.integer(2)] = row.integer(3)
            }
            return (workspaces, counts, history)
        }
        guard workspaces == model.workspaces else { throw Difference(description: "content: \(workspaces)") }
        guard counts == model.counts() else { throw Difference(description: "counts: \(counts)") }
        guard history == model.history else { throw Difference(description: "history: \(history)") }
    }

    /// Compares the snapshot, which was loaded before the sequence and kept up with its changes.
    private func compareMemory(_ model: InventoryModel, _ organization: OrganizationID) throws {
        let snapshot = try #require(store.loaded(organization))
        var counts = ["": snapshot.state.figures]
        for row in snapshot.rows { counts[row.id] = row.counts }
        guard counts == model.counts() else { throw Difference(description: "counts in memory: \(counts)") }
        let names = Set(snapshot.rows.map { [$0.id, $0.name] })
        guard names == Set(model.workspaces.map { [$0.id, $0.name] }) else {
            throw Difference(description: "names in memory: \(names)")
        }
    }
}

/// What became of a batch of changes.
struct BatchOutcome: Sendable {
    let changes: [InventoryChange]
    /// The version that an accepted batch made, or that a refused one saw.
    let version: Int
    let isAccepted: Bool
}

extension MetricsStore {
    /// Applies changes in one transaction, as those of a request.
    fileprivate func apply(
        _ changes: [InventoryChange], to organization: OrganizationID
    ) async throws -> BatchOutcome {
        struct Refused: Error { let version: Int }
        let edit = edit(organization, .success((changes, changes.indices.map { "/changes/\($0)" })))
        let result: Result<Int, Refused> = try await database.decide { transaction throws(DatabaseError) in
            let version = try InventoryState.read(organization, transaction)?.version ?? 0
            switch try edit.apply(transaction) {
            case .failure: return .refuse(Refused(version: version))
            case .success(let change):
                return .commit(change.state.version, publish: { self.publish(change, for: organization) })
            }
        }
        switch result {
        case .success(let version): return BatchOutcome(changes: changes, version: version, isAccepted: true)
        case .failure(let refused): return BatchOutcome(changes: changes, version: refused.version, isAccepted: false)
        }
    }
}
