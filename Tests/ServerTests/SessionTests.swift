import AccessUseCases
import Audit
import Cryptography
import Databases
import Endpoints
import GatehouseTesting
import HTTPClient
import HTTPMessage
import JSON
import OpenID
import RuntimeConfiguration
import Sessions
import SignInFlow
import Snapshots
import Testing
import Threads
import Time

@testable import Server

@Suite("Sessions")
struct SessionTests {

    private func world(refresh: Bool = true) throws -> GatewayWorld {
        try GatewayWorld(SettingsText(isRenewable: refresh))
    }

    @Test("a session ends after idling, and at its maximum age even if in use")
    func ends() async throws {
        let idle = try await world(refresh: false).browser("carla")
        idle.world.clock.advance(.seconds(3000))
        #expect(try await idle.fetch("GET", "/api/v1/me").status == 200)
        idle.world.clock.advance(.seconds(8 * 3600 + 1))
        #expect(try await idle.fetch("GET", "/api/v1/me").status == 401)

        let busy = try await world().browser("carla")
        for _ in 0..<23 {
            busy.world.clock.advance(.seconds(3600))
            #expect(try await busy.fetch("GET", "/api/v1/me").status == 200)
        }
        busy.world.clock.advance(.seconds(3601))
        #expect(try await busy.fetch("GET", "/api/v1/me").status == 401)
        #expect(busy.cookies["gatehouse"] == nil)
    }

    @Test("a session that another process uses does not end here for being idle")
    func usedElsewhere() async throws {
        var settings = SettingsText()
        settings.settings = ", \"sessions\": {\"claims_lifetime\": \"20h\"}"
        let world = try GatewayWorld(settings)
        let browser = try await world.browser("carla")
        #expect(try await browser.fetch("GET", "/api/v1/me").status == 200)
        world.clock.advance(.seconds(8 * 3600 + 1))
        try await world.execute("UPDATE session SET used_at = \(world.clock.now.seconds - 60)")
        #expect(try await browser.fetch("GET", "/api/v1/me").status == 200)
        world.clock.advance(.seconds(8 * 3600 + 1))
        #expect(try await browser.fetch("GET", "/api/v1/me").status == 401)
        #expect(browser.cookies["gatehouse"] == nil)
    }

    @Test("reloads lose no session, at any moment of a request")
    func reloads() async throws {
        let world = try world()
        let browser = try await world.browser("carla")
        let isOver = Monitor(false)
        let reloading = try SystemThread {
            let box = world.configuration.signIn.box
            while !isOver.change({ $0 }) { world.services.stores.sessions.seal(with: box) }
        }
        for _ in 0..<300 {
            let answer = try await browser.fetch("GET", summary)
            #expect(answer.status == 200)
            #expect(browser.cookies["gatehouse"] != nil)
        }
        isOver.change { $0 = true }
        reloading.join()
    }

    @Test("with a refresh token, claims are renewed every 15 minutes, and the role follows them")
    func revalidation() async throws {
        let world = try world()
        let browser = try await world.browser("carla")
        #expect(try await browser.fetch("GET", summary).status == 200)
        #expect(world.outbound.count("/token") == 1)
        world.clock.advance(.seconds(899))
        #expect(try await browser.fetch("GET", summary).status == 200)
        #expect(world.outbound.count("/token") == 1)
        world.clock.advance(.seconds(2))
        #expect(try await browser.fetch("GET", summary).status == 200)
        #expect(world.outbound.count("/token") == 2)
        // The address is no longer verified.
        world.outbound.reissue(["email_verified": "false"])
        world.clock.advance(.seconds(901))
        #expect(try await browser.fetch("GET", summary).status == 404)
        #expect(try await browser.fetch("GET", "/api/v1/me").status == 200)
    }

    @Test("twenty simultaneous requests make one refresh")
    func singleFlight() async throws {
        let world = try world()
        let browser = try await world.browser("carla")
        world.clock.advance(.seconds(901))
        let fields = browser.cookieField
        let path = summary
        let statuses = try await withThrowingTaskGroup(of: Int.self) { group in
            for _ in 0..<20 { group.addTask { try await world.send("GET", path, fields: fields).status } }
            return try await group.reduce(into: Set<Int>()) { $0.insert($1) }
        }
        #expect(statuses == [200])
        #expect(world.outbound.count("/token") == 2)
    }

