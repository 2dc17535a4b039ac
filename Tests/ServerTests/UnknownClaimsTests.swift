import AccessUseCases
import Audit
import Endpoints
import GatehouseTesting
import Grants
import HTTPClient
import HTTPMessage
import Identities
import JSON
import Testing
import Time

@testable import Server

/// `restricted` makes a viewer before the address makes a manager, so `restricted` must be known.
@Suite("Unknown claims")
struct UnknownClaimsTests {
    private let complete = "{\"sub\":\"carla\",\"restricted\":\"no\",\"groups\":[]}"

    private func world() throws -> GatewayWorld {
        let world = try GatewayWorld(SettingsText(isRenewable: true))
        let first = "{\"claim_name\": \"email\""
        try world.reload(
            rewriting: (
                first,
                """
                {"claim_name": "restricted", "claim_value": "yes", "role": "organization-viewer"},
                {"claim_name": "groups", "claim_value": "restricted", "role": "organization-viewer"}, \(first)
                """
            ))
        return world
    }

    /// Changes or removes the ID token in the token endpoint's response, and sets userinfo's response.
    private func answer(
        _ world: GatewayWorld, _ claims: [String: String]? = [:],
        userinfo: @escaping @Sendable () throws(OutboundError) -> OutboundResponse
    ) {
        let provider = world.provider
        world.outbound.twist { request, response throws(OutboundError) in
            switch request.url.path {
            case "/token":
                guard let claims else {
                    return OutboundResponse(
                        .ok,
                        body: Array("{\"access_token\":\"a\",\"token_type\":\"Bearer\",\"refresh_token\":\"r\"}".utf8))
                }
                return provider.reissue(response, claims)
            case "/userinfo": return try userinfo()
            default: return response
            }
        }
    }

    private func answer(_ world: GatewayWorld, _ claims: [String: String]? = [:], userinfo: String) {
        answer(world, claims) { () throws(OutboundError) in OutboundResponse(.ok, body: Array(userinfo.utf8)) }
    }

