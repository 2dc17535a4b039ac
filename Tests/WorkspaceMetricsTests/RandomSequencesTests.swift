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

    @Test("any sequence leaves content, counts and history that equal a recount from the definitions")
    func sequences() async throws {
        let temporary = try TemporaryStore([MetricsStore.schema])
        let database = temporary.database
        let lanes = 64
        let failures = try await withThrowingTaskGroup(of: [Int].self) { group in
            for number in 0..<lanes {
                group.addTask {
                    let lane = try SequenceLane("lane-\(number)", database)
                    var failed: [Int] = []
                    for seed in stride(from: number, to: RandomSequencesTests.count, by: lanes) {
                        var random = RandomChanges(seed: seed)
                        do { try await lane.run(random.sequence()) } catch is SequenceLane.Difference {
                            failed.append(seed)
                        }
                    }
                    return failed
                }
            }
            return try await group.reduce(into: []) { $0 += $1 }
        }
        guard let seed = failures.min() else { return }
        var random = RandomChanges(seed: seed)
        let (steps, difference) = try await smallest(random.sequence(), SequenceLane("smallest", database))
        Issue.record("\(failures.count) sequences fail; the smallest: \(steps); \(difference)")
    }

    /// Leaves steps and changes out as long as the sequence still fails.
    private func smallest(_ steps: [RandomStep], _ lane: SequenceLane) async throws -> ([RandomStep], String) {
        for smaller in smallerOnes(steps) {
            do { try await lane.run(smaller) } catch is SequenceLane.Difference {
                return try await smallest(smaller, lane)
            }
        }
        do { try await lane.run(steps) } catch let difference as SequenceLane.Difference {
            return (steps, "\(difference)")
        }
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
