import GatehouseTesting
import HTTPMessage
import Testing

@Suite("Forward-auth: other proxies ask about requests")
struct ForwardAuthTests {
    private static let traefik = [
        "X-Forwarded-Method: GET", "X-Forwarded-Proto: http", "X-Forwarded-Host: reports.localhost:8080",
        "X-Forwarded-Uri: /a?b=c",
    ]
    private static let names = [
        "X-Forwarded-User", "X-Forwarded-Email", "X-Forwarded-Preferred-Username", "X-Forwarded-Groups",
        "X-Gatehouse-Issuer", "X-Gatehouse-Identity", "X-Gatehouse-Organization", "X-Gatehouse-Role",
        "X-Gatehouse-Assertion",
    ]

    private func ask(
        _ upstreams: UpstreamWorld, _ path: String, _ fields: [String], method: String = "GET",
        host: String = "127.0.0.1:9092", from peer: String = UpstreamWorld.proxy
    ) async throws -> TestAnswer {
        try await upstreams.world.send(method, path, fields: fields, from: peer, host: host, at: .forwardAuth)
    }

    private func ask(
        _ upstreams: UpstreamWorld, _ fields: [String], method: String = "GET", from peer: String = UpstreamWorld.proxy
    ) async throws -> TestAnswer {
        try await ask(upstreams, "/forward-auth", fields, method: method, from: peer)
    }

    private func cookie(_ browser: TestBrowser) -> [String] { browser.elsewhere[UpstreamWorld.host]?.fields ?? [] }

    @Test("a permitted request gets every identity field, and one that anyone may make gets them empty")
    func fields() async throws {
        let upstreams = try UpstreamWorld()
        let browser = upstreams.browser()
        try await upstreams.enter("carla", in: browser)
        let permitted = try await upstreams.ask(of: browser)
        for name in Self.names where !["X-Forwarded-Preferred-Username"].contains(name) {
            #expect(permitted.field(name)?.isEmpty == false, "\(name)")
        }
        #expect(permitted.field("X-Gatehouse-Role") == "organization-manager")
        let open = try await upstreams.ask("GET", "/healthz", of: browser)
        #expect(open.status == 200)
        for name in Self.names {
            #expect(open.response?.fields.values(try #require(FieldName(name))) == [""], "\(name)")
        }
    }

    @Test("the endpoints for Traefik, Caddy and Envoy give the client's own answer")
    func endpoints() async throws {
        let upstreams = try UpstreamWorld()
        let browser = upstreams.browser()
        let navigation = TestBrowser.navigation
        let led = try await ask(upstreams, Self.traefik + navigation)
        #expect(led.status == 302 && led.location?.hasSuffix("/.gatehouse/sign-in?return_to=%2Fa%3Fb%3Dc") == true)
        #expect(try await ask(upstreams, Self.traefik).status == 401)
        let envoy = try await ask(
            upstreams, "/forward-auth/envoy/a?b=c", navigation, host: UpstreamWorld.host)
        #expect(envoy.status == 302 && envoy.location == led.location)
        try await upstreams.enter("vic", in: browser)
        #expect(try await ask(upstreams, Self.traefik + cookie(browser)).status == 200)
        #expect(try await ask(upstreams, Self.traefik + cookie(browser), method: "POST").status == 200)
        for method in ["GET", "PUT", "PROPFIND"] {
            let answer = try await ask(
                upstreams, "/forward-auth/envoy/a", cookie(browser), method: method, host: UpstreamWorld.host)
            #expect(answer.status == 200)
        }
        let socket = Self.traefik.map { $0.replacing("Proto: http", with: "Proto: ws") }
        #expect(try await ask(upstreams, socket + cookie(browser)).status == 200)
        // The rule of a method decides about the original one.
        let post = Self.traefik.map { $0.replacing("GET", with: "POST").replacing("/a?b=c", with: "/admin/x?/") }
        #expect(try await ask(upstreams, post + cookie(browser)).status == 403)
    }

