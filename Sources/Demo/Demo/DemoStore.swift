public import Configuration
internal import Databases
internal import Identities
public import Server
internal import WorkspaceMetrics

/// The demo's store. It is filled only while it is empty, so that changes made in the demo are kept.
public enum DemoStore {
    /// Imports the two inventories for organizations that have none.
    public static func fill(_ storage: StorageSettings) throws(StartError) {
        do {
            let database = try GatewayProcess.open(storage)
            defer { database.close() }
            let store = MetricsStore(database: database)
            for (name, inventory) in [("acme", DemoInventory.acme), ("globex", DemoInventory.globex)] {
                guard let id = OrganizationID(name), try store.isEmptyBlocking(id) else { continue }
                var source = InventoryBytes(inventory.document())
                if case .failure(let refusal) = try store.replaceInventoryBlocking(of: id, from: &source) {
                    throw StartError("the demo's inventory was refused: \(refusal)")
                }
            }
        } catch let failure as StartError {
            throw failure
        } catch {
            throw StartError("the demo's store cannot be filled: \(error)")
        }
    }
}
