import Databases
import GatehouseTesting
import Identities
import Inventory
import Synchronization
import Testing

@testable import InventoryStore
@testable import MetricsSnapshots
@testable import WorkspaceMetrics

@Suite("The metrics backend")
struct MetricsBackendTests {
    @Test("a permit works for its own organization and permission only", arguments: Permission.allCases)
    func permits(permission: Permission) async throws {
        let world = try TestStore()
        try await world.put(example, .acme)
        let backend = MetricsBackend(world.store)
        let permit = try TokenMint().permit(permission, in: .globex)
        func isRefused(_ body: () async throws -> Void) async -> Bool {
            do {
                try await body()
                return false
            } catch {
                return true
            }
        }
        let reads = permission == .readMetrics
        #expect(await isRefused { _ = try backend.reading(permit, License()) } != reads)
        #expect(await isRefused { _ = try await backend.load(permit, License()) } != reads)
        if reads {
            let reading = try #require(try backend.reading(permit, License()))
            #expect(reading.totals().workspaces == 0 && reading.workspace(id: "soc") == nil)
        }
        let writes = permission == .writeInventory
        let always = OperatorAuthorization()
        #expect(await isRefused { _ = try await backend.inventory(permit) } != writes)
        #expect(await isRefused { _ = try await backend.inventoryWorkspace(permit, id: "soc") } != writes)
        #expect(
            await isRefused { _ = try await backend.change(permit, body: Array("{\"changes\":[]}".utf8), if: always) }
                != writes)
        #expect(await isRefused { _ = try await backend.putWorkspace(permit, id: "x", body: [], if: always) } != writes)
        #expect(await isRefused { _ = try await backend.deleteWorkspace(permit, id: "soc", if: always) } != writes)
        #expect(await isRefused { _ = try await backend.deleteInventory(permit, if: always) } != writes)
        #expect(await isRefused { _ = try await backend.inventoryTag(permit) } != writes)
        let replaces = await isRefused {
            var source = InventoryBytes(Array(#"{"workspaces":[]}"#.utf8))
            _ = try await backend.replaceInventory(permit, from: &source, if: always)
        }
        #expect(replaces != writes)
        #expect(try world.page([], .acme).ids == ["lab", "soc"])
    }

    @Test("a write whose permission is lost changes nothing, even after an import has begun")
    func authorization() async throws {
        let world = try TestStore()
        try await world.put(example, .acme)
        let before = try world.page([], .acme).ids
        let backend = MetricsBackend(world.store)
        let permit = try TokenMint().permit(.writeInventory, in: .acme)
        let refusal = InventoryRefusal.notPermitted(isMember: true)
        let never = LimitedAuthorization(lostAtCheck: 1, refusal)
        let document = Array(#"{"workspaces":[{"id":"new","name":"New"}]}"#.utf8)
        let workspace = Array(#"{"id":"new","name":"New"}"#.utf8)
        let change = Array(#"{"changes":[{"op":"delete_workspace","workspace":"soc"}]}"#.utf8)
        #expect(try await backend.change(permit, body: change, if: never).result.error == refusal)
        #expect(try await backend.putWorkspace(permit, id: "new", body: workspace, if: never).error == refusal)
        #expect(try await backend.deleteWorkspace(permit, id: "soc", if: never).error == refusal)
        #expect(try await backend.deleteInventory(permit, if: never).error == refusal)
        var unread = InventoryBytes(document)
        #expect(try await backend.replaceInventory(permit, from: &unread, if: never).error == refusal)
        #expect(unread.next() == document)
        // The permission is lost at the second check or later; the last check is that of the commit.
        for first in 2...5 {
            let authorization = LimitedAuthorization(lostAtCheck: first, refusal)
            var source = InventoryBytes(document)
            let result = try await backend.replaceInventory(permit, from: &source, if: authorization)
            if authorization.checks < first {
                #expect(first > 4)
                continue
            }
            #expect(result.error == refusal)
            #expect(try world.page([], .acme).ids == before)
        }
    }
}

/// An authorization that is lost at one of its checks.
private final class LimitedAuthorization: WriteAuthorization {
    private let lostAt: Int
    private let refusal: InventoryRefusal
    private let count = Mutex(0)

    init(lostAtCheck lostAt: Int, _ refusal: InventoryRefusal) {
        self.lostAt = lostAt
        self.refusal = refusal
    }

    /// The number of checks so far.
    var checks: Int { count.withLock { $0 } }

    func refusal(_ transaction: Transaction) -> InventoryRefusal? {
        count.withLock { count in
            count += 1
            return count >= lostAt ? refusal : nil
        }
    }
}
