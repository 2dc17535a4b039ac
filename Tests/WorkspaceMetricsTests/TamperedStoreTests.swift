import Databases
import Inventory
import Testing

@testable import InventoryStore
@testable import MetricsSnapshots
@testable import WorkspaceMetrics

@Suite("An inventory with tampered numbers")
struct TamperedStoreTests {
    @Test(
        "a tampered inventory is shown, verified and changed without a crash",
        arguments: [
            "UPDATE inventory_workspace SET workflows = 9223372036854775807, runners = 9223372036854775807",
            "UPDATE inventory_workspace SET workflows = -9223372036854775808, runners = -1",
            "UPDATE inventory SET distinct_editors = 9223372036854775807, distinct_operators = -9223372036854775808",
            "UPDATE inventory SET version = 9223372036854775806",
            "UPDATE inventory_workspace SET created_at = -9223372036854775808",
            "UPDATE inventory_member SET position = 9223372036854775807",
            "UPDATE usage_history SET value = 9223372036854775807",
            "UPDATE usage_history SET value = -9223372036854775808",
            "UPDATE usage_history SET day = 9223372036854775807", "UPDATE usage_history SET day = -9223372036854775808",
        ])
    func numbers(_ sql: String) async throws {
        let world = try TestStore()
        try await world.put(example)
        _ = try await world.database.write { transaction throws(DatabaseError) in try transaction.execute(sql) }
        let store = try world.reopened()
        let snapshot = store.snapshot(of: .acme)
        #expect(snapshot.rows.count == 2)
        for sort in Metric.allCases.map(\.rawValue) + ["name"] {
            for order in ["asc", "desc"] {
                let query = try WorkspaceQuery([("sort", sort), ("order", order), ("limit", "1")])
                let page = try Page(store.workspaces(of: .acme, query, as: .json).body())
                #expect(page.ids.count == 1 && page.cursor != nil)
            }
        }
        var license = License()
        license[.workflows] = 1
        license[.workflowEditors] = 1
        let summary = snapshot.summary(license, today: store.today, by: MetricDefinitions())
        for figure in summary.figures { #expect(figure.total >= 0 && (figure.used ?? 0) >= 0) }
        #expect(try await store.usage(of: .acme, UsageQuery([], today: store.today)) != nil)
        let report = try #require(try await store.usageReport(of: .acme, UsageQuery([], today: store.today)))
        let range = 0...Int(Int32.max)
        #expect(report.figures.allSatisfy { $0.allSatisfy { $0.map { range.contains($0) } ?? true } })
        #expect(
            try sql.contains("usage_history") || sql.contains("created_at") || sql.contains("version")
                || sql.contains("position")
                || !store.verifyBlocking().isEmpty)
        let change =
            #"{"changes":[{"op":"put_member","workspace":"soc","member":{"email":"n@acme.com","name":"N","roles":["owner"],"status":"active"}}]}"#
        _ = try? await store.change(.acme, body: Array(change.utf8))
    }

    @Test("if the largest workspace number is used, adding a workspace fails with an error")
    func lastNumber() async throws {
        let world = try TestStore()
        try await world.put(example)
        _ = try await world.database.write { transaction throws(DatabaseError) in
            try transaction.execute("UPDATE inventory_workspace SET number = 9223372036854775807 WHERE id = 'lab'")
        }
        let store = try world.reopened()
        await #expect(throws: MetricsError.self) {
            _ = try await store.putWorkspace("new", of: .acme, body: Array(#"{"id":"new","name":"New"}"#.utf8))
        }
    }
}
