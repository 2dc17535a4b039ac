import Cryptography
import GatehouseTesting
import HTTPMessage
import Identities
import OpenID
import Sessions
import Testing

@testable import SignInFlow

@Suite("The provider's response to a sign-in")
struct CallbackTests {
    private func changed(_ link: String, _ name: String, to value: String?) throws -> String {
        let parts = link.split(separator: "?", maxSplits: 1)
        let items = try #require(Target(path: "/", query: String(parts[1])).queryItems)
        let kept = items.compactMap { $0.name == name ? value.map { (name: name, value: $0) } : $0 }
        return "\(parts[0])?\(FormEncoding.query(kept))"
    }

    /// Expects that a sign-in changed nothing in the store and redeemed nothing.
    private func expectUntouched(_ world: FlowWorld, _ before: [String], _ step: String) async throws {
        #expect(try await world.place.content() == before, "\(step)")
        #expect(world.outbound.count("/token") == 0, "\(step)")
    }

    // MARK: The browser

    @Test("a response in another browser, or in one without the cookie, is refused and changes nothing")
    func otherBrowser() async throws {
        let world = try FlowWorld()
        let (own, bare, other) = (FlowBrowser(world), FlowBrowser(world), FlowBrowser(world))
        _ = try await other.login()
        let link = try await own.answered("carla", "provider=idp&organization=acme")
        let before = try await world.place.content()
        for browser in [bare, other] {
            #expect(try await browser.open(link).step == "refused: other_browser")
        }
        try await expectUntouched(world, before, "another browser")
        #expect(world.count("other_browser") == 2)
        // The state was not used up.
        #expect(try await own.open(link).step == "enter - of acme")
    }

    @Test("an altered state is refused without the offer to try the same sign-in again")
    func alteredState() async throws {
        let world = try FlowWorld()
        let browser = FlowBrowser(world)
        let link = try await browser.answered("carla")
        let before = try await world.place.content()
        for state in ["x", String(repeating: "A", count: 300)] {
            let outcome = try await browser.open(changed(link, "state", to: state))
            #expect(outcome.step == "refused: state_invalid" && outcome.retry == nil)
        }
        #expect(try await browser.open(changed(link, "state", to: nil)).step == "refused: callback_malformed")
        #expect(try await browser.open(changed(link, "code", to: nil)).step == "refused: callback_malformed")
        #expect(try await browser.open(link + "&code=x").step == "refused: callback_malformed")
        #expect(try await browser.open(link + "&x=%zz").step == "refused: callback_malformed")
        try await expectUntouched(world, before, "an altered state")
        #expect(world.count("state_invalid", at: "unknown") == 2)
    }

    @Test("a state expires fifteen minutes after the sign-in began, and the user may try again")
    func expiredState() async throws {
        let world = try FlowWorld()
        let browser = FlowBrowser(world)
        let link = try await browser.answered("carla", "provider=idp&organization=acme&return_to=%2Fx")
        world.clock.advance(.seconds(15 * 60))
        let late = try await browser.open(link)
        #expect(late.step == "refused: state_expired")
        let other = try await browser.answered("carla")
        world.clock.advance(.seconds(15 * 60 - 1))
        #expect(try await browser.open(other).step != "refused: state_expired")
    }

    @Test("a state is used once; afterwards the browser continues with its session, or is refused without one")
    func usedState() async throws {
        let world = try FlowWorld()
        let browser = FlowBrowser(world)
        let link = try await browser.answered("carla", "provider=idp&organization=acme&return_to=%2Fx")
        let first = try await browser.open(link)
        let session = browser.token?.text
        #expect(try await browser.open(link).step == first.step)
        #expect(browser.token?.text == session)
        browser.cookies["__Host-gatehouse"] = nil
        let refused = try await browser.open(link)
        #expect(refused.step == "refused: state_used")
        #expect(refused.retry?.link == "/auth/login?provider=idp&organization=acme&return_to=%2Fx")
        #expect(world.outbound.count("/token") == 1)
        #expect(world.count("signed_in") == 1 && world.count("state_used") == 2)
    }

    // MARK: The provider

    @Test("a response at another provider's redirect URI is refused before its code is redeemed")
    func otherRedirectURI() async throws {
        let world = try FlowWorld()
        let browser = FlowBrowser(world)
        let link = try await browser.answered("carla")
        let before = try await world.place.content()
        let moved = link.replacing("/callback/idp", with: "/callback/other")
        #expect(try await browser.open(moved).step == "refused: provider_mismatch")
        try await expectUntouched(world, before, "another redirect URI")
        #expect(try await browser.open(link).step == "enter - of -")
    }