    @Test(
        "failed userinfo leaves claims unknown, no later rule grants more, and log and page say why",
        arguments: [
            (503, "{}", "returned 503"), (403, "{}", "returned 403"), (401, "", "returned 401"),
            (302, "", "returned 302"),
            (200, "{\"sub\":\"sam\",\"restricted\":\"no\"}", "another"),
            (200, "{\"restricted\":\"no\"}", "JSON object"),
            (200, "<html>", "not JSON"), (200, "[]", "JSON object"), (200, "", "not JSON"),
            (200, "{\"sub\":\"carla\",\"sub\":\"carla\"}", "not JSON"), (0, "", "timed_out"),
        ])
    func failure(status: Int, body: String, cause: String) async throws {
        let world = try world()
        answer(world) { () throws(OutboundError) in
            guard status > 0 else { throw OutboundError(.timedOut, "no answer") }
            return OutboundResponse(Status(status), body: Array(body.utf8))
        }
        let browser = try await world.browser("carla", "organization=acme")
        let refused = try await browser.fetch("GET", summary)
        #expect(refused.status == 403 && refused.code == "claims_incomplete")
        #expect(refused.json?.member("detail")?.string?.contains("userinfo") == true)
        let page = try await browser.open("/organizations/acme")
        #expect(page.status == 404 && page.body.contains("didn't return all details of your account"))
        let line = try #require(
            world.recorded.written.split(separator: "\n").first { $0.contains("userinfo could not be") })
        #expect(line.contains(cause) && line.contains("\"subject\":\"carla\"") && line.contains("\"provider\":\"idp\""))
        #expect(!line.contains("restricted"))
    }

    @Test("with userinfo's response, or without a userinfo endpoint, no claim is unknown")
    func success() async throws {
        let world = try world()
        answer(world, userinfo: "{\"sub\":\"carla\"}")
        let browser = try await world.browser("carla")
        #expect(try await browser.fetch("GET", summary).status == 200)
        answer(world, userinfo: "{\"sub\":\"carla\",\"restricted\":\"yes\"}")
        try await browser.signIn("carla")
        #expect(try await browser.fetch("GET", "/api/v1/organizations/acme/members").status == 200)
        #expect(try await browser.open("/organizations/acme").body.contains("Organization Viewer"))

        let without = try self.world()
        without.outbound.describe(("userinfo_endpoint", "x"))
        let other = try await without.browser("carla")
        #expect(try await other.fetch("GET", summary).status == 200)
    }

    @Test("claims are unknown after userinfo fails at a renewal, until the next ID token")
    func renewal() async throws {
        let world = try world()
        answer(world, userinfo: complete)
        let browser = try await world.browser("carla")
        #expect(try await browser.fetch("GET", summary).status == 200)
        answer(world) { () throws(OutboundError) in OutboundResponse(Status(503)) }
        world.clock.advance(.seconds(901))
        #expect(try await browser.fetch("GET", summary).code == "claims_incomplete")
        answer(world, userinfo: complete)
        world.clock.advance(.seconds(901))
        #expect(try await browser.fetch("GET", summary).status == 200)
    }

    @Test(
        "omitted groups stay unknown at renewals without an ID token",
        arguments: [
            ["_claim_names": "{\"groups\":\"src1\"}", "groups": "null"], ["hasgroups": "true", "groups": "null"],
        ])
    func overage(claims: [String: String]) async throws {
        let world = try world()
        answer(world, claims, userinfo: "{\"sub\":\"carla\",\"restricted\":\"no\"}")
        let browser = try await world.browser("carla")
        #expect(try await browser.fetch("GET", summary).code == "claims_incomplete")
        answer(
            world, nil,
            userinfo: "{\"sub\":\"carla\",\"email\":\"ceo@acme.example\",\"email_verified\":true,\"restricted\":\"no\"}"
        )
        for _ in 0..<3 {
            world.clock.advance(.seconds(901))
            #expect(try await browser.fetch("GET", summary).code == "claims_incomplete")
        }
    }

    @Test("claims that userinfo omitted at sign-in stay unknown until an ID token supplies them")
    func unknownAtSignIn() async throws {
        let world = try world()
        answer(world) { () throws(OutboundError) in OutboundResponse(Status(503)) }
        let browser = try await world.browser("carla")
        // The client received a refresh token, and the provider knows it.
        let own = world.outbound.count("/token")
        answer(world, nil, userinfo: complete)
        world.clock.advance(.seconds(901))
        #expect(try await browser.fetch("GET", summary).code == "claims_incomplete")
        #expect(world.outbound.count("/token") == own + 1)
    }

    @Test("claims of the ID token are kept for exactly claims_lifetime")
    func kept() async throws {
        let world = try world()
        answer(world, userinfo: "{\"sub\":\"vic\",\"restricted\":\"no\"}")
        let browser = try await world.browser("vic")
        #expect(try await browser.fetch("GET", summary).status == 200)
        answer(world, nil, userinfo: "{\"sub\":\"vic\",\"restricted\":\"no\"}")
        for _ in 0..<3 {
            world.clock.advance(.seconds(1000))
            #expect(try await browser.fetch("GET", summary).status == 200)
        }
        world.clock.advance(.seconds(599))
        #expect(try await browser.fetch("GET", summary).status == 200)
        world.clock.advance(.seconds(1))
        // The groups have expired, and a new sign-in brings them.
        #expect(try await browser.fetch("GET", summary).status == 401)
        #expect(try await browser.open("/organizations/acme").location?.hasPrefix("/auth/login?provider=idp") == true)
        #expect(try await browser.fetch("GET", "/api/v1/me").status == 200)
    }

    @Test("claims from userinfo do not expire, and during an outage no claim does")
    func suppliedByUserinfo() async throws {
        let world = try world()
        answer(world, userinfo: "{\"sub\":\"vic\",\"restricted\":\"no\"}")
        let browser = try await world.browser("vic")
        answer(
            world, nil,
            userinfo:
                "{\"sub\":\"vic\",\"restricted\":\"no\",\"groups\":[\"acme-viewers\"],\"email\":\"v@acme.example\"}")
        for _ in 0..<12 {
            world.clock.advance(.seconds(901))
            #expect(try await browser.fetch("GET", summary).status == 200)
        }

        let other = try self.world()
        let kept = TestBrowser(other)
        answer(other, userinfo: "{\"sub\":\"vic\",\"restricted\":\"no\"}")
        try await kept.signIn("vic")
        answer(other, nil, userinfo: "{\"sub\":\"vic\",\"restricted\":\"no\"}")
        other.clock.advance(.seconds(901))
        #expect(try await kept.fetch("GET", summary).status == 200)
        other.outbound.cutOff("/token")
        for _ in 0..<5 {
            other.clock.advance(.seconds(3600))
            #expect(try await kept.fetch("GET", summary).status == 200)
        }
    }

    @Test("an address that only userinfo has is requested, so that its suspension applies to each account")
    func suspendedAddressOfUserinfo() async throws {
        let world = try GatewayWorld()
        let (carla, twin) = (TestBrowser(world), TestBrowser(world))
        try await carla.signIn("carla")
        try await TestBrowser(world).signIn("vic")
        world.outbound.reissue(without: ["email", "email_verified"], ["groups": "[\"acme-viewers\"]"])
        world.outbound.respond(
            "/userinfo", 200, "{\"sub\":\"twin\",\"email\":\"vic@acme.example\",\"email_verified\":true}")
        try await twin.signIn("twin")
        #expect(try await twin.fetch("GET", summary).status == 200)
        let vic = try world.identity("vic")
        #expect(try await carla.call("PUT", "/api/v1/organizations/acme/suspensions/\(vic)").status == 200)
        #expect(try await twin.fetch("GET", summary).status == 404)
    }

    @Test(
        "an unreadable list of omitted claims makes every absent claim unknown",
        arguments: ["\"x\"", "[]", "1"])
    func unreadableClaimNames(_ names: String) async throws {
        let world = try world()
        answer(world, ["_claim_names": names], userinfo: "{\"sub\":\"carla\"}")
        let browser = try await world.browser("carla")
        #expect(try await browser.fetch("GET", summary).code == "claims_incomplete")
    }

    @Test("an account with an unknown address has no access if the organization suspended any address")
    func suspendedAddress() async throws {
        let world = try world()
        let (carla, twin) = (TestBrowser(world), TestBrowser(world))
        let info = "\"restricted\":\"no\",\"groups\":[\"acme-viewers\"]"
        answer(world, userinfo: "{\"sub\":\"carla\",\"restricted\":\"no\"}")
        try await carla.signIn("carla")
        answer(world, userinfo: "{\"sub\":\"vic\",\"restricted\":\"no\"}")
        try await TestBrowser(world).signIn("vic")
        let vic = try world.identity("vic")
        // The twin has that verified address in another account; its groups and its grant would make it a viewer.
        let acme = try #require(OrganizationID("acme"))
        _ = try await world.services.stores.access.createGrant(
            .viewer, to: GatewayWorld.identity("twin"), in: acme,
            recording: AuditRecord(.grantCreate, by: .operator, in: acme))
        answer(world, ["groups": "[\"acme-viewers\"]"], userinfo: "{\"sub\":\"twin\",\"restricted\":\"no\"}")
        try await twin.signIn("twin")
        #expect(try await twin.fetch("GET", summary).status == 200)
        #expect(try await carla.call("PUT", "/api/v1/organizations/acme/suspensions/\(vic)").status == 200)
        #expect(try await twin.fetch("GET", summary).status == 404)
        // Renewals without an address must not end the suspension.
        answer(world, nil, userinfo: "{\"sub\":\"twin\",\(info)}")
        for _ in 0..<5 {
            world.clock.advance(.seconds(901))
            #expect([401, 403, 404].contains(try await twin.fetch("GET", summary).status))
        }
        // After the suspension ends, the grant is in force again.
        answer(world, userinfo: "{\"sub\":\"carla\",\"restricted\":\"no\"}")
        try await carla.signIn("carla")
        #expect(try await carla.call("DELETE", "/api/v1/organizations/acme/suspensions/\(vic)").status == 204)
        #expect(try await twin.fetch("GET", summary).status == 200)
    }
}
