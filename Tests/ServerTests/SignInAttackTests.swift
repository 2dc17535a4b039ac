import GatehouseTesting
import HTTPClient
import HTTPMessage
import JSON
import OpenID
import Testing
import Time

@testable import Server

@Suite("Attacks on sign-in")
struct SignInAttackTests {
    private func parts(_ path: String) throws -> [(name: String, value: String)] {
        try #require(Target(path: "/", query: path.split(separator: "?").last.map(String.init)).queryItems)
    }

    private func callback(_ items: [(name: String, value: String)]) -> String {
        "/auth/callback/idp?" + FormEncoding.query(items)
    }

    @Test("a callback in another browser is refused, and its code is not redeemed (login CSRF)")
    func otherBrowser() async throws {
        let world = try GatewayWorld()
        let (attacker, victim) = (TestBrowser(world), TestBrowser(world))
        let link = try await attacker.answered("carla")
        _ = try await victim.begin()
        let answer = try await victim.open(link)
        #expect(answer.status == 400 && answer.body.contains("another browser"))
        #expect(victim.cookies["gatehouse"] == nil)
        #expect(world.outbound.count("/token") == 0)
        // A request without any cookie is refused too.
        #expect(try await world.send("GET", link).status == 400)
        #expect(world.outbound.count("/token") == 0)
    }

    @Test("a state works once, even if its callback is repeated")
    func replay() async throws {
        let world = try GatewayWorld()
        let browser = TestBrowser(world)
        let link = try await browser.answered("carla")
        #expect(try await browser.open(link).status == 303)
        let session = browser.cookies["gatehouse"]
        // Going back in the browser's history continues with the current session.
        #expect(try await browser.open(link).location == "/")
        #expect(browser.cookies["gatehouse"] == session)
        browser.cookies["gatehouse"] = nil
        #expect(try await browser.open(link).status == 400)
        #expect(world.outbound.count("/token") == 1)
    }

    @Test("twenty simultaneous callbacks with one state make one session")
    func race() async throws {
        let world = try GatewayWorld()
        let browser = TestBrowser(world)
        let link = try await browser.answered("carla")
        let fields = browser.cookieField + TestBrowser.navigation
        let statuses = try await withThrowingTaskGroup(of: Int.self) { group in
            for _ in 0..<20 { group.addTask { try await world.send("GET", link, fields: fields).status } }
            return try await group.reduce(into: [Int]()) { $0.append($1) }
        }
        #expect(statuses.count { $0 == 303 } == 1)
        #expect(world.outbound.count("/token") == 1)
    }

    @Test("an altered, foreign or expired state is refused")
    func state() async throws {
        let world = try GatewayWorld()
        let browser = TestBrowser(world)
        let items = try parts(try await browser.answered("carla"))
        let state = try #require(items.first { $0.name == "state" }?.value)
        var bytes = Array(state.utf8)
        bytes[60] = bytes[60] == 0x41 ? 0x42 : 0x41
        let altered = String(decoding: bytes, as: UTF8.self)
        for bad in [altered, "", "x", String(state.dropLast()), state + "A"] {
            let answer = try await browser.open(callback(items.map { $0.name == "state" ? ("state", bad) : $0 }))
            #expect(answer.status == 400)
        }
        let other = try GatewayWorld()
        let foreign = TestBrowser(other)
        foreign.cookies = browser.cookies
        world.clock.advance(SignInAttempt.lifetime)
        #expect(try await browser.open(callback(items)).body.contains("too long"))
        #expect(world.outbound.count("/token") == 0)
    }

