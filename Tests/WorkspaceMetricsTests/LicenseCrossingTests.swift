import Audit
import Databases
import GatehouseTesting
import Identities
import Inventory
import JSON
import Snapshots
import Testing
import Time

@testable import InventoryStore
@testable import WorkspaceMetrics

@Suite("Crossings of a license")
struct LicenseCrossingTests {
    private static let hour: Duration = .seconds(3600)

    private static func settings(_ workflows: Int?, near: Double = 0.8, notifies: Bool = false) -> MetricsSettings {
        var license = License()
        license[.workflows] = workflows
        (license.near, license.notifies) = (near, notifies)
        return MetricsSettings([.acme: MetricsSettings.Organization(license: license)])
    }

    /// The audited crossings so far, such as `near 8 of 10`.
    private func crossings(_ world: TestStore) async throws -> [String] {
        try await world.database.read { transaction throws(DatabaseError) in
            try transaction.all(
                "SELECT event FROM audit_event WHERE chain = 'acme' AND action LIKE 'license_%' ORDER BY sequence"
            ) { row throws(DatabaseError) in
                let event = (try? JSONDocument(parsing: row.blob(0)))?.root
                func text(_ names: String...) -> String {
                    names.reduce(event) { $0?.member($1) }?.string ?? "?"
                }
                #expect(text("target") == "workflows" && text("actor", "kind") == "system")
                return "\(text("action").dropFirst(8)) \(text("details", "figure")) of \(text("details", "licensed"))"
            }
        }
    }

    @Test("a crossing is one event, however often the figure changes above the threshold")
    func once() async throws {
        let world = try TestStore(settings: LicenseCrossingTests.settings(10))
        for count in [1, 7, 8, 9, 10, 11, 15, 12] { try await world.publish(count) }
        #expect(try await crossings(world) == ["near 8 of 10", "over 11 of 10"])
    }

    @Test("a figure that exceeds the license at once is reported as over alone, and is not near on its way back")
    func jump() async throws {
        let world = try TestStore(settings: LicenseCrossingTests.settings(10))
        for count in [1, 20, 9, 1] { try await world.publish(count) }
        #expect(try await crossings(world) == ["over 20 of 10"])
    }

    @Test("a threshold crossed back and forth is reported again only after a whole day below it")
    func backAndForth() async throws {
        let world = try TestStore(settings: LicenseCrossingTests.settings(10, notifies: true))
        for _ in 0..<5 {
            try await world.publish(8)
            world.clock.advance(LicenseCrossingTests.hour)
            try await world.publish(7)
            world.clock.advance(.seconds(86399))
        }
        #expect(try await crossings(world) == ["near 8 of 10"])
        #expect(try await world.count("license_email") == 1)
        try await world.publish(6)
        world.clock.advance(.seconds(1))
        try await world.publish(9)
        #expect(try await crossings(world) == ["near 8 of 10", "near 9 of 10"])
        #expect(try await world.count("license_email") == 2)
    }

    @Test("a clock that jumped back does not count as a day below the threshold")
    func clockJumpsBack() async throws {
        let world = try TestStore(settings: LicenseCrossingTests.settings(10))
        for count in [8, 7] { try await world.publish(count) }
        world.clock.advance(.seconds(-86400 * 5))
        try await world.publish(9)
        #expect(try await crossings(world) == ["near 8 of 10"])
    }

    @Test("an import is reported, and a refused change is not")
    func writes() async throws {
        let world = try TestStore(settings: LicenseCrossingTests.settings(1))
        let workflow =
            #"{"op":"put_workflow","workspace":"soc","workflow":{"id":"w","published":true,"trigger":"webhook"}}"#
        let refused = try await world.change(
            #"{"op":"put_workspace","workspace":{"id":"soc","name":"S"}},\#(workflow),{"op":"rename_workspace","workspace":"?","name":"N"}"#
        )
        #expect(!refused.isSuccess)
        #expect(try await crossings(world) == [])
        _ = try await world.put(example).get()
        #expect(try await crossings(world) == ["near 1 of 1"])
    }

