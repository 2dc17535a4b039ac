import GatehouseTesting
import JSON
import Testing

@testable import Server

@Suite("The time zone of a user")
struct TimeZoneTests {
    private let world: GatewayWorld
    private let vic: TestBrowser

    init() async throws {
        world = try GatewayWorld()
        vic = TestBrowser(world)
        try await vic.signIn("vic")
    }

    private func zone(_ browser: TestBrowser) async throws -> String? {
        try await browser.fetch("GET", "/api/v1/me").text("time_zone")
    }

    @Test("a user chooses a time zone and removes the choice; both are recorded where the user has a role")
    func choice() async throws {
        #expect(try await zone(vic) == nil)
        let answer = try await vic.call("PATCH", "/api/v1/me", #"{"time_zone":"Europe/Berlin"}"#)
        #expect(answer.status == 200 && answer.text("time_zone") == "Europe/Berlin")
        #expect(try await zone(vic) == "Europe/Berlin")
        #expect(try await zone(world.browser("vic")) == "Europe/Berlin")
        #expect(try await zone(world.browser("carla")) == nil)
        #expect(try await vic.call("PATCH", "/api/v1/me", #"{"time_zone":null}"#).text("time_zone") == nil)
        #expect(try await zone(vic) == nil)
        let carla = try await world.browser("carla")
        let events = try await carla.fetch("GET", "\(acme)/audit-events?action=time_zone_change").items
        #expect(events.map { $0.member("target")?.string } == Array(repeating: try world.identity("vic"), count: 2))
        #expect(events.last?.member("details")?.member("after")?.string == "Europe/Berlin")
    }

    @Test(
        "anything else than an exact name or null is refused, and nothing changes",
        arguments: [
            #"{"time_zone":"europe/berlin"}"#, #"{"time_zone":"Berlin"}"#, #"{"time_zone":""}"#,
            #"{"time_zone":"../../etc/passwd"}"#, #"{"time_zone":"Europe/Berlin\u0000"}"#, #"{"time_zone":1}"#,
            #"{"time_zone":["UTC"]}"#, #"{"time_zone":"UTC","name":"x"}"#, #"{"name":"x"}"#, "{}",
            #"{"time_zone":null,"csrf_token":"x"}"#, "[]",
        ])
    func refused(_ document: String) async throws {
        let answer = try await vic.call("PATCH", "/api/v1/me", document)
        #expect(answer.status == 422 && answer.code == "invalid_request")
        let errors = answer.json?.member("errors").map { $0.elements.map { $0 } }
        #expect(errors?.isEmpty == false)
        #expect(try await zone(vic) == nil)
        #expect(try await world.count("user_setting") == 0)
    }

    @Test("pages show times in the user's zone with UTC in the tooltip, and name the zone in the footer")
    func pages() async throws {
        let carla = try await world.browser("carla")
        #expect(try await carla.open("/organizations/acme/audit").body.contains("<span>Times in UTC</span>"))
        for (name, offset) in [("Asia/Kolkata", "UTC+5:30"), ("UTC", nil)] {
            #expect(try await carla.call("PATCH", "/api/v1/me", "{\"time_zone\":\"\(name)\"}").status == 200)
            for path in ["/organizations/acme/audit", "/account", "/organizations/acme/members", "/organizations/acme"]
            {
                let body = try await carla.open(path).body
                let shown = offset.map { "\(name) (\($0))" } ?? name
                #expect(body.contains("<span>Times in \(shown)</span>"), "\(path)")
                #expect(body.contains("href=\"/account#zone\">Change"), "\(path)")
            }
        }
    }

    @Test("sessions name the device, and a session of another user is not found")
    func sessions() async throws {
        let agent = "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 Chrome/130.0 Safari/537.36"
        let other = TestBrowser(world)
        _ = try await other.send("GET", other.answered("vic"), fields: ["User-Agent: \(agent)"])
        let sessions = try await vic.fetch("GET", "/api/v1/me").json?.member("sessions")
        let devices = sessions.map { $0.elements.map { $0.member("device")?.string } } ?? []
        #expect(devices.contains("Chrome on macOS") && devices.contains("Unknown device"))
        let carla = try await world.browser("carla")
        let id = try #require(sessions?.elements.first { _ in true }?.member("id")?.string)
        #expect(try await carla.call("DELETE", "/api/v1/me/sessions/\(id)").status == 404)
        #expect(try await vic.call("DELETE", "/api/v1/me/sessions/\(id)").status == 204)
    }
}
