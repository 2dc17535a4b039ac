import Cryptography
import DemoProvider
import GatehouseTesting
import HTTPClient
import HTTPMessage
import JSON
import Testing
import Tokens

@testable import Server

@Suite("Messages about providers")
struct ProviderMessageTests {
    private func line(_ world: GatewayWorld, _ answer: TestAnswer) async throws -> String {
        let id = try #require(answer.field("X-Request-Id"))
        let lines = await world.logged().split(separator: "\n").filter { $0.contains(id) && $0.contains("detail") }
        return String(try #require(lines.last))
    }

    @Test(
        "a refused ID token is logged with its reason and the request's id",
        arguments: [
            (
                ["iss": "\"https://evil.example\""],
                #"It is \"https://evil.example\", and the issuer is \"http://127.0.0.1:9\""#
            ),
            (["aud": "[\"a\",\"b\"]"], #"It is \"a\", \"b\"; accepted: \"gatehouse client\""#),
            (["aud": "[\"gatehouse client\",\"b\"]"], #"several audiences and no \"azp\""#),
            (["azp": "\"other\""], #"It is \"other\", and the client_id is \"gatehouse client\""#),
            (
                ["auth_time": "1799990000"],
                #"\"auth_time\" is 2027-01-15T05:13:20Z, \"max_age\" is 1h, and the time is 2027-01-15T08:00:00Z"#
            ),
            (["acr": "\"pwd\""], #"It is \"pwd\"; accepted: \"phr\""#),
        ] as [([String: String], String)])
    func idTokens(changes: [String: String], words: String) async throws {
        let world = try GatewayWorld(SettingsText(providerSettings: ", \"max_age\": \"1h\", \"acr_values\": [\"phr\"]"))
        world.outbound.reissue(changes)
        let answer = try await TestBrowser(world).signIn("carla")
        let line = try await line(world, answer)
        #expect(line.contains(words), "\(line)")
    }

    @Test("an algorithm that is not allowed is logged")
    func algorithms() async throws {
        for (header, settings, words) in [
            (#"{"alg":"HS256"}"#, "", #"It is \"HS256\""#),
            (nil, ", \"algorithms\": [\"RS256\"]", "It is ES256; listed: RS256"),
        ] as [(String?, String, String)] {
            let world = try GatewayWorld(SettingsText(providerSettings: settings))
            if let header { world.outbound.reissue(header: header) }
            let answer = try await TestBrowser(world).signIn("carla")
            #expect(try await line(world, answer).contains(words))
        }
    }

    @Test("a foreign iss in the callback is logged with the provider's own")
    func callbackIssuer() async throws {
        let world = try GatewayWorld()
        let browser = TestBrowser(world)
        let link = try await browser.answered("carla")
        let issuer = FormEncoding.encode(SettingsText.issuer)
        let answer = try await browser.open(link.replacing(issuer, with: FormEncoding.encode("https://evil.example")))
        #expect(answer.status == 400)
        #expect(
            try await line(world, answer).contains(
                #""iss\" is \"https://evil.example\", and the provider's issuer is \"http://127.0.0.1:9\""#))
    }

    @Test("a refused bearer token is logged with both audiences, and its response has neither")
    func bearer() async throws {
        let world = try GatewayWorld(SettingsText(providerSettings: ", \"audiences\": [\"internal-api\"]"))
        let claims = #"{"iss":"\#(SettingsText.issuer)","aud":"x","sub":"m","iat":1800000000,"exp":1800000600}"#
        let token = try world.provider.sign(Array(claims.utf8))
        let answer = try await world.send("GET", "/api/v1/me", token: token)
        #expect(answer.status == 401 && !answer.body.contains("internal-api"))
        let line = try await line(world, answer)
        #expect(line.contains(#"It is \"x\"; accepted: \"internal-api\""#) && line.contains("audience_mismatch"))
        #expect(await !world.logged().contains(token))
    }

    @Test("a refused logout token is logged with its reason")
    func logoutToken() async throws {
        let world = try GatewayWorld()
        let answer = try await world.send(
            "POST", "/auth/backchannel-logout/idp", fields: TestBrowser.form,
            body: "logout_token=abc")
        #expect(answer.status == 400)
        #expect(try await line(world, answer).contains("a logout token was refused"))
    }

    // MARK: Userinfo

    /// The status of the organization's page for a user whose address only userinfo has.
    private func status(_ world: GatewayWorld, _ answer: (GatewayWorld) -> OutboundResponse)
        async throws -> Int
    {
        world.outbound.reissue(without: ["email", "email_verified"])
        let userinfo = answer(world)
        world.outbound.script { $0.url.path == "/userinfo" ? userinfo : nil }
        let browser = TestBrowser(world)
        #expect(try await browser.signIn("carla").status == 303)
        return try await browser.fetch("GET", summary).status
    }

    private static let address = #""sub":"carla","email":"ceo@acme.example","email_verified":"true""#

    private static func signed(_ world: GatewayWorld, _ claims: String, _ type: String = "application/jwt")
        -> OutboundResponse
    {
        let token = (try? world.provider.sign(Array(claims.utf8))) ?? ""
        return OutboundResponse(.ok, fields: Fields([(.contentType, type)]), body: Array(token.utf8))
    }

    @Test("userinfo may be a JWT, with or without an issuer and an audience")
    func signedUserinfo() async throws {
        for claims in [
            "{\(ProviderMessageTests.address)}",
            "{\(ProviderMessageTests.address),\"iss\":\"\(SettingsText.issuer)\",\"aud\":[\"gatehouse client\"]}",
        ] {
            #expect(try await status(try GatewayWorld()) { ProviderMessageTests.signed($0, claims) } == 200)
        }
        let typed = { @Sendable (world: GatewayWorld) in
            ProviderMessageTests.signed(world, "{\(ProviderMessageTests.address)}", "Application/JWT; charset=UTF-8")
        }
        #expect(try await status(try GatewayWorld(), typed) == 200)
    }

    @Test(
        "an invalid JWT leaves the claims unknown, and the log has the reason",
        arguments: [
            (",\"aud\":\"other\"", "audience_mismatch"), (",\"iss\":\"https://evil.example\"", "issuer_unknown"),
            (",\"nonce\":\"n\"", "type_mismatch"), (",\"exp\":1799999000", "expired"),
        ])
    func refusedUserinfo(more: String, reason: String) async throws {
        let world = try GatewayWorld()
        let status = try await status(world) { world in
            ProviderMessageTests.signed(world, "{\(ProviderMessageTests.address)\(more)}")
        }
        #expect(status == 403)
        let line = await world.logged().split(separator: "\n").first { $0.contains("userinfo could not be obtained") }
        #expect(line?.contains("(\(reason))") == true && line?.contains("request_id") == true)
    }

    @Test("a JWT of another key or about another user leaves the claims unknown")
    func foreignUserinfo() async throws {
        let foreignKey = try SigningKey.generate(.p256)
        let forged = try await status(try GatewayWorld()) { _ in
            let parts =
                Base64URL.encode(Array(#"{"alg":"ES256","kid":"k"}"#.utf8)) + "."
                + Base64URL.encode(Array("{\(ProviderMessageTests.address)}".utf8))
            let signature = (try? foreignKey.sign(Array(parts.utf8), .es256)) ?? []
            return OutboundResponse(
                .ok, fields: Fields([(.contentType, "application/jwt")]),
                body: Array("\(parts).\(Base64URL.encode(signature))".utf8))
        }
        #expect(forged == 403)
        let other = #"{"sub":"other","email":"ceo@acme.example","email_verified":true}"#
        #expect(try await status(try GatewayWorld()) { ProviderMessageTests.signed($0, other) } == 403)
    }

    @Test(
        "the error of userinfo is logged, whatever its status",
        arguments: [
            (401, #"{"error":"invalid_token","error_description":"expired"}"#, "returned 401 (error"),
            (200, #"{"error":"insufficient_scope"}"#, "returned 200 (error"), (200, "{,}", "at byte 1"),
        ])
    func userinfoErrors(code: Int, body: String, words: String) async throws {
        let world = try GatewayWorld()
        let status = try await status(world) { _ in OutboundResponse(Status(code), body: Array(body.utf8)) }
        #expect(status == 403)
        let log = await world.logged()
        #expect(log.contains(words), "\(log)")
    }

    // MARK: Addresses

    @Test(
        "a refused user sees whether the provider verified the address",
        arguments: [
            (nil, "doesn&#39;t say whether"), ("false", "says that your email address is not verified"),
            ("\"yes\"", "sends an invalid verification status"),
        ] as [(String?, String)])
    func unverified(value: String?, words: String) async throws {
        let world = try GatewayWorld()
        world.outbound.reissue(without: ["email_verified"], value.map { ["email_verified": $0] } ?? [:])
        let browser = try await world.browser("carla")
        let page = try await browser.open("/organizations/acme")
        #expect(page.status == 404)
        #expect(page.body.contains(words) || page.body.contains(words.replacing("&#39;", with: "'")), "\(page.body)")
    }

    @Test("the string true verifies an address")
    func stringTrue() async throws {
        let world = try GatewayWorld()
        world.outbound.reissue(["email_verified": "\"true\""])
        let browser = try await world.browser("carla")
        #expect(try await browser.fetch("GET", summary).status == 200)
    }
}
