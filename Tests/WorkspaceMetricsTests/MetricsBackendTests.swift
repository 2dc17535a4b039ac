import Organizations
import Testing

@testable import WorkspaceMetrics

@Suite("The way in for requests")
struct MetricsBackendTests {
    @Test("works for the permit's organization, and only for what the permit is for", arguments: Permission.allCases)
    func permits(permission: Permission) async throws {
        let world = try TestStore()
        try await world.put(example, .acme)
        let backend = MetricsBackend(world.store)
        let permit = try PermitMint().permit(permission, in: .globex)
        func isRefused(_ body: () async throws -> Void) async -> Bool {
            do {
                try await body()
                return false
            } catch {
                return true
            }
        }
        let reads = permission == .readMetrics
        #expect(await isRefused { _ = try backend.workspaces(permit, WorkspaceQuery()) } != reads)
        #expect(await isRefused { _ = try backend.workspace(permit, id: "soc") } != reads)
        #expect(await isRefused { _ = try backend.summary(permit, License()) } != reads)
        let writes = permission == .writeInventory
        #expect(await isRefused { _ = try await backend.inventory(permit) } != writes)
        #expect(await isRefused { _ = try await backend.inventoryWorkspace(permit, id: "soc") } != writes)
        #expect(
            await isRefused { _ = try await backend.change(permit, body: Array("{\"changes\":[]}".utf8)) } != writes)
        #expect(await isRefused { _ = try await backend.putWorkspace(permit, id: "x", body: []) } != writes)
        #expect(await isRefused { _ = try await backend.deleteWorkspace(permit, id: "soc") } != writes)
        let replaces = await isRefused {
            var source = InventoryBytes(Array(#"{"workspaces":[]}"#.utf8))
            _ = try await backend.replaceInventory(permit, from: &source)
        }
        #expect(replaces != writes)
        #expect(try world.page([], .acme).ids == ["lab", "soc"])
    }
}
