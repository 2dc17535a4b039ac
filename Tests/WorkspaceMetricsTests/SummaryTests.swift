import GatehouseTesting
import Identities
import Inventory
import JSON
import Snapshots
import Testing
import Time

@testable import InventoryStore
@testable import MetricsSnapshots
@testable import WorkspaceMetrics

@Suite("The summary")
struct SummaryTests {
    private func summary(_ world: TestStore, _ license: License) throws -> JSONDocument {
        try JSONDocument(parsing: world.store.summary(of: .acme, license).body())
    }

    @Test("a metric has its state, its change and the day on which its trend reaches the license")
    func growing() async throws {
        let world = try TestStore()
        var license = License()
        license[.workflows] = 50
        license[.runners] = 0
        for day in 1...31 {
            try await world.publish(day)
            if day < 31 { world.clock.advance(.seconds(86400)) }
        }
        var document = try summary(world, license)
        let metrics = try #require(document.root.member("metrics"))
        let workflows = try #require(metrics.member("workflows"))
        #expect(
            workflows.members.map(\.name) == [
                "total", "distinct", "licensed", "used", "state", "change_30d", "reaches_license_on",
            ])
        #expect(workflows.member("used")?.double == 0.62 && workflows.member("state")?.string == "ok")
        #expect(workflows.member("change_30d")?.integer == 30)
        #expect(workflows.member("reaches_license_on")?.string == (world.store.today + 19).text)
        let runners = try #require(metrics.member("runners"))
        #expect(runners.member("state")?.string == "ok" && runners.member("used")?.kind == .null)
        #expect(runners.member("change_30d")?.integer == 0 && runners.member("reaches_license_on")?.kind == .null)
        let operators = try #require(metrics.member("case_operators"))
        #expect(operators.member("state")?.kind == .null && operators.member("licensed")?.kind == .null)
        #expect(document.root.member("recounting")?.boolean == false)

        // Two days later, without a change.
        world.clock.advance(.seconds(2 * 86400))
        document = try summary(world, license)
        let later = try #require(document.root.member("metrics")?.member("workflows"))
        #expect(later.member("change_30d")?.integer == 28)
    }

    @Test("the change is null without a figure of 30 days ago")
    func young() async throws {
        let world = try TestStore()
        try await world.publish(3)
        world.clock.advance(.seconds(29 * 86400))
        func change() throws -> JSONDocument { try summary(world, License()) }
        let young = try change().root.member("metrics")?.member("workflows")?.member("change_30d")
        #expect(young?.kind == .null)
        world.clock.advance(.seconds(86400))
        let old = try change().root.member("metrics")?.member("workflows")?.member("change_30d")
        #expect(old?.integer == 0)
    }

    @Test("the tag changes at midnight and with the license, and not with an hour")
    func tags() async throws {
        let world = try TestStore()
        try await world.publish(3)
        var license = License()
        func tag() -> String { world.store.summary(of: .acme, license).entityTag }
        let first = tag()
        world.clock.advance(.seconds(3600))
        #expect(tag() == first)
        license.near = 0.5
        #expect(tag() != first)
        license.near = 0.8
        world.clock.advance(.seconds(86400))
        #expect(tag() != first)
    }

    @Test("the summary tells that changed definitions are not counted yet")
    func recounting() async throws {
        let world = try TestStore()
        func isRecounting() throws -> Bool? { try summary(world, License()).root.member("recounting")?.boolean }
        #expect(try isRecounting() == false)
        try await world.publish(3)
        #expect(try isRecounting() == false)
        let definitions = MetricDefinitions(ownerRole: "boss")
        world.settings.publish(MetricsSettings([.acme: MetricsSettings.Organization(definitions: definitions)]))
        #expect(try isRecounting() == true)
    }

    @Test("monitoring reads the figures of organizations from the store, and counts workspaces again after a change")
    func figures() async throws {
        let world = try TestStore()
        _ = try await world.put(example).get()
        let reader = FigureReader(world.store)
        let first = try await reader.read([.globex, .acme])
        #expect(first.map(\.organization) == [.globex, .acme] && first.map(\.workspaces) == [0, 2])
        #expect(first[1].figures.caseOperators == 2 && first[1].figures.workflows == 1)
        var license = License()
        license[.workflows] = 4
        license[.runners] = 0
        #expect(first[1].used(of: license).map(\.metric) == [.workflows])
        #expect(first[1].used(of: license).map(\.share) == [0.25])
        try await world.publish(2, in: "more")
        #expect(try await reader.read([.acme]).map(\.workspaces) == [3])
    }
}
