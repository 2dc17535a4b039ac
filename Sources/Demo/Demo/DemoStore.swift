public import Configuration
internal import Databases
internal import GatewayStores
internal import Identities
public import Server
internal import Synchronization
public import Time
internal import WorkspaceMetrics

/// The demo's store. It is filled only while it is empty, so that changes made in the demo are kept.
public enum DemoStore {
    /// Publishes the inventories of organizations that have none, with their changes of the last 120 days. On weekends
    /// nothing changed.
    public static func fill(_ settings: Settings, at now: Timestamp) throws(StartError) {
        do {
            let database = try GatewayStore.open(settings)
            defer { database.close() }
            let clock = DemoClock(now)
            let store = MetricsStore(database: database, under: MetricsSettings(settings), now: { clock.now })
            for (name, inventory) in [("acme", DemoInventory.acme), ("globex", DemoInventory.globex)] {
                guard let id = OrganizationID(name), try store.isEmptyBlocking(id) else { continue }
                try fill(id, with: inventory, in: store, clock, upTo: now)
            }
        } catch let failure as StartError {
            throw failure
        } catch {
            throw StartError("the demo's store cannot be filled: \(error)")
        }
    }

    private static func fill(
        _ organization: OrganizationID, with inventory: DemoInventory, in store: MetricsStore, _ clock: DemoClock,
        upTo now: Timestamp
    ) throws {
        func check<Value>(_ result: Result<Value, some Error>) throws(StartError) {
            if case .failure(let refusal) = result { throw StartError("the demo's inventory was refused: \(refusal)") }
        }
        var published = 0
        for day in 0...DemoInventory.days {
            let moment = now - .seconds(86400 * Int64(DemoInventory.days - day))
            let today = CalendarDay(moment)
            clock.set(moment)
            if day == 0 {
                var source = InventoryBytes(inventory.document(on: 0))
                try check(store.replaceInventoryBlocking(of: organization, from: &source))
            } else if today - today.firstOfWeek < 5 || day == DemoInventory.days {
                if let changes = inventory.changes(after: published, upTo: day) {
                    try check(store.changeBlocking(organization, body: changes))
                }
                published = day
            }
        }
    }
}

/// The calendar clock of the demo's history.
private final class DemoClock: Sendable {
    private let moment: Mutex<Timestamp>

    init(_ moment: Timestamp) { self.moment = Mutex(moment) }

    var now: Timestamp { moment.withLock { $0 } }

    func set(_ moment: Timestamp) { self.moment.withLock { $0 = moment } }
}
