import GatehouseTesting
import HTTPMessage
import Identities
import Testing

@testable import SignInFlow

@Suite("Responses that a provider's page posts")
struct PostedCallbackTests {
    private func form(_ link: String) throws -> [(name: String, value: String)] {
        try #require(Target(path: "/", query: link.split(separator: "?").last.map { String($0) }).queryItems)
    }

    /// Posts without cookies, as browsers send forms of other sites.
    private func post(_ world: FlowWorld, _ form: [(name: String, value: String)]?, to provider: String = "idp") throws
        -> SignInOutcome
    {
        try FlowBrowser(world).flow("POST", "/auth/callback/x").callbackPosted(of: ProviderID(provider), form)
    }

    @Test("a posted response is sealed, and completed by the browser's GET with its cookies")
    func completes() async throws {
        let world = try FlowWorld()
        let browser = FlowBrowser(world)
        let form = try form(try await browser.answered("carla", "provider=idp&organization=acme"))
        let outcome = try post(world, form)
        let link = try #require(outcome.redirect)
        #expect(link.hasPrefix("/auth/callback/idp?answer=") && outcome.cookies.isEmpty)
        for item in form where item.name != "iss" { #expect(!link.contains(item.value), "\(item.name)") }
        #expect(try await FlowBrowser(world).open(link).step == "refused: other_browser")
        #expect(try await browser.open(link).step == "enter - of acme")
    }

    @Test("a sealed response opens only at the provider that it was posted to, and for two minutes")
    func bound() async throws {
        let world = try FlowWorld()
        let browser = FlowBrowser(world)
        let link = try #require(try post(world, form(try await browser.answered("carla"))).redirect)
        let moved = link.replacing("/callback/idp", with: "/callback/other")
        #expect(try await browser.open(moved).step == "refused: callback_malformed")
        world.clock.advance(.seconds(120))
        #expect(try await browser.open(link).step == "refused: state_expired")
        #expect(world.outbound.count("/token") == 0)
        let refusal = try #require(try post(world, form(try await browser.answered(""))).redirect)
        world.clock.advance(.seconds(119))
        #expect(try await browser.open(refusal).step == "refused: provider_refused")
    }

    @Test("content that is no form or no response, or is too long, is refused")
    func malformed() async throws {
        let world = try FlowWorld()
        let refused = "refused: callback_malformed"
        #expect(try post(world, nil).step == refused)
        #expect(try post(world, [("code", "x")]).step == refused)
        #expect(try post(world, [("state", "s"), ("code", "x")], to: "No Id").step == refused)
        let long = String(repeating: "a", count: 8 << 10)
        #expect(try post(world, [("state", "s"), ("code", long)]).step == refused)
        #expect(try post(world, [("state", "s"), ("code", "x")]).redirect != nil)
    }

    @Test("the redirect URI without a provider names the one to register")
    func withoutProvider() throws {
        func registration(_ change: (inout FlowWorld.Setup) -> Void) throws -> String {
            try FlowBrowser(try FlowWorld(change)).flow("GET", "/auth/callback").callbackWithoutProvider().step
        }
        let only = try registration { $0.providers = [AccessWorld.idp] }
        #expect(only == "refused: https://access.example/auth/callback/idp")
        let several = try registration { _ in }
        #expect(several.contains("https://access.example/auth/callback/PROVIDER,") && !several.contains("idp"))
        let unlisted = try registration { setup in
            setup.providers = [AccessWorld.idp]
            setup.listed = []
        }
        #expect(unlisted == several)
    }
}
