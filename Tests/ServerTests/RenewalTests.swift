import AccessUseCases
import Databases
import Endpoints
import GatehouseTesting
import HTTPClient
import HTTPMessage
import OpenID
import RuntimeConfiguration
import Sessions
import SignInFlow
import Snapshots
import Synchronization
import Testing
import Threads
import Time

@testable import Server

@Suite("Renewals in the background", .timeLimit(.minutes(2)))
struct RenewalTests {
    private func world() throws -> GatewayWorld { try GatewayWorld(SettingsText(isRenewable: true)) }

    /// Makes a request that waits for the renewal of its session, because the provider is silent.
    private func waiting(_ browser: TestBrowser) async -> Task<Int, any Error> {
        let (world, fields) = (browser.world, browser.cookieField)
        world.outbound.fallSilent("/token")
        let asked = world.outbound.count("/token")
        let request = Task { try await world.send("GET", summary, fields: fields).status }
        await world.outbound.asked("/token", times: asked + 1)
        await world.clock.sleeping(1)
        return request
    }

    @Test("a silent provider delays a request by two seconds, and its late response is stored")
    func silence() async throws {
        let world = try world()
        let browser = try await world.browser("carla")
        world.clock.advance(.seconds(901))
        let waiting = await waiting(browser)
        world.clock.advance(.seconds(2))
        #expect(try await waiting.value == 200)
        // The renewal is still in progress, and no further request waits for it.
        #expect(try await browser.fetch("GET", summary).status == 200)
        world.clock.advance(.seconds(40))
        #expect(try await browser.fetch("GET", summary).status == 200)
        #expect(world.outbound.count("/token") == 2)
        world.outbound.speak()
        await world.services.renewals.settled()
        // Memory is emptied as by a restart: the late result was stored, and its refresh token works.
        world.forgetSessions()
        world.clock.advance(.seconds(901))
        #expect(try await browser.fetch("GET", summary).status == 200)
        #expect(world.outbound.count("/token") == 3)
        await world.services.renewals.settled()
        #expect(try await browser.fetch("GET", "/api/v1/me").status == 200)
    }

    @Test("a suspension while a request waits for its renewal is effective for that request and the next one")
    func suspendedDuringRenewal() async throws {
        let world = try world()
        let (manager, viewer) = (TestBrowser(world), TestBrowser(world))
        try await viewer.signIn("vic")
        world.clock.advance(.seconds(901))
        try await manager.signIn("carla")
        #expect(try await manager.fetch("GET", summary).status == 200)
        let waiting = await waiting(viewer)
        let suspension = "\(acme)/suspensions/\(try world.identity("vic"))"
        let token = try await manager.formToken()
        let suspended = try await world.send(
            "PUT", suspension, fields: manager.cookieField + ["X-CSRF-Token: \(token)"])
        #expect(suspended.status == 200, "\(suspended.body)")
        world.clock.advance(.seconds(2))
        #expect(try await waiting.value == 404)
        #expect(try await viewer.fetch("GET", summary).status == 404)
        world.outbound.speak()
        await world.services.renewals.settled()
    }

    @Test("a reload while a request waits for its renewal decides that request")
    func reloadedDuringRenewal() async throws {
        let world = try world()
        let viewer = try await world.browser("vic")
        world.clock.advance(.seconds(901))
        let waiting = await waiting(viewer)
        try world.reload(rewriting: ("\"claim_value\": \"acme-viewers\"", "\"claim_value\": \"others\""))
        world.clock.advance(.seconds(2))
        #expect(try await waiting.value == 404)
        world.outbound.speak()
        await world.services.renewals.settled()
    }

    @Test("a new refresh token is kept even if its response renews no claims")
    func rotatedWithoutRenewal() async throws {
        let world = try world()
        let browser = try await world.browser("carla")
        world.clock.advance(.seconds(901))
        world.outbound.rewrite("/token", ("\"id_token\"", "\"other\""))
        world.outbound.cutOff("/userinfo")
        #expect(try await browser.fetch("GET", summary).status == 200)
        await world.services.renewals.settled()
        #expect(world.outbound.count("/token") == 2 && world.outbound.count("/userinfo") == 1)
        world.outbound.behave()
        world.outbound.cutOff()
        world.clock.advance(.seconds(301))
        #expect(try await browser.fetch("GET", summary).status == 200)
        await world.services.renewals.settled()
        #expect(world.outbound.count("/token") == 3)
        #expect(try await browser.fetch("GET", summary).status == 200)
    }

    @Test("during a known outage of the provider, no request waits")
    func outage() async throws {
        let world = try world()
        let (one, other) = (TestBrowser(world), TestBrowser(world))
        try await one.signIn("carla")
        try await other.signIn("carla")
        world.clock.advance(.seconds(901))
        world.outbound.cutOff("/token")
        #expect(try await one.fetch("GET", summary).status == 200)
        world.outbound.cutOff()
        world.outbound.fallSilent("/token")
        // The provider stays silent, and the clock does not advance.
        #expect(try await other.fetch("GET", summary).status == 200)
        await world.outbound.asked("/token", times: 4)
        world.outbound.speak()
        await world.services.renewals.settled()
        // The provider answered: requests wait again.
        world.clock.advance(.seconds(901))
        let count = world.outbound.count("/token")
        #expect(try await other.fetch("GET", summary).status == 200)
        #expect(world.outbound.count("/token") == count + 1)
    }

    @Test("a session that its provider refuses ends and is recorded, even if no request waits")
    func refusal() async throws {
        let world = try world()
        let browser = try await world.browser("carla")
        world.clock.advance(.seconds(901))
        world.outbound.respond("/token", 400)
        let waiting = await waiting(browser)
        world.clock.advance(.seconds(2))
        #expect(try await waiting.value == 200)
        world.outbound.speak()
        await world.services.renewals.settled()
        #expect(try await browser.fetch("GET", summary).status == 401)
        for what in ["session WHERE ended_at IS NOT NULL", "audit_event WHERE chain = '' AND action = 'session_end'"] {
            #expect(try await world.count(what) == 1, "\(what)")
        }
    }

    @Test("a stopping gateway starts no renewal, waits up to its limit, and stores results until then")
    func ending() async throws {
        let world = try world()
        let (one, other) = (TestBrowser(world), TestBrowser(world))
        try await one.signIn("carla")
        try await other.signIn("carla")
        world.clock.advance(.seconds(901))
        let waiting = await waiting(one)
        world.services.renewals.finishBlocking(within: .zero)
        #expect(try await other.fetch("GET", summary).status == 200)
        #expect(world.outbound.count("/token") == 3)
        world.outbound.speak()
        #expect(try await waiting.value == 200)
        await world.services.renewals.settled()
        world.clock.advance(.seconds(800))
        #expect(try await one.fetch("GET", summary).status == 200)
        #expect(world.outbound.last("/token")?.limits.whole == .seconds(30))
    }
}
