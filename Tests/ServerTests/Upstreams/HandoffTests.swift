import GatehouseTesting
import JSON
import Testing

@Suite("Signing in at the host of an application")
struct HandoffTests {
    @Test("a user without a session is led to the sign-in and back to the place that was wanted")
    func whole() async throws {
        let upstreams = try UpstreamWorld()
        let browser = upstreams.browser()
        let refused = try await upstreams.ask("GET", "/a/b?c=d", of: browser, fields: TestBrowser.navigation)
        #expect(refused.status == 401)
        #expect(
            refused.location == "\(UpstreamWorld.origin)/.gatehouse/sign-in?return_to=%2Fa%2Fb%3Fc%3Dd")
        let back = try await upstreams.enter("vic", wanting: "%2Fa%2Fb%3Fc%3Dd", in: browser)
        #expect(back.status == 302 && back.location == "/a/b?c=d")
        let cookies = try #require(browser.elsewhere[UpstreamWorld.host]).values
        #expect(cookies["gatehouse-app"]?.count == 43)
        let permitted = try await upstreams.ask("GET", "/a/b?c=d", of: browser)
        #expect(permitted.status == 200)
        #expect(permitted.field("X-Forwarded-Email") == "vic@acme.example")
        #expect(permitted.field("X-Gatehouse-Role") == "organization-viewer")
    }

    @Test("the handoff carries only the hash of the cookie, and the code alone leads back")
    func nothingElse() async throws {
        let upstreams = try UpstreamWorld()
        let browser = upstreams.browser()
        let handoff = try await upstreams.begin(wanting: "%2Fsecret-place", in: browser)
        let begin = try #require(browser.elsewhere[UpstreamWorld.host]?["gatehouse-begin"])
        #expect(begin.count == 43 && !handoff.contains(begin) && !handoff.contains("secret-place"))
        let code = try await upstreams.code("vic", handoff, in: browser)
        #expect(!code.contains("secret-place") && code.hasPrefix("/.gatehouse/handoff?code="))
    }

    @Test("a new sign-in at a host ends the session before it there, and no other")
    func replaced() async throws {
        let upstreams = try UpstreamWorld()
        let (browser, other) = (upstreams.browser(), upstreams.browser())
        try await upstreams.enter("vic", in: browser)
        try await upstreams.enter("vic", in: other)
        let stolen = upstreams.browser()
        stolen.elsewhere = browser.elsewhere
        for one in [browser, other, stolen] { #expect(try await upstreams.ask(of: one).status == 200) }
        browser.elsewhere = [:]
        try await upstreams.enter("vic", in: browser)
        #expect(try await upstreams.ask(of: browser).status == 200)
        #expect(try await upstreams.ask(of: stolen).status == 401)
        #expect(try await upstreams.ask(of: other).status == 200)
    }

    @Test("a script or an API call without a session gets 401 and no redirect")
    func noNavigation() async throws {
        let upstreams = try UpstreamWorld()
        let answer = try await upstreams.ask(fields: ["Accept: application/json", "Sec-Fetch-Mode: cors"])
        #expect(answer.status == 401 && answer.location == nil)
        let posted = try await upstreams.ask("POST", "/", fields: TestBrowser.navigation)
        #expect(posted.status == 401 && posted.location == nil)
    }

    @Test("a code does not work twice, at another host, in another browser, or after sign-out")
    func codeIsBound() async throws {
        let upstreams = try UpstreamWorld()
        let browser = upstreams.browser()
        let first = try await upstreams.code("vic", try await upstreams.begin(in: browser), in: browser)
        let strange = upstreams.browser()
        let fixed = try await strange.send("GET", first, toHost: UpstreamWorld.host, fields: TestBrowser.navigation)
        #expect(fixed.status == 400 && fixed.location == nil && fixed.setCookies.isEmpty)
        // Another browser that began a sign-in of its own gets no session of this one either.
        _ = try await upstreams.begin(in: strange)
        let other = try await strange.send("GET", first, toHost: UpstreamWorld.host, fields: TestBrowser.navigation)
        #expect(other.status == 400 && other.setCookies.isEmpty)
        // The attempt used the code up.
        let late = try await browser.send("GET", first, toHost: UpstreamWorld.host, fields: TestBrowser.navigation)
        #expect(late.status == 400)

        let second = try await upstreams.code("vic", try await upstreams.begin(in: browser), in: browser)
        browser.elsewhere[UpstreamWorld.other] = browser.elsewhere[UpstreamWorld.host]
        let elsewhere = try await browser.send("GET", second, toHost: UpstreamWorld.other)
        #expect(elsewhere.status == 400)

        let third = try await upstreams.code("vic", try await upstreams.begin(in: browser), in: browser)
        _ = try await browser.post("/auth/logout", [])
        let ended = try await browser.send("GET", third, toHost: UpstreamWorld.host, fields: TestBrowser.navigation)
        #expect(ended.status == 400 && browser.elsewhere[UpstreamWorld.host]?["gatehouse-app"] == nil)
    }

    @Test("a code that returns without the cookie is used up")
    func codeWithoutCookie() async throws {
        let upstreams = try UpstreamWorld()
        let (attacker, victim) = (upstreams.browser(), upstreams.browser())
        let handoff = try await upstreams.begin(in: attacker)
        let code = try await upstreams.code("carla", handoff, in: victim)
        let landed = try await victim.send("GET", code, toHost: UpstreamWorld.host, fields: TestBrowser.navigation)
        #expect(landed.status == 400)
        let stolen = try await attacker.send("GET", code, toHost: UpstreamWorld.host, fields: TestBrowser.navigation)
        #expect(stolen.status == 400 && stolen.setCookies.isEmpty)
    }

    @Test("two tabs of a browser can sign in at once")
    func tabs() async throws {
        let upstreams = try UpstreamWorld()
        let browser = upstreams.browser()
        let (one, two) = (
            try await upstreams.begin(wanting: "%2Fone", in: browser),
            try await upstreams.begin(wanting: "%2Ftwo", in: browser)
        )
        for handoff in [one, two] {
            #expect(try await upstreams.finish("vic", handoff, in: browser).status == 302)
            #expect(try await upstreams.ask(of: browser).status == 200)
        }
        // A secret that the gateway did not issue to this browser is not used again.
        let planted = upstreams.browser()
        planted.elsewhere[UpstreamWorld.host] = CookieJar()
        planted.elsewhere[UpstreamWorld.host]?["gatehouse-begin"] = String(repeating: "A", count: 43)
        _ = try await upstreams.begin(in: planted)
        #expect(planted.elsewhere[UpstreamWorld.host]?["gatehouse-begin"] != String(repeating: "A", count: 43))
    }

    @Test("another site's login may lead to an application, and to no other host")
    func initiation() async throws {
        let upstreams = try UpstreamWorld()
        let browser = upstreams.browser()
        func initiate(_ target: String) async throws -> TestAnswer {
            try await browser.open("/auth/initiate?iss=\(SettingsText.issuer)&target_link_uri=\(target)")
        }
        let led = try await initiate("\(UpstreamWorld.origin)/a?b=c")
        #expect(led.location == "\(UpstreamWorld.origin)/.gatehouse/sign-in?return_to=%2Fa%3Fb%3Dc")
        #expect(try await initiate("http://evil.localhost:8080/a").status == 400)
    }

    @Test("characters that browsers leave as they are do not lose the place")
    func oddPlaces() async throws {
        let upstreams = try UpstreamWorld()
        let led = try await upstreams.ask("GET", "/a?q={1}|2", fields: TestBrowser.navigation)
        #expect(led.location?.hasSuffix("?return_to=%2Fa%3Fq%3D%257B1%257D%257C2") == true)
    }

    @Test("a session at one host is of no use at another, nor at the gateway itself")
    func hostBound() async throws {
        let upstreams = try UpstreamWorld()
        let browser = upstreams.browser()
        try await upstreams.enter("carla", in: browser)
        #expect(try await upstreams.ask(of: browser).status == 200)
        let token = try #require(browser.elsewhere[UpstreamWorld.host]?["gatehouse-app"])
        let moved = ["Cookie: gatehouse-app=\(token)"]
        #expect(try await upstreams.ask(host: UpstreamWorld.other, fields: moved).status == 401)
        for name in ["gatehouse", "gatehouse-app"] {
            let me = try await upstreams.world.send("GET", "/api/v1/me", fields: ["Cookie: \(name)=\(token)"])
            #expect(me.status == 401)
        }
        // Nor does the gateway's own session work at an application's host.
        let own = try #require(browser.cookies["gatehouse"])
        for name in ["gatehouse", "gatehouse-app"] {
            #expect(try await upstreams.ask(fields: ["Cookie: \(name)=\(own)"]).status == 401)
        }
    }

    @Test("the end of the session, a suspension and an expired session end it at every host")
    func endsWithParent() async throws {
        let upstreams = try UpstreamWorld()
        let browser = upstreams.browser()
        try await upstreams.enter("vic", in: browser)
        #expect(try await upstreams.ask(of: browser).status == 200)
        _ = try await browser.post("/auth/logout", [])
        #expect(try await upstreams.ask(of: browser).status == 401)
        #expect(try await upstreams.ask(of: browser, fields: TestBrowser.navigation).location != nil)

        try await upstreams.enter("vic", in: browser)
        let manager = upstreams.browser()
        try await manager.signIn("carla")
        let id = try upstreams.world.identity("vic")
        _ = try await manager.call("PUT", "\(acme)/suspensions/\(id)", "{}")
        let suspended = try await upstreams.ask(of: browser)
        #expect(suspended.status == 403 && suspended.text("reason") == "suspended")
        // A rule that permits anyone does not look at the user.
        #expect(try await upstreams.ask("GET", "/healthz", of: browser).status == 200)
    }

    @Test("use at an application's host counts as use of the session")
    func use() async throws {
        let upstreams = try UpstreamWorld("", provider: #", "max_age": "30d""#)
        let browser = upstreams.browser()
        try await upstreams.enter("vic", in: browser)
        for _ in 0..<3 {
            upstreams.world.clock.advance(.seconds(3 * 3600 / 2))
            // Claims last an hour; the sign-in at the provider renews them without a question.
            try await upstreams.enter("vic", in: browser)
            #expect(try await upstreams.ask(of: browser).status == 200)
        }
        upstreams.world.clock.advance(.seconds(9 * 3600))
        #expect(try await upstreams.ask(of: browser).status == 401)
    }

    @Test(
        "the place to return to is a path of this host",
        arguments: [
            "https:%2F%2Fevil.example%2F", "%2F%2Fevil.example", "%2F%5Cevil.example", "evil", "", "%2Fa%0d%0ab",
            "%2F.gatehouse%2Fsign-out", "%2F%2Egatehouse%2Fsign-in",
        ])
    func openRedirect(_ place: String) async throws {
        let upstreams = try UpstreamWorld()
        let answer = try await upstreams.enter("vic", wanting: place, in: upstreams.browser())
        #expect(answer.status == 302 && answer.location == "/")
    }

    @Test("the sign-out of an application asks at the gateway, and only its form ends the session")
    func signOut() async throws {
        let upstreams = try UpstreamWorld()
        let browser = upstreams.browser()
        try await upstreams.enter("vic", in: browser)
        let answer = try await browser.send(
            "GET", "/.gatehouse/sign-out", toHost: UpstreamWorld.host, fields: TestBrowser.navigation)
        #expect(answer.status == 302 && answer.location == "\(SettingsText.origin)/auth/logout")
        let question = try await browser.open("/auth/logout")
        #expect(question.status == 200 && question.body.contains("Sign out?"))
        #expect(question.body.contains("vic@acme.example"))
        #expect(try await upstreams.ask(of: browser).status == 200)
        _ = try await browser.post("/auth/logout", [])
        #expect(try await upstreams.ask(of: browser).status == 401)
    }

    @Test("the gateway's paths at a host show nothing else, and no other host is served")
    func paths() async throws {
        let upstreams = try UpstreamWorld()
        let browser = upstreams.browser()
        func get(_ path: String, _ method: String = "GET", host: String = UpstreamWorld.host) async throws -> TestAnswer
        {
            try await browser.send(method, path, toHost: host, fields: ["Accept: application/json"])
        }
        let keys = try await get("/.gatehouse/jwks.json")
        #expect(keys.status == 200 && keys.json?.member("keys")?.count == 1)
        #expect(keys.field("Cache-Control") == "max-age=3600")
        let own = try await upstreams.world.get("/.well-known/jwks.json")
        #expect(own.body == keys.body && own.field("Cache-Control") == "max-age=3600")
        for path in ["/.gatehouse/", "/.gatehouse", "/.gatehouse/other", "/%2egatehouse/x", "/.gatehouse/../api/v1/me"]
        {
            #expect(try await get(path).status == 404, "\(path)")
        }
        #expect(try await get("/.gatehouse/handoff", "HEAD").status == 405)
        #expect(try await get("/.gatehouse/sign-in", "POST").status == 405)
        // No page or API of the gateway is served there, and the application is behind another proxy.
        for path in ["/", "/api/v1/me", "/auth/login", "/assets/x"] {
            #expect(try await get(path).status == 421, "\(path)")
        }
        for host in ["evil.example", "reports.localhost.evil.example", "reports.localhost.", "xreports.localhost"] {
            #expect(try await get("/", host: host).status == 421, "\(host)")
        }
        #expect(try await get("/", host: "REPORTS.localhost").status == 421)
        #expect(try await get("/.gatehouse/jwks.json", host: "REPORTS.LOCALHOST:1").status == 200)
    }

    @Test("a code of a link that names an unknown application, or no cookie, is not made")
    func badHandoffs() async throws {
        let upstreams = try UpstreamWorld()
        let browser = upstreams.browser()
        try await browser.signIn("vic")
        let hash = String(repeating: "A", count: 43)
        for query in [
            "", "upstream=reports", "begin=\(hash)", "upstream=none&begin=\(hash)", "upstream=reports&begin=short",
            "upstream=reports&begin=\(hash)&x=y", "upstream=reports&upstream=wiki&begin=\(hash)",
        ] {
            #expect(try await browser.open("/auth/handoff?\(query)").status == 404, "\(query)")
        }
        #expect(try await upstreams.world.place.count("handoff_code") == 0)
    }
}
