import Databases
import GatehouseTesting
import Testing

@testable import MetricsSnapshots
@testable import WorkspaceMetrics

@Suite("The inventory among stores")
struct ConformanceTests {
    @Test("the inventory keeps what every store keeps")
    func conformance() async throws {
        let clock = ManualClock()
        try await StoreConformance(
            schemas: [MetricsStore.schema], listed: (1...5).map { "w\($0)" },
            damage: [
                "number = 9223372036854775807", "created_at = -9223372036854775808", "workflows = -1",
                "runners = 9223372036854775807", "name = ''", "id = ''",
            ].map { "UPDATE inventory_workspace SET \($0) WHERE id = 'w3'" },
            open: { database in MetricsStore(database: database, now: { clock.now }) },
            write: { store, number in
                let body = #"{"id":"w\#(number)","name":"W\#(number)"}"#
                // The largest number leaves none for another workspace, which is an error.
                do {
                    _ = try await store.putWorkspace("w\(number)", of: .acme, body: Array(body.utf8)).get()
                } catch is MetricsError {}
            },
            read: { store in
                try await store.load(.acme).rows.map(\.id)
            },
            refuse: { store in
                // Refused after the first change was made.
                let changes = [
                    #"{"op":"put_workspace","workspace":{"id":"w9","name":"W9"}}"#,
                    #"{"op":"put_runner","workspace":"none","runner":{"id":"r","name":"R","hosting":"self_hosted","shared_from":null}}"#,
                ].joined(separator: ",")
                return try await !store.change(.acme, body: Array("{\"changes\":[\(changes)]}".utf8)).result.isSuccess
            }
        ).verify()
    }
}
