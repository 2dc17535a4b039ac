import Cryptography
import Endpoints
import GatehouseTesting
import HTTPClient
import HTTPMessage
import JSON
import OpenID
import RuntimeConfiguration
import SignInFlow
import Snapshots
import Synchronization
import Testing
import Text
import Time
import Tokens

@testable import Server

@Suite("Client authentication at the token endpoint")
struct ClientAuthenticationTests {
    private func refuse(_ status: Int, _ body: String = "") -> OutboundResponse {
        OutboundResponse(Status(status), body: Array(body.utf8))
    }

    /// Refuses secrets in the Authorization field, as servers do that do not decode the field.
    private func takeOnlyForms(_ world: GatewayWorld, _ refusal: OutboundResponse) {
        world.outbound.script { request in
            request.url.path == "/token" && request.fields.value(.authorization) != nil ? refusal : nil
        }
    }

    private func usesForm(_ world: GatewayWorld) -> Bool {
        guard let request = world.outbound.last("/token") else { return false }
        return request.fields.value(.authorization) == nil
            && String(decoding: request.body, as: UTF8.self).contains("client_secret=s%3Ae+c%25ret")
    }

    // MARK: The second method

    @Test(
        "a secret refused in the field is sent once in the form, and the accepted method is remembered",
        arguments: [
            (401, "{\"error\":\"invalid_client\"}"), (400, "{\"error\":\"invalid_client\"}"),
            (200, "{\"error\":\"invalid_client\"}"), (401, ""), (401, "<html>"),
        ])
    func otherMethod(status: Int, body: String) async throws {
        let world = try GatewayWorld()
        takeOnlyForms(world, refuse(status, body))
        #expect(try await TestBrowser(world).signIn("carla").status == 303)
        #expect(world.outbound.count("/token") == 2 && usesForm(world))
        #expect(await world.logged().contains("set token_endpoint_auth to client_secret_post"))
        #expect(try await TestBrowser(world).signIn("vic").status == 303)
        #expect(world.outbound.count("/token") == 3 && usesForm(world))
        // The remembered method is dropped with another configuration or another discovery document.
        try world.reload()
        #expect(try await TestBrowser(world).signIn("vic").status == 303)
        #expect(world.outbound.count("/token") == 5)
        world.outbound.describe(("\"groups\"", "\"grps\""), ("\"none\"]", "\"tls_client_auth\"]"))
        world.clock.advance(.seconds(3700))
        await world.remote?.refreshAhead()
        #expect(try await TestBrowser(world).signIn("vic").status == 303)
        #expect(world.outbound.count("/token") == 7)
    }

    @Test("a configured method, or the only listed one, is the only one used")
    func fixedMethod() async throws {
        let set = try GatewayWorld(SettingsText(providerSettings: ", \"token_endpoint_auth\": \"client_secret_basic\""))
        takeOnlyForms(set, refuse(401, "{\"error\":\"invalid_client\"}"))
        #expect(try await TestBrowser(set).signIn("carla").status == 502)
        #expect(set.outbound.count("/token") == 1)
        let alone = try GatewayWorld()
        alone.outbound.describe((",\"client_secret_post\",\"none\"", ""))
        takeOnlyForms(alone, refuse(401, "{\"error\":\"invalid_client\"}"))
        #expect(try await TestBrowser(alone).signIn("carla").status == 502)
        #expect(alone.outbound.count("/token") == 1)
        let post = try GatewayWorld(SettingsText(providerSettings: ", \"token_endpoint_auth\": \"client_secret_post\""))
        #expect(try await TestBrowser(post).signIn("carla").status == 303)
        #expect(usesForm(post))
    }

