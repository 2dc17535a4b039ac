import Databases
import Testing
import Threads
import Time

@testable import Server

@Suite("Periodic work")
struct MaintenanceTests {
    @Test("the rows of an import that was killed are deleted hourly")
    func sweep() async throws {
        let world = try GatewayWorld()
        let maintenance = Maintenance(world.configurations, world.services, metrics: world.store)
        try await world.execute("INSERT INTO inventory_generation VALUES (7, 'acme', 1)")
        await maintenance.perform(720)
        // Writes are performed in order.
        try await world.database.write { _ throws(DatabaseError) in }
        #expect(try await world.count("inventory_generation WHERE generation = 7") == 0)
    }

    @Test("the last work of a process that stops does not wait for a store that does not answer")
    func stopping() throws {
        let world = try GatewayWorld()
        let maintenance = Maintenance(world.configurations, world.services, metrics: world.store)
        let (isHeld, hasBegun) = (Monitor(true), Monitor(false))
        world.database.writeInSlices { _ in
            hasBegun.change { $0 = true }
            _ = isHeld.wait { $0 ? nil : true }
            return false
        }
        _ = hasBegun.wait { $0 ? true : nil }
        maintenance.finishBlocking(before: .now())
        isHeld.change { $0 = false }
    }
}
