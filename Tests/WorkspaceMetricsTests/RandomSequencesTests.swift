import Databases
import GatehouseTesting
import Identities
import Inventory
import Snapshots
import Testing
import Time

@testable import InventoryStore
@testable import WorkspaceMetrics

@Suite("Random sequences of changes")
struct RandomSequencesTests {
    private static let count = 10_000

    /// A difference between the store and the model.
    private struct Difference: Error, CustomStringConvertible {
        let description: String
    }

    /// A store that runs one sequence after the other, each in an organization of its own.
    private final class Lane {
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

        /// Runs one sequence; throws the first difference.
        func run(_ steps: [RandomStep]) async throws {
            count += 1
            let organization = try #require(OrganizationID("\(name)-\(count)"))
            settings.publish(MetricsSettings())
            var model = InventoryModel()
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
                    guard result.isSuccess == isAccepted else {
                        throw Difference(description: "the store accepted it: \(result.isSuccess)")
                    }
                }
            }
            try await compare(model, organization)
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
    }

    @Test("any sequence leaves content, counts and history that equal a recount from the definitions")
    func sequences() async throws {
        let temporary = try TemporaryStore([MetricsStore.schema])
        let database = temporary.database
        let lanes = 64
        let failures = try await withThrowingTaskGroup(of: [Int].self) { group in
            for number in 0..<lanes {
                group.addTask {
                    let lane = try Lane("lane-\(number)", database)
                    var failed: [Int] = []
                    for seed in stride(from: number, to: RandomSequencesTests.count, by: lanes) {
                        var random = RandomChanges(seed: seed)
                        do { try await lane.run(random.sequence()) } catch is Difference { failed.append(seed) }
                    }
                    return failed
                }
            }
            return try await group.reduce(into: []) { $0 += $1 }
        }
        guard let seed = failures.min() else { return }
        var random = RandomChanges(seed: seed)
        let (steps, difference) = try await smallest(random.sequence(), Lane("smallest", database))
        Issue.record("\(failures.count) sequences fail; the smallest: \(steps); \(difference)")
    }

    /// Leaves steps and changes out as long as the sequence still fails.
    private func smallest(_ steps: [RandomStep], _ lane: Lane) async throws -> ([RandomStep], String) {
        for smaller in smallerOnes(steps) {
            do { try await lane.run(smaller) } catch is Difference { return try await smallest(smaller, lane) }
        }
        do { try await lane.run(steps) } catch let difference as Difference { return (steps, "\(difference)") }
        return (steps, "it passes when it is run again")
    }

    private func smallerOnes(_ steps: [RandomStep]) -> [[RandomStep]] {
        steps.indices.flatMap { index -> [[RandomStep]] in
            var without = steps
            without.remove(at: index)
            guard case .change(let changes) = steps[index], changes.count > 1 else { return [without] }
            return [without]
                + changes.indices.map { change in
                    var (fewer, shorter) = (changes, steps)
                    fewer.remove(at: change)
                    shorter[index] = .change(fewer)
                    return shorter
                }
        }
    }
}

extension MetricsStore {
    /// Applies changes in one transaction, as those of a request.
    fileprivate func apply(
        _ changes: [InventoryChange], to organization: OrganizationID
    ) async throws -> Result<Void, InventoryRefusal> {
        let edit = edit(organization, .success((changes, changes.indices.map { "/changes/\($0)" })))
        return try await database.decide { transaction throws(DatabaseError) in
            switch try edit.apply(transaction) {
            case .failure(let refusal): .refuse(refusal)
            case .success(let change): .commit((), publish: { self.publish(change, for: organization) })
            }
        }
    }
}