    @Test("the log has the provider's error without the secret, and the page does not blame the secret")
    func refused() async throws {
        let world = try GatewayWorld()
        world.outbound.script { request in
            guard request.url.path == "/token" else { return nil }
            let form = String(decoding: request.body, as: UTF8.self)
            let code = form.split(separator: "&").first { $0.hasPrefix("code=") }.map { $0.dropFirst(5) } ?? ""
            let text = """
                {"error":"invalid_client","error_description":"bad secret s:e c%ret for code \(code) and its half \
                \(code.prefix(12)) eyJhbGciOiJub25lIn0.e30.\\u001b[31m \(String(repeating: "x ", count: 400))"}
                """
            return OutboundResponse(Status(401), body: Array(text.utf8))
        }
        let browser = TestBrowser(world)
        let link = try await browser.answered("carla")
        let page = try await browser.open(link)
        #expect(page.status == 502 && !page.body.contains("secret"))
        let id = try #require(page.field("X-Request-Id"))
        let line = try #require(
            await world.logged().split(separator: "\n").first { $0.contains(id) && $0.contains("detail") })
        #expect(line.contains("bad secret (hidden) for code (hidden)"))
        #expect(line.utf8.count < 1200 && !line.contains("s:e c%ret") && !line.contains("eyJ"))
        let code = try #require(link.split(separator: "code=").last?.prefix { $0 != "&" })
        #expect(!line.contains(code.prefix(12)))
    }

    @Test("after both methods failed, renewals pause for a minute")
    func pause() async throws {
        let world = try GatewayWorld(SettingsText(isRenewable: true))
        let (one, other) = (TestBrowser(world), TestBrowser(world))
        try await one.signIn("carla")
        try await other.signIn("vic")
        let refusal = refuse(401, "{\"error\":\"invalid_client\"}")
        world.outbound.script { $0.url.path == "/token" ? refusal : nil }
        world.clock.advance(.seconds(901))
        #expect(try await one.fetch("GET", "/api/v1/me").status == 200)
        #expect(world.outbound.count("/token") == 4)
        #expect(try await other.fetch("GET", "/api/v1/me").status == 200)
        #expect(world.outbound.count("/token") == 4)
        // The pause applies to renewals and not to sign-ins, for which a user waits.
        #expect(try await TestBrowser(world).signIn("carla").status == 502)
        #expect(world.outbound.count("/token") == 6)
        world.clock.advance(.seconds(61))
        #expect(try await other.fetch("GET", "/api/v1/me").status == 200)
        #expect(world.outbound.count("/token") == 8)
    }

    // MARK: Keys, and no authentication

    @Test(
        "private_key_jwt signs an assertion for the token endpoint",
        arguments: [(KeyKind.rsa, SignatureAlgorithm.rs256), (.p256, .es256), (.p521, .es512), (.ed25519, .edDSA)])
    func privateKey(kind: KeyKind, algorithm: SignatureAlgorithm) async throws {
        let key = try SigningKey.generate(kind)
        let assertion = Mutex<String?>(nil)
        let world = try GatewayWorld(
            SettingsText(
                providerSettings:
                    ", \"token_endpoint_auth\": \"private_key_jwt\", \"client_key\": {\"env\": \"CLIENT_KEY\"}"),
            environment: ["CLIENT_KEY": try key.pem()])
        let refusal = refuse(401, "{\"error\":\"invalid_client\"}")
        world.outbound.script { request in
            guard request.url.path == "/token" else { return nil }
            let items = FormEncoding.items(request.body) ?? []
            assertion.withLock { $0 = items.first { $0.name == "client_assertion" }?.value }
            return refusal
        }
        #expect(try await TestBrowser(world).signIn("carla").status == 502)
        #expect(world.outbound.count("/token") == 1)
        let request = try #require(world.outbound.last("/token"))
        #expect(request.fields.value(.authorization) == nil)
        let body = String(decoding: request.body, as: UTF8.self)
        #expect(!body.contains("client_secret") && body.contains("client_id=gatehouse+client"))
        #expect(body.contains("client_assertion_type=urn%3Aietf%3Aparams%3Aoauth%3Aclient-assertion-type%3Ajwt-bearer"))
        let token = try #require(assertion.withLock { $0 })
        #expect(await !world.logged().contains(token))
        let parts = token.split(separator: ".")
        let header = try JSONDocument(parsing: try #require(Base64URL.decode(String(parts[0])))).root
        #expect(header.member("alg")?.string == algorithm.rawValue)
        let claims = try JSONDocument(parsing: try #require(Base64URL.decode(String(parts[1])))).root
        #expect(
            claims.member("iss")?.string == "gatehouse client" && claims.member("sub")?.string == "gatehouse client")
        #expect(claims.member("aud")?.string == "\(SettingsText.issuer)/token")
        #expect(claims.member("iat")?.integer == 1_800_000_000 && claims.member("exp")?.integer == 1_800_000_060)
        #expect(claims.member("jti")?.string?.utf8.count == 22)
        let context = try VerificationContext(key.verificationKey(), algorithm)
        let signature = try #require(Base64URL.decode(String(parts[2])))
        let signed = Array("\(parts[0]).\(parts[1])".utf8)
        let isValid = context.isValid(signature.span, for: signed.span)
        #expect(isValid)
    }

    @Test("a public client sends only its id")
    func publicClient() async throws {
        let world = try GatewayWorld(SettingsText(providerSettings: ", \"token_endpoint_auth\": \"none\""))
        _ = try await TestBrowser(world).signIn("carla")
        let request = try #require(world.outbound.last("/token"))
        let body = String(decoding: request.body, as: UTF8.self)
        #expect(request.fields.value(.authorization) == nil && body.contains("client_id=gatehouse+client"))
        #expect(!body.contains("client_secret") && !body.contains("client_assertion"))
    }

    @Test("tilde and star are not encoded, and other reserved characters are")
    func encoding() {
        #expect(FormEncoding.encode("a~*b+/= :") == "a~*b%2B%2F%3D%20%3A")
    }

    // MARK: Other requests of the client

    @Test("logout_parameters are added to the logout request")
    func logoutParameters() async throws {
        let world = try GatewayWorld(
            SettingsText(
                providerSettings: ", \"logout_parameters\": {\"logout_uri\": \"https://a.example/?x=y\"}"))
        let browser = try await world.browser("carla")
        let page = try await browser.send("POST", "/auth/logout", body: "csrf_token=\(try await browser.formToken())")
        #expect(page.body.contains("logout_uri=https%3A%2F%2Fa.example%2F%3Fx%3Dy"))
    }

    @Test("a switch of the account at a provider without logout adds select_account to the configured prompts")
    func someoneElse() async throws {
        let world = try GatewayWorld(
            SettingsText(
                providerSettings:
                    ", \"authorization_parameters\": {\"prompt\": \"consent\", \"access_type\": \"offline\"}"))
        world.outbound.describe(("\"end_session_endpoint\"", "\"x\""))
        let browser = try await world.browser("pat")
        let refused = try await browser.open("/organizations/acme")
        #expect(refused.body.contains("name=\"switch\" value=\"1\""))
        let token = try await browser.formToken()
        let answer = try await browser.send("POST", "/auth/logout", body: "csrf_token=\(token)&switch=1")
        let link = try #require(answer.location)
        #expect(browser.cookies["gatehouse"] == nil)
        let page = try await browser.open(link)
        #expect(page.body.contains("prompt=select_account%20consent") && page.body.contains("access_type=offline"))
        // Without `switch`, the provider is not asked to select an account.
        let plain = TestBrowser(world)
        #expect(try await plain.begin().contains("prompt=consent"))
    }

    @Test("a code that fits into a redirect also fits into a posted form", arguments: [7000, 40])
    func longCode(length: Int) async throws {
        let world = try GatewayWorld(
            SettingsText(
                providerSettings: ", \"authorization_parameters\": {\"response_mode\": \"form_post\"}"))
        let browser = TestBrowser(world)
        let url = try await browser.begin()
        let items = try #require(Target(path: "/", query: String(url.split(separator: "?")[1])).queryItems)
        let state = try #require(items.first { $0.name == "state" }?.value)
        var random = SystemRandomNumberGenerator()
        let code = Base64URL.encode((0..<length).map { _ in UInt8.random(in: 0...255, using: &random) }).prefix(length)
        let form = FormEncoding.body([
            ("code", String(code)), ("state", state), ("iss", SettingsText.issuer), ("session_state", "s"),
        ])
        let posted = try await world.send(
            "POST", "/auth/callback/idp", fields: TestBrowser.form,
            body: String(decoding: form, as: UTF8.self))
        let link = try #require(posted.location)
        #expect(!link.contains(code.prefix(20)))
        // The provider does not know the code, but received it whole.
        _ = try await browser.open(link)
        let sent = FormEncoding.items(try #require(world.outbound.last("/token")).body) ?? []
        #expect(sent.first { $0.name == "code" }?.value.isExactly(code) == true)
    }

    @Test("the provider's description of a refusal is logged with the request's id, from both kinds of responses")
    func refusalWords() async throws {
        let world = try GatewayWorld()
        let browser = TestBrowser(world)
        for isPosted in [false, true] {
            let url = try await browser.begin()
            let items = try #require(Target(path: "/", query: String(url.split(separator: "?")[1])).queryItems)
            let state = try #require(items.first { $0.name == "state" }?.value)
            let answer = FormEncoding.query([
                ("error", "access_denied"), ("error_description", "AADSTS50105: \u{202E}not assigned; state \(state)"),
                ("state", state), ("iss", SettingsText.issuer),
            ])
            var link = "/auth/callback/idp?\(answer)"
            if isPosted {
                let posted = try await world.send(
                    "POST", "/auth/callback/idp", fields: TestBrowser.form,
                    body: answer)
                link = try #require(posted.location)
            }
            let page = try await browser.open(link)
            #expect(page.status == 403)
            let id = try #require(page.field("X-Request-Id"))
            let line = try #require(
                await world.logged().split(separator: "\n").first { $0.contains(id) && $0.contains("detail") })
            #expect(
                line.contains(
                    #"error \"access_denied\", error_description \"AADSTS50105: \\u{202E}not assigned; state (hidden)"#)
            )
        }
    }

    @Test(
        "a secret that the provider repeats is not logged, however it is encoded",
        arguments: ["Wk3+qz/8Yp1=Lm0~xx", "Wk3 qz/8Yp1=Lm0~xx", "Wk3%2bqz%2f8Yp1%3dLm0~xx", "Wk3&#43;qz/8Yp1=Lm0~xx"])
    func repeatedSecret(_ spelling: String) async throws {
        let world = try GatewayWorld(environment: ["SECRET": "Wk3+qz/8Yp1=Lm0~xx"])
        world.outbound.twist { request, response in
            guard request.url.path == "/token" else { return response }
            let body = "{\"error\":\"invalid_grant\",\"error_description\":\"\(spelling) is wrong\"}"
            return OutboundResponse(Status(400), body: Array(body.utf8))
        }
        _ = try await TestBrowser(world).signIn("carla")
        let log = await world.logged()
        #expect(log.contains("is wrong"))
        for piece in [spelling, "8Yp1", "Lm0~xx"] { #expect(!log.contains(piece), "\(log)") }
    }

    @Test("a code that the provider repeats as its error, or in a redirect's path, is not logged")
    func repeatedCode() async throws {
        for isRedirect in [false, true] {
            let world = try GatewayWorld()
            let sent = Published("")
            world.outbound.twist { request, response in
                guard request.url.path == "/token" else { return response }
                let code = FormEncoding.items(request.body)?.first { $0.name == "code" }?.value ?? ""
                sent.publish(code)
                guard isRedirect else {
                    return OutboundResponse(Status(400), body: Array("{\"error\":\"\(code)\"}".utf8))
                }
                let fields = Fields([(.location, "https://sso.example/login/\(code)/next;jsessionid=5e55")])
                return OutboundResponse(Status(302), fields: fields)
            }
            _ = try await TestBrowser(world).signIn("carla")
            let log = await world.logged()
            let code = sent.read().value
            #expect(!code.isEmpty && !log.contains(code) && !log.contains("5e55"), "\(log)")
        }
    }
}
