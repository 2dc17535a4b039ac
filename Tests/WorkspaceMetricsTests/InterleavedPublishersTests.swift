import Databases
import GatehouseTesting
import Inventory
import Testing

@testable import InventoryStore
@testable import MetricsSnapshots
@testable import WorkspaceMetrics

@Suite("Interleaved publishers")
struct InterleavedPublishersTests {
    @Test("batches of several publishers take effect one after the other, each whole or not at all")
    func serializable() async throws {
        let temporary = try TemporaryStore([MetricsStore.schema])
        let lane = try SequenceLane("interleaved", temporary.database)
        var accepted = 0
        for seed in 0..<200 {
            var random = RandomChanges(seed: seed)
            let publishers = (0..<4).map { _ in [random.beginning()] + (0..<6).map { _ in random.batch() } }
            do {
                accepted += try await lane.interleave(publishers)
            } catch let difference as SequenceLane.Difference {
                Issue.record("seed \(seed): \(difference)")
            }
        }
        #expect(200 * 8..<200 * 28 ~= accepted, "few batches are accepted, or none is refused")
    }
}
