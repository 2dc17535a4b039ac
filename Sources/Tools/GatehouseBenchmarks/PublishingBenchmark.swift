import Cryptography
import Databases
import Identities
import InventoryStore
import MetricsSnapshots
import Policy
import Time
import WorkspaceMetrics

/// Measures durable changes a second in batches of 1,000, in an organization of 10,000 workspaces that is in memory.
/// One publisher writes, or four at once, in batches that touch 1,000 workspaces or 20.
func benchmarkPublishing() async throws {
    guard let organization = OrganizationID("acme") else { throw UnexpectedResultError() }
    let token = try SampleToken(.ed25519, .edDSA)
    let (reader, publisher) = (
        try token.permit(.readMetrics, in: organization), try token.permit(.writeInventory, in: organization)
    )
    let temporary = try TemporaryStore([MetricsStore.schema])
    let store = MetricsStore(database: temporary.database)
    let backend = MetricsBackend(store)
    var source = SampleInventory(workspaces: 10_000, workflows: 5)
    guard case .success = try store.replaceInventoryBlocking(of: organization, from: &source) else {
        throw UnexpectedResultError()
    }
    consume(try await backend.load(reader, License()).page(WorkspaceQuery()))
    print("Durable changes a second in batches of 1,000, in an organization of 10,000 workspaces")
    for touched in [1000, 20] {
        for publishers in [1, 4] {
            let batches = 60
            let bodies = (0..<batches).map { publishedBatch($0, touching: touched) }
            let start = MonotonicTime.now()
            try await withThrowingTaskGroup { group in
                for first in 0..<publishers {
                    group.addTask { @concurrent in
                        for batch in stride(from: first, to: batches, by: publishers) {
                            let answer = try await backend.change(publisher, body: bodies[batch], if: EveryPublisher())
                            guard case .success = answer.result else { throw UnexpectedResultError() }
                        }
                    }
                }
                try await group.waitForAll()
            }
            let seconds = Double(MonotonicTime.now().nanoseconds(since: start)) / 1e9
            report("  \(publishers) at once, \(touched) workspaces a batch", count: Double(batches * 1000) / seconds)
        }
    }
}

/// 1,000 changes that put workflows into `touched` workspaces.
private func publishedBatch(_ batch: Int, touching touched: Int) -> [UInt8] {
    let list = (0..<1000).map { index in
        let workspace = (batch * 1009 + index % touched * 7) % 10_000
        return #"{"op":"put_workflow","workspace":"ws\#(workspace)","workflow":{"id":"n\#(index / touched)","#
            + #""name":"New \#(batch)","published":\#((batch + index) % 3 != 0),"nested_only":false,"trigger":"webhook"}}"#
    }
    return Array("{\"changes\":[\(list.joined(separator: ","))]}".utf8)
}
