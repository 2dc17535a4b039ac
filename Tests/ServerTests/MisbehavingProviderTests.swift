import Cryptography
import GatehouseTesting
import HTTPClient
import HTTPMessage
import JSON
import OpenID
import Testing
import Time
import Tokens

@testable import Server

private func json(_ text: String, _ status: Status = .ok) -> OutboundResponse {
    OutboundResponse(status, body: Array(text.utf8))
}

@Suite("A provider that misbehaves")
struct MisbehavingProviderTests {
    /// Signs in at a provider that misbehaves from the callback on, and returns the response to the callback.
    private func signIn(
        _ world: GatewayWorld, _ misbehave: (ScriptedProvider) -> Void
    ) async throws -> TestAnswer {
        let browser = TestBrowser(world)
        let link = try await browser.answered("carla")
        misbehave(world.outbound)
        let answer = try await browser.open(link)
        #expect((answer.status == 303) == (browser.cookies["gatehouse"] != nil))
        return answer
    }

    @Test(
        "an invalid ID token, or one of another sign-in, is refused",
        arguments: [
            (["iss": "\"https://evil.example\""], "issuer_unknown"), (["aud": "\"other\""], "audience_mismatch"),
            (["aud": "[\"gatehouse client\",\"other\"]"], "authorized_party_mismatch"),
            (["azp": "\"other\""], "authorized_party_mismatch"), (["nonce": "\"other\""], "nonce_mismatch"),
            (["at_hash": "\"AAAAAAAAAAAAAAAAAAAAAA\""], "hash_mismatch"), (["exp": "1799999000"], "expired"),
            (["iat": "1800009999"], "issued_in_future"), (["iat": "1799000000"], "token_too_old"),
            (["sub": "\"\""], "subject_missing"), (["events": "{}"], "type_mismatch"),
            (["exp": "\"soon\""], "claim_malformed"), (["sid": "\"a\\u0000\""], "claim_malformed"),
            (["sub": "\"car\\u0000la\""], "claim_malformed"),
        ] as [([String: String], String)])
    func idToken(changes: [String: String], reason: String) async throws {
        let world = try GatewayWorld()
        let answer = try await signIn(world) { $0.reissue(changes) }
        #expect(answer.status >= 400)
        #expect(world.signIns(reason) == 1)
    }

    @Test("tokens of another key, another algorithm, or none are refused")
    func keys() async throws {
        let (world, foreignKey) = (try GatewayWorld(), try SigningKey.generate(.p256))
        let forged = try await signIn(world) { $0.reissue(key: foreignKey) }
        #expect(forged.status == 502 && world.signIns("signature_invalid") == 1)
        for header in ["{\"alg\":\"none\"}", "{\"alg\":\"HS256\",\"kid\":\"k\"}", "{\"alg\":\"RS256\",\"kid\":\"k\"}"] {
            let answer = try await signIn(try GatewayWorld()) { $0.reissue(header: header) }
            #expect(answer.status == 502, "\(header)")
        }
    }

    @Test("a token without kid is accepted if there is one key, and permitted quirks are accepted")
    func quirks() async throws {
        let world = try GatewayWorld()
        let browser = TestBrowser(world)
        let provider = world.provider
        world.outbound.twist { request, response throws(OutboundError) in
            switch request.url.path {
            case "/jwks":
                let text = String(decoding: response.body, as: UTF8.self).replacing("\"kid\":\"k\",", with: "")
                return json(text)
            case "/token":
                return provider.reissue(
                    response,
                    [
                        "aud": "[\"gatehouse client\"]", "exp": "1800000300.75", "iat": "1800000000.25",
                        "azp": "\"gatehouse client\"",
                    ])
            default: return response
            }
        }
        #expect(try await browser.signIn("carla").status == 303)
    }