    @Test(
        "a refused refresh ends the session; a refused client or a failing provider does not",
        arguments: [
            (400, "{\"error\":\"invalid_grant\"}", 401), (400, "{\"error\":\"invalid_request\"}", 401), (400, "", 401),
            (400, "<html>", 401), (401, "", 401), (403, "{\"error\":\"access_denied\"}", 401), (404, "", 401),
            (400, "{\"error\":\"invalid_scope\"}", 401), (400, "{\"error\":7}", 401), (410, "[]", 401),
            (200, "{\"error\":\"invalid_grant\"}", 401), (401, "{\"error\":\"invalid_client\"}", 200),
            (400, "{\"error\":\"unauthorized_client\"}", 200), (408, "", 200), (429, "{}", 200), (500, "", 200),
            (503, "{}", 200), (500, "{\"error\":\"invalid_grant\"}", 200), (302, "", 200), (200, "<html>", 200),
            (200, "{}", 200), (200, "{\"error\":\"server_error\"}", 200),
        ])
    func refusals(status: Int, body: String, expected: Int) async throws {
        let world = try world()
        let browser = try await world.browser("carla")
        world.outbound.twist { request, response throws(OutboundError) in
            request.url.path == "/token" ? OutboundResponse(Status(status), body: Array(body.utf8)) : response
        }
        world.clock.advance(.seconds(901))
        #expect(try await browser.fetch("GET", summary).status == expected)
        // The session is removed from the store too; otherwise every request would ask the provider again.
        await world.services.renewals.settled()
        world.forgetSessions()
        let count = world.outbound.count("/token")
        _ = try await browser.fetch("GET", summary)
        #expect(world.outbound.count("/token") == count)
    }

    @Test(
        "another issuer or subject in a renewal ends the session",
        arguments: [
            ["iss": "\"https://evil.example\""], ["sub": "\"sam\""],
        ])
    func otherUser(changes: [String: String]) async throws {
        let world = try world()
        let browser = try await world.browser("carla")
        world.outbound.reissue(changes)
        world.clock.advance(.seconds(901))
        #expect(try await browser.fetch("GET", summary).status == 401)
    }

    @Test("during an outage, claims last until the session ends, and are renewed afterwards")
    func outage() async throws {
        let world = try world()
        let browser = try await world.browser("carla")
        world.outbound.cutOff("/token")
        for _ in 0..<23 {
            world.clock.advance(.seconds(3600))
            #expect(try await browser.fetch("GET", summary).status == 200)
        }
        world.outbound.cutOff()
        world.clock.advance(.seconds(31))
        let count = world.outbound.count("/token")
        #expect(try await browser.fetch("GET", summary).status == 200)
        await world.services.renewals.settled()
        #expect(world.outbound.count("/token") == count + 1)
        #expect(try await browser.fetch("GET", summary).status == 200)
        #expect(world.outbound.count("/token") == count + 1)
    }

    @Test("if the key endpoint is down, sign-ins use the last good keys for a day")
    func keysDown() async throws {
        let world = try world(refresh: false)
        try await TestBrowser(world).signIn("carla")
        let remote = try #require(world.remote)
        world.outbound.cutOff("/jwks", "/.well-known/openid-configuration")
        for _ in 0..<23 {
            world.clock.advance(.seconds(3600))
            await remote.refreshAhead()
            #expect(try await TestBrowser(world).signIn("vic").status == 303)
        }
        world.clock.advance(.seconds(7200))
        #expect(remote.keys == nil)
        #expect(try await TestBrowser(world).signIn("vic").status == 503)
        world.outbound.cutOff()
        world.clock.advance(.seconds(31))
        #expect(try await TestBrowser(world).signIn("vic").status == 303)
    }