    @Test("a license that a reload changes is compared with the figures")
    func reload() async throws {
        let world = try TestStore(settings: LicenseCrossingTests.settings(nil))
        try await world.publish(9)
        func review(_ settings: MetricsSettings) async throws {
            world.settings.publish(settings)
            world.store.reviewLicenses()
            // Writes are performed in order.
            try await world.database.write { _ throws(DatabaseError) in }
        }
        try await review(LicenseCrossingTests.settings(20))
        #expect(try await crossings(world) == [])
        try await review(LicenseCrossingTests.settings(20, near: 0.45))
        try await review(LicenseCrossingTests.settings(8))
        try await review(LicenseCrossingTests.settings(8))
        #expect(try await crossings(world) == ["near 9 of 20", "over 9 of 8"])
        try await review(LicenseCrossingTests.settings(nil))
        world.clock.advance(.seconds(86400))
        try await review(LicenseCrossingTests.settings(8))
        #expect(try await crossings(world) == ["near 9 of 20", "over 9 of 8", "over 9 of 8"])
        #expect(try await world.count("license_email") == 0)
    }

    @Test("a reload that changes the license and the definitions is compared once everything is counted again")
    func reloadOfBoth() async throws {
        let world = try TestStore(settings: LicenseCrossingTests.settings(20))
        try await world.publish(9)
        var license = License()
        license[.workflows] = 8
        let definitions = MetricDefinitions(ownerRole: "boss")
        world.settings.publish(
            MetricsSettings([.acme: MetricsSettings.Organization(definitions: definitions, license: license)]))
        world.store.reviewLicenses()
        try await world.database.write { _ throws(DatabaseError) in }
        #expect(try await crossings(world) == [])
        try await world.store.recount()
        #expect(try await crossings(world) == ["over 9 of 8"])
    }

    @Test("all organizations are reviewed, in several transactions")
    func many() async throws {
        let world = try TestStore()
        let ids = (100..<350).compactMap { OrganizationID("o\($0)") }
        for id in ids { try await world.publish(1, in: "w", id) }
        var license = License()
        license[.workflows] = 0
        let settings = MetricsSettings.Organization(license: license)
        world.settings.publish(MetricsSettings(Dictionary(uniqueKeysWithValues: ids.map { ($0, settings) })))
        let review = LicenseReview(world.store)
        var slices = 1
        while try world.database.writeBlocking({ transaction throws(DatabaseError) in
            try review.slice(transaction)
        }) { slices += 1 }
        #expect(slices == 3)
        #expect(try await world.count("audit_event WHERE action = 'license_over'") == 250)
    }

    @Test("each recipient gets an email of its own, which is sent once, also by another process")
    func notices() async throws {
        let world = try TestStore(settings: LicenseCrossingTests.settings(10, notifies: true))
        try await world.publish(12)
        let clock = world.clock
        let notices = LicenseNotices(database: world.database, now: { clock.now })
        let other = LicenseNotices(
            database: try Database(at: world.database.location, schemas: [MetricsStore.schema, AuditLog.schema]))
        let (id, notice) = try #require(try await notices.unaddressed())
        #expect(notice.state == .over && notice.metric == .workflows && notice.figure == 12 && notice.licensed == 10)
        try await notices.address(id, to: ["a@acme.com", "b@acme.com"])
        try await other.address(id, to: ["a@acme.com"])
        let rest = try await notices.unaddressed()
        #expect(rest?.id == nil)
        #expect(try await world.count("license_email") == 2)

        let lease: Duration = .seconds(600)
        let first = try #require(try await notices.take(for: lease))
        let second = try #require(try await notices.take(for: lease))
        #expect(Set([first.recipient, second.recipient]) == ["a@acme.com", "b@acme.com"])
        #expect(try await notices.take(for: lease)?.id == nil)
        try await notices.remove(first)
        try await notices.delay(second, until: clock.now + .seconds(60))
        #expect(try await notices.take(for: lease)?.id == nil)
        clock.advance(.seconds(60))
        let again = try #require(try await notices.take(for: lease))
        #expect(again.id == second.id && again.attempts == 1 && second.attempts == 0)
        // The process ended before it stored the outcome.
        clock.advance(.seconds(601))
        #expect(try await notices.take(for: lease)?.id == second.id)
        try await notices.remove(again)
        #expect(try await world.count("license_email") == 0)
    }
}