    @Test("a token without kid is refused if several keys fit")
    func severalKeys() async throws {
        let world = try GatewayWorld()
        let browser = TestBrowser(world)
        let other = try SigningKey.generate(.p256).publicParameters()
            .map { "\"\($0.name)\":\"\(Base64URL.encode($0.bytes))\"" }.joined(separator: ",")
        world.outbound.twist { request, response throws(OutboundError) in
            guard request.url.path == "/jwks" else { return response }
            let text = String(decoding: response.body, as: UTF8.self).replacing("\"kid\":\"k\",", with: "")
            return json(text.replacing("]}", with: ",{\"kty\":\"EC\",\"crv\":\"P-256\",\(other)}]}"))
        }
        #expect(try await browser.signIn("carla").status == 502)
        #expect(world.signIns("key_not_found") == 1)
    }

    @Test("a key changed just before signing is fetched, at most once in 30 seconds")
    func rotation() async throws {
        let world = try GatewayWorld()
        let browser = TestBrowser(world)
        // The provider had another key when its keys were fetched.
        world.outbound.rewrite("/jwks", ("\"kid\":\"k\"", "\"kid\":\"old\""))
        let link = try await browser.answered("carla")
        #expect(world.outbound.count("/jwks") == 1)
        world.outbound.behave()
        #expect(try await browser.open(link).status == 303)
        #expect(world.outbound.count("/jwks") == 2)
        world.outbound.reissue(header: "{\"alg\":\"ES256\",\"kid\":\"unknown\"}")
        for _ in 0..<3 { #expect(try await browser.signIn("carla").status == 502) }
        #expect(world.outbound.count("/jwks") == 2)
        world.clock.advance(.seconds(31))
        #expect(try await browser.signIn("carla").status == 502)
        #expect(world.outbound.count("/jwks") == 3)
    }

    @Test("userinfo is asked for claims that the ID token lacks, and discarded if its subject differs")
    func userinfo() async throws {
        func status(_ info: String?) async throws -> Int {
            let world = try GatewayWorld()
            let browser = TestBrowser(world)
            world.outbound.reissue(without: ["email", "email_verified"])
            if let info { world.outbound.respond("/userinfo", 200, info) } else { world.outbound.cutOff("/userinfo") }
            #expect(try await browser.signIn("carla").status == 303)
            #expect(world.outbound.count("/userinfo") == 1)
            return try await browser.fetch("GET", summary).status
        }
        let good = "\"email\":\"ceo@acme.example\",\"email_verified\":true"
        #expect(try await status("{\"sub\":\"carla\",\(good)}") == 200)
        // A claim that could not be obtained is unknown.
        #expect(try await status("{\"sub\":\"other\",\(good)}") == 403)
        #expect(try await status("{\(good)}") == 403)
        #expect(try await status("{\"sub\":\"carla\",\"email\":\"ceo@acme.example\"}") == 404)
        #expect(try await status(nil) == 403)
        let complete = try GatewayWorld()
        try await TestBrowser(complete).signIn("carla")
        #expect(complete.outbound.count("/userinfo") == 0)
    }

    @Test(
        "failures of the token endpoint have distinct statuses, and no user is signed in",
        arguments: [
            (500, "{}", 503), (503, "", 503), (429, "{}", 503), (400, "{\"error\":\"invalid_grant\"}", 400),
            (401, "{\"error\":\"invalid_client\"}", 502), (400, "{\"error\":\"invalid_request\"}", 502),
            (400, "<html>", 502), (200, "[]", 502), (200, "{}", 502), (200, "{\"id_token\":7}", 502),
            (200, "{\"id_token\":\"x.y.z\",\"token_type\":\"Bearer\"}", 502),
            (200, "{\"id_token\":\"x\",\"token_type\":\"mac\"}", 502), (302, "", 502), (200, "{\"a\":1,\"a\":2}", 502),
        ])
    func tokenEndpoint(status: Int, body: String, expected: Int) async throws {
        let answer = try await signIn(try GatewayWorld()) { $0.respond("/token", status, body) }
        #expect(answer.status == expected && answer.body.contains("Request ID"))
    }

    @Test(
        "an unreachable provider causes 503, and an unreadable response 502",
        arguments: [OutboundError.Kind.timedOut, .cutShort, .tooLarge, .insecure, .notConnected, .malformed])
    func unreachable(kind: OutboundError.Kind) async throws {
        let status = kind == .tooLarge || kind == .malformed ? 502 : 503
        let answer = try await signIn(try GatewayWorld()) { outbound in
            outbound.twist { _, _ throws(OutboundError) in throw OutboundError(kind, "secret detail") }
        }
        #expect(answer.status == status && !answer.body.contains("secret detail"))
        let world = try GatewayWorld()
        world.outbound.twist { _, _ throws(OutboundError) in throw OutboundError(kind, "") }
        #expect(try await TestBrowser(world).open("/auth/login").status == status)
    }

    @Test(
        "a discovery document of another issuer, or with an unsafe URL, is not used",
        arguments: [
            ("\"issuer\":\"http://127.0.0.1:9\"", "\"issuer\":\"https://evil.example\""),
            ("\"issuer\":\"http://127.0.0.1:9\"", "\"issuer\":\"http://127.0.0.1:9/\""),
            ("\"issuer\":", "\"publisher\":"),
            ("\"token_endpoint\":\"http://127.0.0.1:9", "\"token_endpoint\":\"http://evil.example"),
            ("\"jwks_uri\":\"http:", "\"jwks_uri\":\"file:"), ("{", "["), ("\"authorization_endpoint\"", "\"x\""),
        ])
    func discovery(from: String, to: String) async throws {
        let world = try GatewayWorld()
        world.outbound.twist { request, response throws(OutboundError) in
            guard request.url.path.hasSuffix("openid-configuration") else { return response }
            let text = String(decoding: response.body, as: UTF8.self)
            return json(text.replacing(from, with: to, maxReplacements: 1))
        }
        #expect(try await TestBrowser(world).open("/auth/login").status == 502)
        world.outbound.behave()
        #expect(try await TestBrowser(world).open("/auth/login").status == 502)
        world.clock.advance(.seconds(6))
        #expect(try await TestBrowser(world).open("/auth/login").status == 303)
    }

    @Test(
        "the provider's errors are shown with a remedy",
        arguments: [
            ("access_denied", 403, "denied the sign-in"), ("login_required", 400, "needs your input"),
            ("temporarily_unavailable", 503, "has a problem"), ("invalid_scope", 502, "refused the request"),
            ("<script>", 502, "refused the request"),
        ])
    func errors(code: String, status: Int, text: String) async throws {
        let world = try GatewayWorld()
        let browser = TestBrowser(world)
        let link = try await browser.answered("")
        let changed = link.replacing("access_denied", with: FormEncoding.encode(code))
        let answer = try await browser.open(changed)
        #expect(
            answer.status == status && answer.body.contains(text) && answer.body.contains("/auth/login?provider=idp"))
    }

