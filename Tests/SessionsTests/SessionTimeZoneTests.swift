import Audit
import Databases
import GatehouseTesting
import Identities
import Testing
import Time
import TimeZones

@testable import Sessions

@Suite("Time zones of users")
struct SessionTimeZoneTests {
    private let world: SessionWorld
    private var store: SessionStore { world.store }

    init() throws { world = try SessionWorld() }

    private func choose(_ name: String?, _ user: String = "carla", in store: SessionStore? = nil) async throws -> Bool {
        let record = AuditRecord(.timeZoneChange, by: .identity(world.identity(user), email: nil))
        switch try await (store ?? self.store).setTimeZone(name, of: world.identity(user), recording: [record]) {
        case .success: return true
        case .failure: return false
        }
    }

    private func zone(_ session: Session, in store: SessionStore? = nil) async throws -> String? {
        try await (store ?? self.store).session(session.key)?.timeZone?.name
    }

    private func recorded() async throws -> Int { try await world.place.count("audit_event") }

    @Test("a choice holds for all sessions of the user at once, and for later sign-ins, but for no other user")
    func choice() async throws {
        let (one, two, other) = (
            try await world.begin(), try await world.begin(), try await world.begin("vic")
        )
        #expect(try await zone(one) == nil)
        #expect(try await choose("Europe/Berlin"))
        #expect(try await zone(one) == "Europe/Berlin")
        #expect(try await zone(two) == "Europe/Berlin")
        #expect(try await zone(other) == nil)
        let third = try await world.begin()
        #expect(store.cached(third.key)?.timeZone?.name == "Europe/Berlin")
        #expect(try await store.timeZone(of: world.identity()) == "Europe/Berlin")
        #expect(try await zone(third, in: world.otherProcess()) == "Europe/Berlin")
        #expect(try await choose(nil))
        #expect(try await zone(one) == nil)
        #expect(try await zone(third) == nil)
        #expect(try await store.timeZone(of: world.identity()) == nil)
    }

    @Test(
        "only exact names of the list are accepted",
        arguments: [
            "europe/berlin", "Europe/Berlin ", "../../../etc/passwd", "/etc/passwd", "posixrules", "", "Mars/X",
        ])
    func unknown(_ name: String) async throws {
        let session = try await world.begin()
        #expect(try await !choose(name))
        #expect(try await zone(session) == nil)
        #expect(try await recorded() == 0)
        #expect(try await choose("UTC"))
        #expect(try await choose("Asia/Kolkata"))
    }

    @Test("without a time zone database only UTC is accepted, and an earlier choice is shown as UTC")
    func noDatabase() async throws {
        let session = try await world.begin()
        #expect(try await choose("Europe/Berlin"))
        world.place.database.poll { world.store.takeUp($0) }
        let bare = world.otherProcess(timeZones: TimeZoneDatabase(folder: "/nowhere"))
        #expect(try await zone(session, in: bare) == nil)
        // The session stays in the cache although its zone is unknown.
        world.place.database.poll { bare.takeUp($0) }
        #expect(bare.cached(session.key) != nil)
        #expect(try await !choose("Asia/Kolkata", in: bare))
        #expect(try await choose("UTC", in: bare))
        #expect(try await zone(session, in: bare) == "UTC")
    }

    @Test("a change is recorded once, with the names before and after it")
    func audit() async throws {
        for name in ["Europe/Berlin", "Europe/Berlin", "Asia/Kolkata", nil, nil] { #expect(try await choose(name)) }
        #expect(try await recorded() == 3)
        let events = try await world.place.blobs("SELECT event FROM audit_event ORDER BY sequence").map {
            String(decoding: $0, as: UTF8.self)
        }
        let zones = #""after":"Asia/Kolkata","before":"Europe/Berlin""#
        #expect(events.count == 3 && events[1].contains(zones) && events[1].contains("time_zone_change"))
        #expect(events[0].contains(#""after":"Europe/Berlin""#) && !events[0].contains(#""before""#))
        #expect(events[2].contains(#""before":"Asia/Kolkata""#) && !events[2].contains(#""after""#))
    }

    @Test("another process takes up a change, and a renewal keeps it")
    func processes() async throws {
        let session = try await world.begin()
        let other = world.otherProcess()
        #expect(try await zone(session, in: other) == nil)
        #expect(try await choose("Europe/Berlin"))
        #expect(other.cached(session.key)?.timeZone == nil)
        world.place.database.poll { other.takeUp($0) }
        #expect(try await zone(session, in: other) == "Europe/Berlin")
        // The renewal began before the change.
        let stale = try #require(other.cached(session.key))
        #expect(try await choose("Australia/Lord_Howe"))
        let renewed = try await other.renew(stale, with: world.claims(), refreshToken: nil)
        #expect(renewed?.timeZone?.name == "Australia/Lord_Howe")
        #expect(other.cached(session.key)?.timeZone?.name == "Australia/Lord_Howe")
    }

    @Test("a choice outlives its sessions, and is deleted after 400 days without a sign-in")
    func sweep() async throws {
        try await world.begin()
        #expect(try await choose("Europe/Berlin"))
        #expect(try await choose("Asia/Kolkata", "vic"))
        world.clock.advance(.seconds(300 * 86400))
        try await world.begin("vic")
        store.sweepInBackground(under: SessionWorld.lifetimes)
        try await world.settle()
        #expect(try await world.place.count("user_setting") == 2)
        world.clock.advance(.seconds(101 * 86400))
        store.sweepInBackground(under: SessionWorld.lifetimes)
        try await world.settle()
        #expect(try await store.timeZone(of: world.identity()) == nil)
        #expect(try await store.timeZone(of: world.identity("vic")) == "Asia/Kolkata")
    }
}