    @Test("duplicate or missing parameters are refused before any is evaluated")
    func duplicates() async throws {
        let world = try GatewayWorld()
        let browser = TestBrowser(world)
        let items = try parts(try await browser.answered("carla"))
        for name in ["code", "state", "iss"] {
            let twice = items + items.filter { $0.name == name }
            #expect(try await browser.open(callback(twice)).status == 400)
        }
        for name in ["code", "state"] {
            #expect(try await browser.open(callback(items.filter { $0.name != name })).status == 400)
        }
        #expect(try await browser.open(callback(items + [("error", "access_denied")])).status == 400)
        #expect(world.outbound.count("/token") == 0)
        #expect(
            try await browser.open(callback(items + [("session_state", "x"), ("session_state", "y")])).status == 303)
    }

    @Test("a callback of another provider is detected before its code is redeemed (mix-up)", arguments: [true, false])
    func mixUp(isMissing: Bool) async throws {
        let world = try GatewayWorld()
        let browser = TestBrowser(world)
        let items = try parts(try await browser.answered("carla"))
        var others = items.filter { $0.name != "iss" }
        if !isMissing { others.append(("iss", "https://evil.example")) }
        #expect(try await browser.open(callback(others)).body.contains("another identity provider"))
        #expect(world.outbound.count("/token") == 0)
    }

    @Test("a code of another user's sign-in is refused (code injection)")
    func codeInjection() async throws {
        let world = try GatewayWorld()
        let (attacker, victim) = (TestBrowser(world), TestBrowser(world))
        let stolen = try parts(try await victim.answered("carla"))
        let own = try parts(try await attacker.answered("sam"))
        let code = try #require(stolen.first { $0.name == "code" })
        let answer = try await attacker.open(callback(own.map { $0.name == "code" ? code : $0 }))
        #expect(answer.status == 400)
        #expect(attacker.cookies["gatehouse"] == nil)
    }

    @Test("a planted session is not the one that is signed in (session fixation)")
    func fixation() async throws {
        let world = try GatewayWorld()
        let (attacker, victim) = (TestBrowser(world), TestBrowser(world))
        try await attacker.signIn("sam")
        victim.cookies["gatehouse"] = attacker.cookies["gatehouse"]
        try await victim.signIn("carla")
        #expect(victim.cookies["gatehouse"] != attacker.cookies["gatehouse"])
        #expect(try await attacker.fetch("GET", summary).status == 401)
    }

    @Test("planted cookies lead to one sign-in, never to a redirect loop (cookie tossing)")
    func tossing() async throws {
        let world = try GatewayWorld()
        let browser = TestBrowser(world)
        let stale = String(repeating: "A", count: 43)
        let tossed = ["Cookie: gatehouse=\(stale); gatehouse=junk; gatehouse-browser=evil"]
        #expect(
            try await world.send("GET", "/organizations/acme", fields: tossed + TestBrowser.navigation).status == 303)
        try await browser.signIn("carla")
        let own = try #require(browser.cookies["gatehouse"])
        for cookies in ["gatehouse=\(stale); gatehouse=\(own)", "gatehouse=\(own); gatehouse=\(stale); gatehouse="] {
            let answer = try await world.send(
                "GET", "/organizations/acme", fields: ["Cookie: \(cookies)"] + TestBrowser.navigation)
            #expect(answer.status == 200)
        }
        // With two valid sessions the gateway cannot tell the user's own, and must not redirect in circles.
        let other = try await world.browser("sam")
        let both = "gatehouse=\(own); gatehouse=\(try #require(other.cookies["gatehouse"]))"
        let answer = try await world.send(
            "GET", "/organizations/acme", fields: ["Cookie: \(both)"] + TestBrowser.navigation)
        #expect(answer.status == 400 && answer.location == nil)
    }

    @Test("a cookie of a sibling host is not split into a session (U+037E equals a semicolon for Swift)")
    func neighbour() async throws {
        let world = try GatewayWorld(SettingsText(publicURL: "https://access.example"))
        let attacker = try await world.browser("carla")
        let session = try #require(attacker.cookies["__Host-gatehouse"])
        #expect(
            try await world.send("GET", "/api/v1/me", fields: ["Cookie: __Host-gatehouse=\(session)"]).status == 200)
        for field in ["x=1;\u{37E}__Host-gatehouse=\(session)", "x=1\u{37E}__Host-gatehouse=\(session)"] {
            #expect(try await world.send("GET", "/api/v1/me", fields: ["Cookie: \(field)"]).status == 401)
        }
        // A browser does not send a second value of the name.
        let two = "Cookie: __Host-gatehouse=\(session); __Host-gatehouse=x"
        #expect(try await world.send("GET", "/api/v1/me", fields: [two]).status == 401)
    }

    @Test("an address in a lookalike domain does not select its provider")
    func lookalikeDomain() async throws {
        let world = try GatewayWorld()
        try world.reload(rewriting: (from: #"["acme.example"]"#, to: #"["kelvin.example"]"#))
        func location(_ email: String) async throws -> String? {
            let query = FormEncoding.query([(name: "email", value: email)])
            return try await world.send("GET", "/auth/login?\(query)", fields: TestBrowser.navigation).location
        }
        #expect(try await location("a@KELVIN.example")?.contains("client_id=") == true)
        #expect(try await location("a@\u{212A}elvin.example") == nil)
    }

    @Test("a planted second browser cookie does not stop a sign-in")
    func tossedBrowserCookie() async throws {
        let browser = TestBrowser(try GatewayWorld())
        let link = try await browser.answered("carla")
        let own = try #require(browser.cookies["gatehouse-browser"])
        let cookies = "Cookie: gatehouse-browser=\(String(repeating: "B", count: 43)); gatehouse-browser=\(own)"
        #expect(try await browser.world.send("GET", link, fields: [cookies]).status == 303)
    }

    @Test("Host and forwarding fields do not change generated URLs")
    func poisonedHost() async throws {
        let world = try GatewayWorld()
        let poison = [
            "X-Forwarded-Host: evil.example", "X-Forwarded-Proto: https", "X-Forwarded-For: 10.0.0.1",
            "Forwarded: host=evil.example", "X-Original-URL: /evil",
        ]
        let answer = try await world.send("GET", "/auth/login", fields: TestBrowser.navigation + poison)
        let location = try #require(answer.location)
        #expect(location.contains("redirect_uri=http%3A%2F%2F127.0.0.1%3A8080%2Fauth%2Fcallback%2Fidp&"))
        #expect(!location.contains("evil") && !answer.setCookies.contains { $0.contains("Secure") })
        #expect(answer.field("Strict-Transport-Security") == nil)
    }

    @Test("other sites cannot change state with the user's cookie (cross-site request forgery)")
    func crossSite() async throws {
        let browser = try await GatewayWorld().browser("carla")
        let token = try await browser.formToken()
        let path = "/api/v1/me/sessions/none"
        for fields in [
            [], ["X-CSRF-Token: wrong"], ["X-CSRF-Token: \(token)", "Origin: null"],
            ["X-CSRF-Token: \(token)", "Origin: null", "Sec-Fetch-Site: cross-site"],
            ["X-CSRF-Token: \(token)", "Origin: null", "Sec-Fetch-Site: none"],
            ["X-CSRF-Token: \(token)", "Origin: \(SettingsText.origin)", "Origin: https://evil.example"],
            ["X-CSRF-Token: \(token)", "Origin: https://evil.example"],
            ["X-CSRF-Token: \(token)", "Origin: http://127.0.0.1:8081"],
            ["X-CSRF-Token: \(token)", "Sec-Fetch-Site: cross-site"],
            ["X-CSRF-Token: \(token)", "Sec-Fetch-Site: same-site"],
        ] {
            let answer = try await browser.send("DELETE", path, fields: fields)
            #expect(answer.status == 403 && answer.code == "request_forgery", "\(fields)")
        }
        let good = ["X-CSRF-Token: \(token)", "Origin: \(SettingsText.origin)", "Sec-Fetch-Site: same-origin"]
        #expect(try await browser.send("DELETE", path, fields: good).status == 404)
        #expect(try await browser.send("DELETE", path, fields: ["X-CSRF-Token: \(token)"]).status == 404)
        // A form of a page that sends no referrer.
        let bare = ["X-CSRF-Token: \(token)", "Origin: null", "Sec-Fetch-Site: same-origin"]
        #expect(try await browser.send("DELETE", path, fields: bare).status == 404)
    }

    @Test("an invalid bearer token gets 401, even with a valid cookie")
    func bearerDecides() async throws {
        let browser = try await GatewayWorld().browser("carla")
        #expect(try await browser.fetch("GET", "/api/v1/me", fields: ["Authorization: Bearer x.y.z"]).status == 401)
        #expect(try await browser.fetch("GET", "/api/v1/me", fields: ["Authorization: Basic eDp5"]).status == 401)
    }

    @Test("pages cannot be framed, and send no referrer")
    func fields() async throws {
        let browser = TestBrowser(try GatewayWorld())
        for path in [
            "/", "/auth/signed-out", "/auth/callback/idp?x=1", "/auth/callback", "/nowhere",
            "/auth/login?provider=none",
        ] {
            let page = try await browser.open(path)
            let policy = try #require(page.field("Content-Security-Policy"))
            #expect(policy.contains("frame-ancestors 'none'") && !policy.contains("unsafe"), "\(path)")
            #expect(page.field("Referrer-Policy") == "no-referrer")
            #expect(page.field("X-Content-Type-Options") == "nosniff")
            #expect(!page.body.contains("<script>") && !page.body.contains(" style=") && !page.body.contains("onclick"))
        }
    }

    @Test("cookies over https have the __Host- prefix")
    func secureCookies() async throws {
        let world = try GatewayWorld(SettingsText(publicURL: "https://access.example"))
        let answer = try await world.send("GET", "/auth/login", fields: TestBrowser.navigation)
        let cookie = try #require(answer.setCookies.first)
        #expect(cookie.hasPrefix("__Host-gatehouse-browser="))
        #expect(cookie.hasSuffix("; Path=/; Secure; HttpOnly; SameSite=Lax"))
        #expect(answer.field("Strict-Transport-Security") != nil)
    }

    @Test("sign-ins are limited per address")
    func limit() async throws {
        let world = try GatewayWorld()
        var last: TestAnswer?
        for _ in 0..<301 { last = try await world.send("GET", "/auth/callback/idp?x=1", from: "198.51.100.7") }
        #expect(last?.status == 429 && last?.field("Retry-After") != nil)
        #expect(try await world.send("GET", "/auth/login", from: "198.51.100.8").status == 303)
    }

    @Test("addresses of one IPv6 /64 share a limit")
    func prefixLimit() async throws {
        let world = try GatewayWorld()
        for number in 0..<300 { _ = try await world.send("GET", "/auth/callback?x=1", from: "2001:db8:0:7::\(number)") }
        #expect(try await world.send("GET", "/auth/login", from: "2001:db8:0:7:ffff::1").status == 429)
        #expect(try await world.send("POST", "/auth/logout", from: "2001:db8:0:7:ffff::1").status == 429)
        #expect(try await world.send("GET", "/auth/login", from: "2001:db8:0:8::1").status == 303)
    }

    @Test("the log contains no secret")
    func log() async throws {
        let world = try GatewayWorld(SettingsText(providerSettings: ""))
        let browser = TestBrowser(world)
        let link = try await browser.answered("carla")
        let items = try parts(link)
        #expect(try await browser.open(link).status == 303)
        _ = try await browser.open("/auth/callback/idp?state=abc&code=topsecretcode")
        for item in items where item.name != "iss" { #expect(!world.recorded.written.contains(item.value)) }
        #expect(!world.recorded.written.contains("topsecretcode"))
        #expect(!world.recorded.written.contains(try #require(browser.cookies["gatehouse"])))
        #expect(!world.recorded.written.contains("s:e c%ret"))
    }
}
