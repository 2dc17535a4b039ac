import Configuration
import Databases
import GatehouseTesting
import GatewayStores
import Identities
import JSON
import Server
import Testing
import Time
import WorkspaceMetrics

@testable import Demo

@Suite("The demo's history")
struct DemoHistoryTests {
    @Test("the demo has 120 days of history, with one metric near its license and one over it, and is filled once")
    func history() async throws {
        let workspace = TemporaryDirectory()
        let files = try DemoFiles(
            in: try DemoFolder(workspace.path), listen: "127.0.0.1:1", adminListen: "127.0.0.1:2",
            providerListen: "127.0.0.1:3", applicationListen: "127.0.0.1:4")
        let settings = try SettingsFile.load(path: files.configurationPath, environment: [:])
        // A Saturday.
        let now = try #require(Timestamp(rfc3339: "2026-05-09T10:00:00Z"))
        try DemoStore.fill(settings, at: now)
        try DemoStore.fill(settings, at: now + .seconds(3600))

        let database = try GatewayStore.open(settings)
        defer { database.close() }
        let store = MetricsStore(database: database, now: { now })
        for organization in settings.organizations {
            let days = try await database.read { transaction throws(DatabaseError) in
                try transaction.all(
                    """
                    SELECT day FROM usage_history WHERE organization = $1 AND workspace = '' AND metric = 0 ORDER BY day
                    """, .text(organization.id.text)
                ) { row throws(DatabaseError) in CalendarDay(number: row.integer(0)) }
            }
            #expect(days.first == CalendarDay(now) - 120 && days.count > 30, "\(organization.id)")
            let isAtWeekend = days.dropFirst().filter { $0 - $0.firstOfWeek >= 5 && $0 != CalendarDay(now) }
            #expect(isAtWeekend.isEmpty)
            let crossings = try await database.read { transaction throws(DatabaseError) in
                try transaction.all(
                    "SELECT metric, threshold FROM license_crossing WHERE organization = $1 AND below_since IS NULL",
                    .text(organization.id.text)
                ) { row throws(DatabaseError) in "\(row.integer(0)) \(row.text(1))" }
            }
            #expect(Set(crossings).isSuperset(of: ["0 near", "4 over"]) && !crossings.contains("0 over"))
            #expect(try store.verifyBlocking(organization.id).isEmpty)
        }
    }

    @Test("the changes of all days lead to today's inventory", arguments: [DemoInventory.acme, .globex])
    func changes(inventory: DemoInventory) throws {
        func items(_ document: JSONValue) -> Int {
            ["workflows", "members", "runners"].reduce(0) { $0 + (document.member($1)?.count ?? 0) }
        }
        func total(_ document: [UInt8]) throws -> Int {
            try JSONDocument(parsing: document).root.member("workspaces")?.elements.reduce(0) { $0 + items($1) } ?? 0
        }
        let changes = try #require(inventory.changes(after: 0, upTo: DemoInventory.days))
        let parsed = try JSONDocument(parsing: changes)
        let added = parsed.root.member("changes")?.elements.reduce(0) { sum, change in
            switch change.member("op")?.string {
            case "put_workspace": sum + (change.member("workspace").map(items) ?? 0)
            case let operation?: sum + (operation.hasPrefix("put_") ? 1 : -1)
            case nil: sum
            }
        }
        #expect(try total(inventory.document(on: 0)) + (added ?? 0) == total(inventory.document()))
        #expect(added ?? 0 > 100)
        #expect(inventory.changes(after: DemoInventory.days, upTo: DemoInventory.days) == nil)
    }
}
