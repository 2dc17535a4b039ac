import GatehouseTesting
import HTTPMessage
import Testing

@testable import SignInFlow

@Suite("The beginning of a sign-in")
struct LoginTests {
    private func parameters(_ url: String?) throws -> [String: String] {
        let query = String(try #require(url?.split(separator: "?", maxSplits: 1).last))
        let items = try #require(Target(path: "/", query: query).queryItems)
        return Dictionary(uniqueKeysWithValues: items.map { ($0.name, $0.value) })
    }

    @Test("the browser is sent to the provider with the redirect URI of that provider, state, nonce and PKCE")
    func redirect() async throws {
        let browser = FlowBrowser(try FlowWorld())
        for (id, issuer) in [("idp", TokenMint.issuer), ("other", AccessWorld.otherIssuer)] {
            let url = try await browser.login("provider=\(id)").redirect
            let values = try parameters(url)
            #expect(url?.hasPrefix("\(issuer)/authorize?") == true)
            #expect(values["redirect_uri"] == "https://access.example/auth/callback/\(id)")
            #expect(values["response_type"] == "code" && values["code_challenge_method"] == "S256")
            for name in ["state", "nonce", "code_challenge"] { #expect(values[name]?.isEmpty == false, "\(name)") }
            #expect(values["login_hint"] == nil && values["prompt"] == nil)
        }
    }

    @Test("each sign-in has its own state, nonce and code challenge")
    func unique() async throws {
        let browser = FlowBrowser(try FlowWorld())
        let (one, other) = (
            try parameters(await browser.login().redirect), try parameters(await browser.login().redirect)
        )
        for name in ["state", "nonce", "code_challenge"] { #expect(one[name] != other[name], "\(name)") }
    }

    @Test("the browser gets one secret, which later sign-ins keep")
    func browserCookie() async throws {
        let browser = FlowBrowser(try FlowWorld())
        let first = try await browser.login()
        #expect(first.cookies.count == 1)
        #expect(first.cookies.first?.hasPrefix("__Host-gatehouse-browser=") == true)
        let secret = browser.cookies["__Host-gatehouse-browser"]
        #expect(try await browser.login().cookies.isEmpty)
        browser.cookies["__Host-gatehouse-browser"] = "junk"
        _ = try await browser.login()
        let next = browser.cookies["__Host-gatehouse-browser"]
        #expect(next != secret && next != "junk")
    }

    @Test("a sign-in that begins writes nothing to the store")
    func storesNothing() async throws {
        let world = try FlowWorld()
        let before = try await world.place.content()
        for _ in 0..<3 { _ = try await FlowBrowser(world).login() }
        #expect(try await world.place.content() == before)
    }

    @Test("the address is a hint for the provider, and a switch of accounts makes the provider ask")
    func hints() async throws {
        let browser = FlowBrowser(try FlowWorld())
        let hinted = try parameters(await browser.login("provider=idp&email=carla%40acme.example").redirect)
        #expect(hinted["login_hint"] == "carla@acme.example")
        let switched = try parameters(await browser.login("provider=idp&switch=1").redirect)
        #expect(switched["prompt"] == "select_account")
        #expect(try parameters(await browser.login("provider=idp&switch=yes").redirect)["prompt"] == nil)
    }

    @Test("after a form, a page leads to the provider, since form-action also applies to redirects")
    func afterForm() async throws {
        let outcome = try await FlowBrowser(try FlowWorld()).login("provider=idp&from=form")
        #expect(outcome.step == "leave to https://idp.example/authorize to sign in")
    }

    @Test(
        "a malformed query, or a repeated parameter, is refused",
        arguments: [
            "provider=idp&provider=other", "provider=idp&return_to=%2Fa&return_to=%2Fb", "provider=%zz",
            "provider=idp&switch=1&switch=1",
        ])
    func badQuery(query: String) async throws {
        #expect(try await FlowBrowser(try FlowWorld()).login(query).step == "refused: bad_query")
    }

    @Test("unknown parameters may be repeated")
    func unknownParameters() async throws {
        #expect(try await FlowBrowser(try FlowWorld()).login("provider=idp&x=1&x=2").redirect != nil)
    }

    @Test("an unreachable provider is logged and counted, and the user may try the same sign-in again")
    func unreachable() async throws {
        let world = try FlowWorld()
        world.outbound.cutOff(ScriptedProvider.document)
        let outcome = try await FlowBrowser(world).login("provider=idp&organization=acme&return_to=%2Fx%3Fy")
        #expect(outcome.step == "refused: provider_unavailable")
        #expect(outcome.retry?.link == "/auth/login?provider=idp&organization=acme&return_to=%2Fx%3Fy")
        #expect(world.count("provider_unavailable") == 1)
        let log = await world.recorded.all()
        #expect(log.contains("\"reason\":\"provider_unavailable\"") && log.contains("\"request_id\":\"request-1\""))
        #expect(outcome.cookies.isEmpty)
    }

    @Test("a provider whose discovery document is unusable gets no user")
    func unusable() async throws {
        let world = try FlowWorld()
        world.outbound.describe(("\"issuer\":\"https://idp.example\"", "\"issuer\":\"https://evil.example\""))
        #expect(try await FlowBrowser(world).login().step == "refused: discovery_unusable")
    }

    @Test("without a sealing key no sign-in begins")
    func withoutKey() async throws {
        let world = try FlowWorld { $0.hasKey = false }
        #expect(try await FlowBrowser(world).login().step == "refused: unavailable")
        #expect(world.outbound.count(ScriptedProvider.document) == 0)
    }
}
