import Audit
import Databases
import GatehouseTesting
import Identities
import Testing
import Time

@testable import Server

@Suite("Filters of a long audit log")
struct AuditSliceTests {
    @Test("distant events are found page by page, whatever their order in the store", arguments: [false, true])
    func slices(isTampered: Bool) async throws {
        let world = try GatewayWorld()
        let manager = try await world.browser("carla")
        let id = try #require(OrganizationID("acme"))
        let moment = world.clock.now
        // Three events match the filter, each more than one slice apart from the next.
        for _ in 0..<3 {
            _ = try await world.database.write { transaction throws(DatabaseError) in
                try AuditLog.append(AuditRecord(.grantCreate, by: .operator, in: id), at: moment, transaction)
                try transaction.execute(
                    "UPDATE audit_head SET sequence = sequence + 120000 WHERE chain = 'acme'")
                try AuditLog.append(AuditRecord(.grantRevoke, by: .operator, in: id), at: moment, transaction)
            }
        }
        if isTampered {
            try await world.execute(
                "UPDATE audit_event SET sequence = 9223372036854775806 WHERE chain = 'acme' AND action = 'sign_in'")
        }
        let path = "/api/v1/organizations/acme/audit-events?action=grant_create"
        let all = try await manager.fetch("GET", path)
        #expect(all.items.count == 3 && all.text("next_cursor") == nil)
        var (found, cursor): (Int, String?) = (0, nil)
        repeat {
            let page = try await manager.fetch("GET", path + "&limit=1" + (cursor.map { "&cursor=\($0)" } ?? ""))
            found += page.items.count
            cursor = page.text("next_cursor")
        } while cursor != nil && found < 10
        #expect(found == 3)
    }
}