    @Test("a gateway that starts during an outage serves, and signs users in afterwards")
    func startsWithoutProvider() async throws {
        let world = try world(refresh: false)
        world.outbound.cutOff("/jwks", "/.well-known/openid-configuration")
        #expect(try await TestBrowser(world).open("/").status == 200)
        #expect(try await TestBrowser(world).open("/auth/login").status == 503)
        world.outbound.cutOff()
        world.clock.advance(.seconds(6))
        #expect(try await TestBrowser(world).signIn("carla").status == 303)
    }

    @Test(
        "claims that were not renewed redirect pages to the provider, and API calls get 401",
        arguments: [true, false])
    func claimsLifetime(hasRefreshToken: Bool) async throws {
        let world = try world(refresh: hasRefreshToken)
        let browser = try await world.browser("carla")
        world.outbound.twist { request, response throws(OutboundError) in
            request.url.path == "/token" && hasRefreshToken
                ? OutboundResponse(Status(401), body: Array("{\"error\":\"invalid_client\"}".utf8)) : response
        }
        world.clock.advance(.seconds(3599))
        #expect(try await browser.fetch("GET", summary).status == 200)
        world.clock.advance(.seconds(31))
        #expect(try await browser.fetch("GET", summary).status == 401)
        let page = try await browser.open("/organizations/acme?q=x")
        #expect(page.status == 303)
        #expect(
            page.location
                == "/auth/login?provider=idp&organization=acme&return_to=%2Forganizations%2Facme%3Fq%3Dx")
        world.outbound.behave()
        let query = String(try #require(page.location).dropFirst("/auth/login?".count))
        #expect(try await browser.signIn("carla", query).location == "/organizations/acme?q=x")
        #expect(try await browser.fetch("GET", summary).status == 200)
    }

    @Test("a renewal without an ID token asks userinfo, whose claims replace the old ones")
    func renewalByUserinfo() async throws {
        let world = try world()
        let browser = try await world.browser("vic")
        let first = Array("{\"access_token\":\"a\",\"token_type\":\"Bearer\"}".utf8)
        func answer(_ userinfo: String?) {
            world.outbound.twist { request, response throws(OutboundError) in
                switch request.url.path {
                case "/token": return OutboundResponse(.ok, body: first)
                case "/userinfo":
                    guard let userinfo else { throw OutboundError(.timedOut, "") }
                    return OutboundResponse(.ok, body: Array(userinfo.utf8))
                default: return response
                }
            }
        }
        answer("{\"sub\":\"vic\",\"groups\":[\"acme-viewers\"]}")
        world.clock.advance(.seconds(901))
        #expect(try await browser.fetch("GET", summary).status == 200)
        answer(nil)
        world.clock.advance(.seconds(901))
        #expect(try await browser.fetch("GET", summary).status == 200)
        answer("{\"sub\":\"vic\",\"groups\":[]}")
        world.clock.advance(.seconds(901))
        #expect(try await browser.fetch("GET", summary).status == 404)
        answer("{\"sub\":\"sam\"}")
        world.clock.advance(.seconds(901))
        #expect(try await browser.fetch("GET", "/api/v1/me").status == 401)
    }

    @Test("a session ends if its provider was removed or has another issuer")
    func removedProvider() async throws {
        let world = try world(refresh: false)
        let browser = try await world.browser("carla")
        try world.reload(rewriting: ("\"id\": \"idp\"", "\"id\": \"other\""), ("[\"idp\"]", "[\"other\"]"))
        #expect(try await browser.fetch("GET", "/api/v1/me").status == 401)
    }

    @Test("a changed mapping takes effect at once")
    func changedMapping() async throws {
        let world = try world(refresh: false)
        let browser = try await world.browser("carla")
        #expect(try await browser.fetch("GET", summary).status == 200)
        try world.reload(rewriting: ("\"claim_value\": \"ceo@acme.example\"", "\"claim_value\": \"cfo@acme.example\""))
        #expect(try await browser.fetch("GET", summary).status == 404)
    }