    @Test("the secret is sent by a method that the token endpoint lists")
    func clientAuthentication() async throws {
        let world = try GatewayWorld()
        try await TestBrowser(world).signIn("carla")
        let basic = try #require(world.outbound.last("/token"))
        #expect(
            basic.fields.value(.authorization) == "Basic "
                + Base64.encode(Array("gatehouse%20client:s%3Ae%20c%25ret".utf8))
        )
        #expect(!String(decoding: basic.body, as: UTF8.self).contains("client_secret"))
        let other = try GatewayWorld()
        other.outbound.describe(("\"client_secret_basic\",", ""))
        #expect(try await TestBrowser(other).signIn("carla").status == 303)
        let post = try #require(other.outbound.last("/token"))
        #expect(post.fields.value(.authorization) == nil)
        #expect(String(decoding: post.body, as: UTF8.self).contains("client_secret=s%3Ae+c%25ret"))
    }

    @Test("max_age and acr_values are enforced, not only requested")
    func enforced() async throws {
        let settings = ", \"max_age\": \"1h\", \"acr_values\": [\"phr\"]"
        #expect(
            try await TestBrowser(try GatewayWorld(SettingsText(providerSettings: settings))).signIn("carla").status
                == 303)
        let old = try await signIn(try GatewayWorld(SettingsText(providerSettings: settings))) {
            $0.reissue(["auth_time": "1799990000"])
        }
        #expect(old.status == 403 && old.body.contains("is too old"))
        let weak = try await signIn(try GatewayWorld(SettingsText(providerSettings: settings))) {
            $0.reissue(["acr": "\"pwd\""])
        }
        #expect(weak.status == 403 && weak.body.contains("stronger sign-in"))
    }
}