    @Test("a response that names another issuer, or none, uses up the state and redeems nothing")
    func otherIssuer() async throws {
        let world = try FlowWorld()
        for issuer in ["https://evil.example", nil] {
            let browser = FlowBrowser(world)
            let link = try await browser.answered("carla")
            #expect(try await browser.open(changed(link, "iss", to: issuer)).step == "refused: issuer_mismatch")
            #expect(try await browser.open(link).step == "refused: state_used")
        }
        #expect(world.outbound.count("/token") == 0)
    }

    @Test("a response is refused if the provider was removed or moved to another issuer meanwhile")
    func reconfigured() async throws {
        let world = try FlowWorld()
        let browser = FlowBrowser(world)
        let link = try await browser.answered("carla")
        let removed = world.reading { $0.providers = [AccessWorld.other] }
        #expect(try await browser.open(link, under: removed).step == "refused: state_invalid")
        let moved = world.reading { $0.issuers = [AccessWorld.idp: "https://moved.example"] }
        #expect(try await browser.open(link, under: moved).step == "refused: state_invalid")
        #expect(world.outbound.count("/token") == 0)
    }

    @Test("the provider's refusal is shown with its code, and recorded for the organization of the sign-in")
    func providerError() async throws {
        let world = try FlowWorld()
        let browser = FlowBrowser(world)
        let outcome = try await browser.open(browser.answered("", "provider=idp&organization=acme"))
        guard case .refused(.failed(let failure), let retry) = outcome.next else {
            Issue.record("\(outcome.step)")
            return
        }
        #expect(failure.reason == .providerRefused && failure.providerCode == "access_denied")
        #expect(retry?.link == "/auth/login?provider=idp&organization=acme")
        #expect(try await world.events() == ["sign_in failure provider_refused acme"])
        #expect(world.count("provider_refused") == 1)
        #expect(await world.recorded.all().contains("\"provider_code\":\"access_denied\""))
    }

    @Test("a failure is recorded for no organization that does not list the provider")
    func foreignOrganization() async throws {
        let world = try FlowWorld()
        world.access.reload(try AccessWorld.settings(listing: [AccessWorld.other]))
        for organization in ["acme", "nowhere"] {
            let browser = FlowBrowser(world)
            _ = try await browser.open(browser.answered("", "provider=idp&organization=\(organization)"))
        }
        #expect(
            try await world.events() == ["sign_in failure provider_refused -", "sign_in failure provider_refused -"])
    }

    // MARK: The code and the token

    @Test(
        "a token that the gateway refuses signs no user in, and its reason is counted and recorded",
        arguments: [
            (["nonce": "\"other\""], "nonce_mismatch"), (["aud": "\"other\""], "audience_mismatch"),
            (["iss": "\"https://evil.example\""], "issuer_unknown"), (["exp": "1799999000"], "expired"),
        ])
    func refusedToken(changes: [String: String], reason: String) async throws {
        let world = try FlowWorld()
        world.outbound.reissue(changes)
        let browser = FlowBrowser(world)
        #expect(try await browser.signIn("carla", "provider=idp&organization=acme").step == "refused: \(reason)")
        #expect(browser.token == nil && world.count(reason) == 1)
        #expect(try await world.events() == ["sign_in failure \(reason) acme"])
        #expect(try await world.place.count("session") == 0)
        #expect(await world.recorded.all().contains("\"token_reason\":\"\(reason)\""))
    }

    @Test(
        "a token endpoint that refuses or fails signs no user in",
        arguments: [
            (400, #"{"error":"invalid_grant"}"#, "code_refused"),
            (401, #"{"error":"invalid_client"}"#, "client_refused"),
            (503, "", "provider_unavailable"), (200, "[]", "answer_malformed"),
        ])
    func tokenEndpoint(status: Int, body: String, reason: String) async throws {
        let world = try FlowWorld()
        world.outbound.respond("/token", status, body)
        let browser = FlowBrowser(world)
        #expect(try await browser.signIn("carla").step == "refused: \(reason)")
        #expect(browser.token == nil)
        #expect(try await world.events() == ["sign_in failure \(reason) -"])
    }

    @Test("a store that fails signs no user in, and the code is not redeemed")
    func brokenStore() async throws {
        let world = try FlowWorld()
        let browser = FlowBrowser(world)
        let link = try await browser.answered("carla")
        try await world.place.execute("ALTER TABLE used_once RENAME TO hidden")
        #expect(try await browser.open(link).step == "refused: unavailable")
        #expect(world.outbound.count("/token") == 0)
        try await world.place.execute("ALTER TABLE hidden RENAME TO used_once")
        #expect(try await browser.open(link).step == "enter - of -")
    }
}