    @Test("sessions outlive the process, sealed, and keys can be rotated")
    func storage() async throws {
        let world = try world()
        let browser = try await world.browser("carla")
        let cookie = try #require(browser.cookies["gatehouse"])
        let secrets = try await world.database.read { transaction throws(DatabaseError) in
            try transaction.all("SELECT key, claims, refresh_token, id_token FROM session") {
                row throws(DatabaseError) in (0..<4).flatMap { row.blob($0) }
            }
        }
        let stored = String(decoding: secrets.flatMap { $0 }, as: UTF8.self)
        #expect(!stored.contains("carla") && !stored.contains("ceo@acme") && !stored.contains(cookie))
        // Memory is emptied, as by a restart.
        let fields = browser.cookieField
        func status(_ box: SealedBox?) async throws -> Int {
            world.services.stores.sessions.seal(with: box)
            return try await world.send("GET", summary, fields: fields).status
        }
        #expect(try await status(world.configuration.signIn.box) == 200)
        let (new, old) = (try RandomBytes.make(32), Array(repeating: 7 as UInt8, count: 32))
        #expect(try await status(SealedBox(keys: [new])) == 401)
        #expect(try await status(SealedBox(keys: [new, old])) == 200)
    }

    @Test("a reload keeps the sessions in memory, unless it replaces the sealing keys")
    func reload() async throws {
        let world = try world(refresh: false)
        let browser = try await world.browser("carla")
        let token = try #require(browser.cookies["gatehouse"].flatMap(SessionToken.init(_:)))
        let key = try token.key
        let sessions = world.services.stores.sessions
        #expect(try await browser.fetch("GET", summary).status == 200)
        let cached = try #require(sessions.cached(key))
        try world.reload(rewriting: ("\"name\": \"Acme\"", "\"name\": \"Acme Corporation\""))
        #expect(sessions.cached(key) === cached)
        try world.reload(rewriting: ("{\"env\": \"KEY\"}", "[{\"env\": \"OTHER_KEY\"}, {\"env\": \"KEY\"}]"))
        #expect(sessions.cached(key) == nil)
        #expect(try await browser.fetch("GET", summary).status == 200)
        try world.reload(rewriting: ("{\"env\": \"KEY\"}", "{\"env\": \"OTHER_KEY\"}"))
        #expect(try await browser.fetch("GET", summary).status == 401)
    }

    @Test("claims copied to another session do not open")
    func copiedRow() async throws {
        let world = try world(refresh: false)
        let (manager, other) = (TestBrowser(world), TestBrowser(world))
        try await manager.signIn("carla")
        try await other.signIn("sam")
        _ = try await world.database.write { transaction throws(DatabaseError) in
            try transaction.execute(
                "UPDATE session SET claims = (SELECT claims FROM session WHERE subject = $1)", .text("carla"))
        }
        world.forgetSessions()
        #expect(try await other.fetch("GET", summary).status == 401)
        #expect(try await manager.fetch("GET", summary).status == 200)
    }

    @Test("a session ended by another process is ended here")
    func otherProcess() async throws {
        let world = try world(refresh: false)
        let browser = try await world.browser("carla")
        let now = world.clock.now.seconds
        _ = try await world.database.write { transaction throws(DatabaseError) in
            try transaction.execute("UPDATE session SET ended_at = $1", .integer(now))
        }
        #expect(try await browser.fetch("GET", "/api/v1/me").status == 200)
        world.services.stores.sessions.takeUp(.all)
        #expect(try await browser.fetch("GET", "/api/v1/me").status == 401)
    }

    @Test("the sweep deletes ended sessions only")
    func sweep() async throws {
        let world = try world(refresh: false)
        let (old, new) = (TestBrowser(world), TestBrowser(world))
        try await old.signIn("carla")
        world.clock.advance(.seconds(8 * 3600 + 601))
        try await new.signIn("vic")
        let lifetimes = world.configuration.signIn.lifetimes
        world.services.stores.sessions.sweepInBackground(under: lifetimes)
        let rows = try await world.database.write { transaction throws(DatabaseError) in
            try transaction.all("SELECT subject FROM session") { row throws(DatabaseError) in row.text(0) }
        }
        #expect(rows == ["vic"])
        #expect(try await world.services.stores.sessions.countActive(under: lifetimes) == 1)
    }
}
