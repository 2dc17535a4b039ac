import Addresses
import Configuration
import DemoProvider
import Endpoints
import GatehouseTesting
import HTTPClient
import HTTPMessage
import OpenID
import RuntimeConfiguration
import SignInFlow
import Snapshots
import Testing
import Text
import Tokens

@testable import Server

@Suite("Discovery documents of other servers")
struct DiscoveryTests {
    /// A second provider without a client: it only issues bearer tokens.
    private static func machines(_ members: String = "") -> String {
        """
        , {"id": "k8s", "issuer": "\(SettingsText.otherIssuer)", "insecure_allow_http": true, "audiences": ["api"]\(members)}
        """
    }

    private func me(_ world: GatewayWorld) async throws -> TestAnswer {
        let claims =
            #"{"iss":"\#(SettingsText.otherIssuer)","aud":"api","sub":"pod","iat":1800000000,"exp":1800000600}"#
        let token = try world.otherProvider.sign(Array(claims.utf8))
        return try await world.send("GET", "/api/v1/me", token: token)
    }

    private func json(_ text: String, _ fields: Fields = Fields()) -> OutboundResponse {
        OutboundResponse(.ok, fields: fields, body: Array(text.utf8))
    }

    // MARK: Required metadata

    @Test("a provider of bearer tokens needs only an issuer and keys")
    func bearerOnly() async throws {
        let world = try GatewayWorld(SettingsText(secondProvider: DiscoveryTests.machines()))
        world.outbound.script { request in
            guard request.url.authority == "127.0.0.1:7", request.url.path == ScriptedProvider.document else {
                return nil
            }
            let text = #"""
                {"issuer": "http://127.0.0.1:7", "jwks_uri": "http://127.0.0.1:7/jwks", "authorization_endpoint": "urn:none",
                 "token_endpoint": 7, "response_types_supported": ["id_token"]}
                """#
            return OutboundResponse(.ok, body: Array(text.utf8))
        }
        #expect(try await me(world).status == 200)
        #expect(await !world.logged().contains("left out"))
    }

    @Test(
        "an unusable optional endpoint is omitted with a warning, and users sign in",
        arguments: [
            ("end_session_endpoint", ""), ("end_session_endpoint", "/logout"),
            ("end_session_endpoint", "http://sso.example/x"),
            ("userinfo_endpoint", ""), ("userinfo_endpoint", "http://sso.example/me"),
        ])
    func optionalEndpoint(name: String, value: String) async throws {
        let world = try GatewayWorld()
        let path = name.hasPrefix("end") ? "/logout" : "/userinfo"
        world.outbound.describe(("\"\(name)\":\"\(SettingsText.issuer)\(path)\"", "\"\(name)\":\"\(value)\""))
        let browser = TestBrowser(world)
        #expect(try await browser.signIn("carla").status == 303)
        #expect(try await browser.fetch("GET", summary).status == 200)
        let warning = await world.logged().split(separator: "\n").first { $0.contains("left out") }
        #expect(warning?.contains(name) == true && warning?.contains("\"warning\"") == true)
        guard name.hasPrefix("end") else { return }
        let answer = try await browser.send("POST", "/auth/logout", body: "csrf_token=\(try await browser.formToken())")
        #expect(answer.location == "/auth/signed-out")
    }

    @Test("claims are unknown if userinfo is unusable, and absent if the provider has no userinfo")
    func unusableUserinfo() async throws {
        func status(_ endpoint: String) async throws -> Int {
            let world = try GatewayWorld()
            let provider = world.provider
            world.outbound.twist { request, response throws(OutboundError) in
                if request.url.path == "/token" {
                    return provider.reissue(response, without: ["email", "email_verified"])
                }
                guard request.url.path == ScriptedProvider.document else { return response }
                let text = String(decoding: response.body, as: UTF8.self)
                return OutboundResponse(
                    .ok, body: Array(text.replacing("\(SettingsText.issuer)/userinfo", with: endpoint).utf8))
            }
            let browser = try await world.browser("vic")
            return try await browser.fetch("GET", summary).status
        }
        // The rule for the manager's address comes first: with an unknown address, it could have given more.
        #expect(try await status("http://sso.example/me") == 403)
        #expect(try await status("") == 200)
    }

    @Test("an unusable sign-in endpoint does not affect bearer tokens")
    func signInEndpoint() async throws {
        let world = try GatewayWorld(SettingsText(providerSettings: ", \"audiences\": [\"api\"]"))
        world.outbound.describe(("\(SettingsText.issuer)/token", "http://sso.example/token"))
        let page = try await TestBrowser(world).open("/auth/login")
        #expect(page.status == 502 && !page.body.contains("cannot be reached"))
        #expect(
            await world.logged().contains(
                #"\"token_endpoint\" cannot be used: \"http://sso.example/token\" is not https"#))
        let claims = #"{"iss":"\#(SettingsText.issuer)","aud":"api","sub":"m","iat":1800000000,"exp":1800000600}"#
        let token = try world.provider.sign(Array(claims.utf8))
        #expect(try await world.send("GET", "/api/v1/me", token: token).status == 200)
    }

    // MARK: Evasions

    @Test("the document is read from discovery_url with its query, and must still state the issuer")
    func discoveryURL() async throws {
        let world = try GatewayWorld(
            SettingsText(
                providerSettings: ", \"discovery_url\": \"\(SettingsText.issuer)/elsewhere?appid=7\""))
        let text = DiscoveryTests.text(world.provider)
        world.outbound.script { request in
            guard request.url.path == "/elsewhere", request.url.query == "appid=7" else { return nil }
            return OutboundResponse(.ok, body: Array(text.utf8))
        }
        #expect(try await TestBrowser(world).signIn("carla").status == 303)
        #expect(world.outbound.count(ScriptedProvider.document) == 0)
        let foreign = try GatewayWorld(
            SettingsText(
                providerSettings: ", \"discovery_url\": \"\(SettingsText.issuer)/elsewhere\""))
        foreign.outbound.script { request in
            guard request.url.path == "/elsewhere" else { return nil }
            let other = text.replacing(
                "\"issuer\":\"\(SettingsText.issuer)\"", with: "\"issuer\":\"https://evil.example\"")
            return OutboundResponse(.ok, body: Array(other.utf8))
        }
        #expect(try await TestBrowser(foreign).open("/auth/login").status == 502)
    }

    private static func text(_ provider: DemoProvider) -> String {
        let target = Target(path: ScriptedProvider.document, query: nil)
        let answer = provider.answer(.get, target, field: { _ in nil }, body: [], at: ManualClock().now)
        guard case .bytes(let bytes) = answer.body else { return "" }
        return String(decoding: bytes, as: UTF8.self)
    }

    @Test("configured endpoints replace the document's; if none is missing, discovery is skipped")
    func endpoints() async throws {
        let all = """
            , "endpoints": {"authorization": "\(SettingsText.issuer)/authorize", "token": "\(SettingsText.issuer)/token",
            "jwks": "\(SettingsText.issuer)/jwks"}
            """
        let world = try GatewayWorld(SettingsText(providerSettings: all))
        world.outbound.cutOff(ScriptedProvider.document)
        #expect(try await TestBrowser(world).signIn("carla").status == 303)
        #expect(world.outbound.count(ScriptedProvider.document) == 0)
        let some = try GatewayWorld(
            SettingsText(
                providerSettings: ", \"endpoints\": {\"token\": \"\(SettingsText.issuer)/token\"}"))
        some.outbound.describe(("\(SettingsText.issuer)/token", "http://sso.example/token"))
        #expect(try await TestBrowser(some).signIn("carla").status == 303)
        let machines = try GatewayWorld(
            SettingsText(
                secondProvider: DiscoveryTests.machines(
                    ", \"endpoints\": {\"jwks\": \"\(SettingsText.otherIssuer)/jwks\"}")))
        machines.outbound.cutOff(ScriptedProvider.document)
        #expect(try await me(machines).status == 200)
    }

    @Test("private addresses are reached if the configuration names their hosts or ranges")
    func reachable() throws {
        let world = try GatewayWorld(
            SettingsText(
                secondProvider: """
                    , {"id": "k8s", "issuer": "https://cluster.example", "discovery_url": "https://front.example/d",
                       "endpoints": {"jwks": "https://keys.example/k"}, "reachable": ["10.20.0.0/16", "Back.Internal", "fd00::7"]}
                    """))
        let settings = try #require(world.settings().providers.last)
        let policy = ProviderAddress(settings).policy
        #expect(Set(policy.hosts.map(\.text)) == ["cluster.example", "front.example", "keys.example", "back.internal"])
        func isInRange(_ text: String) throws -> Bool {
            let address = try #require(IPAddress(text))
            return policy.ranges.contains { $0.contains(address) }
        }
        #expect(try isInRange("10.20.3.4") && isInRange("fd00::7"))
        #expect(try !isInRange("10.21.0.1") && !isInRange("fd00::8"))
    }

    // MARK: Log messages

    @Test(
        "an issuer that differs by a slash is logged with both spellings and the request's id"
    )
    func slash() async throws {
        let world = try GatewayWorld()
        world.outbound.describe(("\"issuer\":\"\(SettingsText.issuer)\"", "\"issuer\":\"\(SettingsText.issuer)/\""))
        let page = try await TestBrowser(world).open("/auth/login")
        #expect(page.status == 502 && !page.body.contains("cannot be reached"))
        let id = try #require(page.field("X-Request-Id"))
        let lines = await world.logged().split(separator: "\n").filter { $0.contains(id) && $0.contains("detail") }
        #expect(lines.count == 2)
        for line in lines {
            #expect(
                line.contains(
                    #"issuer \"\#(SettingsText.issuer)/\", and the configuration has \"\#(SettingsText.issuer)\""#))
        }
    }

    @Test(
        "an invalid response is logged with its fault and URL",
        arguments: [
            (
                ScriptedProvider.document, 302, "Location", "https://u:p@sso.example/login?code=abc#x", "",
                "302, a redirect to \\\"https://sso.example/login\\\""
            ),
            (ScriptedProvider.document, 200, "Content-Encoding", "gzip", "\u{1F}", "coded with \\\"gzip\\\""),
            ("/jwks", 200, "Content-Encoding", "br", "\u{1F}", "coded with \\\"br\\\""),
            (
                ScriptedProvider.document, 200, "Content-Type", "text/html", "<html>",
                "not JSON: expected a value (at byte 0); its Content-Type is \\\"text/html\\\""
            ),
            (
                ScriptedProvider.document, 200, "Date", "x", #"{"issuer":"a","issuer":"b"}"#,
                "twice in its object (at byte 14)"
            ),
            (
                "/jwks", 200, "Date", "x", #"{"keys":[{"kty":"RSA","kid":"r","n":"AQAB","e":"AQAB"}]}"#,
                "no usable key: key 0 (\\\"r\\\"): "
            ),
            ("/jwks", 200, "Date", "x", #"{"keys":[],}"#, "not strict JSON"),
            (ScriptedProvider.document, 404, "Date", "x", "", "returned 404"),
        ])
    func causes(path: String, status: Int, field: String, value: String, body: String, words: String) async throws {
        let world = try GatewayWorld()
        let name = try #require(FieldName(field))
        world.outbound.script { request in
            guard request.url.path == path else { return nil }
            return OutboundResponse(Status(status), fields: Fields([(name, value)]), body: Array(body.utf8))
        }
        let browser = TestBrowser(world)
        let answer = try await browser.open("/auth/login")
        if path == "/jwks" { _ = try await browser.open(browser.consent("carla", at: try #require(answer.location))) }
        let log = await world.logged()
        #expect(log.contains(words), "\(log)")
        #expect(!log.contains("code=") && !log.contains("u:p"))
    }

    @Test("keys are requested as a JWK set, and every response without a content coding")
    func accepts() async throws {
        let world = try GatewayWorld()
        world.outbound.script { request in
            let accept = request.fields.value(.accept) ?? ""
            guard request.url.path == "/jwks", !accept.contains("application/jwk-set+json") else { return nil }
            return OutboundResponse(Status(406))
        }
        #expect(try await TestBrowser(world).signIn("carla").status == 303)
    }

    @Test("the last valid document stays in use if a newer one is unusable, and the log says why")
    func stale() async throws {
        let world = try GatewayWorld()
        try await TestBrowser(world).signIn("carla")
        world.outbound.describe(("\"issuer\":", "\"publisher\":"))
        world.clock.advance(.seconds(3700))
        await world.remote?.refreshAhead()
        #expect(await world.logged().contains("the last valid one stays in use"))
        #expect(try await TestBrowser(world).signIn("carla").status == 303)
    }
}