    @Test("only trusted proxies may ask, and nothing else is served there")
    func listener() async throws {
        let upstreams = try UpstreamWorld()
        let browser = upstreams.browser()
        try await upstreams.enter("vic", in: browser)
        #expect(try await ask(upstreams, Self.traefik + cookie(browser), from: "192.0.2.1").status == 403)
        for path in [
            "/", "/forward-auth/", "/forward-auth/other", "/forward-authx", "/api/v1/me", "/forward-auth/envoy",
        ] {
            #expect(try await ask(upstreams, path, Self.traefik + cookie(browser)).status == 404, "\(path)")
        }
        #expect(
            try await ask(
                upstreams, "/forward-auth/nginx",
                ["X-Original-Method: GET", "X-Original-URL: http://reports.localhost/"], method: "POST"
            ).status == 403)
        // On the main listener there is no such path, at no host.
        for host in [nil, UpstreamWorld.host] {
            for path in ["/forward-auth", "/forward-auth/nginx", "/forward-auth/envoy/a", "/forward%2Dauth"] {
                let answer = try await upstreams.world.send(
                    "GET", path, fields: Self.traefik + cookie(browser), from: UpstreamWorld.proxy, host: host)
                #expect(answer.status == 404, "\(path)")
            }
        }
    }

    @Test("an original request that is incomplete, stated twice or for another host is refused")
    func incomplete() async throws {
        let upstreams = try UpstreamWorld()
        let browser = upstreams.browser()
        try await upstreams.enter("vic", in: browser)
        func refused(_ fields: [String], _ path: String = "/forward-auth") async throws -> Bool {
            try await ask(upstreams, path, fields + cookie(browser)).status == 403
        }
        for index in Self.traefik.indices {
            var fields = Self.traefik
            let removed = fields.remove(at: index)
            #expect(try await refused(fields), "without \(removed)")
            #expect(try await refused(Self.traefik + [removed]), "twice \(removed)")
            let name = removed.prefix { $0 != ":" }
            #expect(try await refused(fields + ["\(name): "]), "empty \(removed)")
        }
        for (from, to) in [
            ("reports.localhost:8080", "evil.example"), ("reports.localhost:8080", "a@reports.localhost"),
            ("reports.localhost:8080", "reports.localhost, evil.example"), ("Proto: http", "Proto: https"),
            ("Proto: http", "Proto: file"), ("GET", "GET POST"), ("/a?b=c", "a"),
            ("/a?b=c", "http://reports.localhost/"),
            ("/a?b=c", "/a#b"), ("/a?b=c", "/.gatehouse/sign-in"), ("/a?b=c", "/forward-auth"),
        ] {
            #expect(try await refused(Self.traefik.map { $0.replacing(from, with: to) }), "\(to)")
        }
        for url in [
            "/a", "reports.localhost/a", "http:/reports.localhost/", "http://evil@reports.localhost/",
            "http://reports.localhost@evil.example/", "http://reports.localhost:8080@evil.example/@reports.localhost/",
            "http://reports.localhost/a b", "http://reports.localhost#/a", "http://",
        ] {
            #expect(
                try await refused(["X-Original-Method: GET", "X-Original-URL: \(url)"], "/forward-auth/nginx"), "\(url)"
            )
        }
        #expect(
            try await refused(
                [
                    "X-Original-Method: GET", "X-Original-URL: http://reports.localhost/",
                    "X-Original-URL: http://reports.localhost/",
                ], "/forward-auth/nginx"))
    }

    @Test("a field of the gateway with an underscore is refused, in every spelling")
    func underscores() async throws {
        let upstreams = try UpstreamWorld()
        let browser = upstreams.browser()
        try await upstreams.enter("vic", in: browser)
        for name in ["X_Forwarded_User", "x-forwarded_user", "X_Gatehouse_Assertion", "Remote_User", "X_Original_URL"] {
            let answer = try await ask(upstreams, Self.traefik + cookie(browser) + ["\(name): root"])
            #expect(answer.status == 403, "\(name)")
        }
        for name in ["X-Forwarded.User", "X-Forwarded+User", "X-Gatehouse-Tenant", "X-Forwarded-Identity"] {
            #expect(try await ask(upstreams, Self.traefik + cookie(browser) + ["\(name): root"]).status == 403)
        }
        for name in ["X_Custom", "X-Forwarded-Port", "X-Forwarded-User", "x-gatehouse-role"] {
            #expect(try await ask(upstreams, Self.traefik + cookie(browser) + ["\(name): a"]).status == 200, "\(name)")
        }
    }

    @Test("paths with two readings are refused before any rule")
    func paths() async throws {
        let upstreams = try UpstreamWorld()
        let browser = upstreams.browser()
        try await upstreams.enter("carla", in: browser)
        for path in [
            "/a/../b", "/a/%2e%2e/b", "/a%2Fb", "/a%2fb", "/a%5cb", "/a;b", "/a%3Bb", "/a%00", "/a//b", "//a",
            "/a%252e",
            "/%ff", "/a%",
        ] {
            let nginx = try await upstreams.ask("GET", path, of: browser)
            #expect(nginx.status == 403, "\(path)")
            let fields = Self.traefik.map { $0.replacing("/a?b=c", with: path) }
            let traefik = try await ask(upstreams, fields + cookie(browser))
            #expect(traefik.status == 400, "\(path)")
        }
        // The query is never examined.
        #expect(try await upstreams.ask("GET", "/a?../%2F;//", of: browser).status == 200)
    }

    @Test("an unreachable store is 503, and never 200")
    func silentStore() async throws {
        let upstreams = try UpstreamWorld()
        let browser = upstreams.browser()
        try await upstreams.enter("vic", in: browser)
        upstreams.world.silenceStore()
        for path in ["/", "/healthz"] {
            #expect(try await upstreams.ask("GET", path, of: browser).status == 503)
            let fields = Self.traefik.map { $0.replacing("/a?b=c", with: path) }
            #expect(try await ask(upstreams, fields + cookie(browser)).status == 503)
        }
    }

    @Test("an identity of a provider that the organization does not list is refused, whatever it carries")
    func foreignProvider() async throws {
        let upstreams = try UpstreamWorld(
            second: SettingsText.otherProvider(#", "trust_email": true, "email_domains": ["acme.example"]"#))
        let browser = upstreams.browser()
        let handoff = try await upstreams.begin(in: browser)
        try await browser.signIn("carla", "provider=other")
        let code = try await upstreams.code("carla", handoff, in: browser)
        _ = try await browser.send("GET", code, toHost: UpstreamWorld.host, fields: TestBrowser.navigation)
        let answer = try await upstreams.ask(of: browser)
        #expect(answer.status == 403 && answer.text("reason") == "provider_not_accepted")
    }

    @Test("bearer tokens work, and an invalid one is never replaced by the session")
    func bearer() async throws {
        let upstreams = try UpstreamWorld("", provider: #", "audiences": ["api"]"#)
        let browser = upstreams.browser()
        try await upstreams.enter("carla", in: browser)
        let token = try upstreams.token(of: "carla", #","email":"ceo@acme.example","email_verified":true"#)
        let answer = try await upstreams.ask(token: token)
        #expect(answer.status == 200 && answer.field("X-Gatehouse-Role") == "organization-manager")
        for bad in ["no.such.token", "", "\(token)x"] {
            #expect(try await upstreams.ask(of: browser, token: bad).status == 401)
        }
        #expect(try await upstreams.ask(of: browser, fields: ["Authorization: Basic YTpi"]).status == 401)
        // What anyone may ask for needs no credential, and none is looked at.
        #expect(try await upstreams.ask("GET", "/healthz", token: "x").status == 200)
    }

    @Test("with pass_authorization the session decides, and without one the field must be a valid bearer token")
    func passedAuthorization() async throws {
        let upstreams = try UpstreamWorld(#", "pass_authorization": true"#, provider: #", "audiences": ["api"]"#)
        let browser = upstreams.browser()
        try await upstreams.enter("carla", in: browser)
        let basic = ["Authorization: Basic YTpi"]
        #expect(try await upstreams.ask(of: browser, fields: basic).status == 200)
        #expect(try await upstreams.ask(fields: basic).status == 401)
        let token = try upstreams.token(of: "carla", #","email":"ceo@acme.example","email_verified":true"#)
        #expect(try await upstreams.ask(token: token).status == 200)
    }
}
