import GatehouseTesting
import HTTPMessage
import Testing
import Text

@testable import SignInFlow

@Suite("Sign-ins that a third party initiates")
struct InitiationTests {
    private let iss = "iss=https%3A%2F%2Fidp.example"

    private func initiate(_ browser: FlowBrowser, _ query: String) async throws -> SignInOutcome {
        try await browser.flow("GET", "/auth/initiate?\(query)").initiate()
    }

    @Test("the issuer selects the provider, and the hint is passed on without selecting one")
    func issuer() async throws {
        let world = try FlowWorld { $0.domains = ["acme.example": [AccessWorld.other]] }
        let url = try await initiate(FlowBrowser(world), "\(iss)&login_hint=a%40acme.example&extra=1&extra=2").redirect
        #expect(url?.hasPrefix("https://idp.example/authorize?") == true)
        #expect(url?.contains("login_hint=a%40acme.example") == true)
    }

    @Test("a hint longer than an address is dropped")
    func longHint() async throws {
        let browser = FlowBrowser(try FlowWorld())
        for (length, isKept) in [(254, true), (255, false)] {
            let hint = String(repeating: "a", count: length)
            let url = try await initiate(browser, "\(iss)&login_hint=\(hint)").redirect
            #expect(url?.contains("login_hint=") == isKept, "\(length)")
        }
    }

    @Test("the user lands on the target, unless the target is a step of a sign-in")
    func target() async throws {
        let world = try FlowWorld()
        for (path, landing) in [("/x?y=1", "enter /x?y=1 of -"), ("/auth/login", "enter - of -")] {
            let browser = FlowBrowser(world)
            // The browser has its secret, which `initiate` keeps.
            _ = try await browser.login()
            let target = FormEncoding.encode("https://access.example\(path)")
            let url = try #require(try await initiate(browser, "\(iss)&target_link_uri=\(target)").redirect)
            let link = try world.provider.consent("carla", at: url, at: world.clock.now)
            #expect(try await browser.open(link).step == landing)
        }
    }

    @Test(
        "a target on another site is refused",
        arguments: [
            "https://evil.example/", "http://access.example/", "https://access.example:8443/", "//access.example/",
            "https://access.example@evil.example/", "https://x@access.example/", "/x", "javascript:1",
        ])
    func foreignTarget(target: String) async throws {
        let query = "\(iss)&target_link_uri=\(FormEncoding.encode(target))"
        #expect(try await initiate(FlowBrowser(try FlowWorld()), query).step == "refused: foreign_target")
    }

    @Test("an unknown or ambiguous issuer leads to the sign-in page, without the hint")
    func unknown() async throws {
        let world = try FlowWorld()
        for query in ["iss=https%3A%2F%2Fidp.example%2F", "login_hint=a%40acme.example", "", "iss=x&login_hint=h"] {
            let outcome = try await initiate(FlowBrowser(world), query)
            guard case .choose(let kept, .unknown) = outcome.next else {
                Issue.record("\(query): \(outcome.step)")
                continue
            }
            #expect(kept.items.isEmpty, "\(query)")
        }
        let twins = world.reading { $0.issuers = [AccessWorld.other: TokenMint.issuer] }
        let flow = try FlowBrowser(world).flow("GET", "/auth/initiate?\(iss)", under: twins)
        #expect(await flow.initiate().step == "choose (unknown)")
    }

    @Test("a repeated parameter is refused", arguments: ["iss=a&iss=a", "login_hint=a&login_hint=b", "iss=%zz"])
    func repeated(query: String) async throws {
        #expect(try await initiate(FlowBrowser(try FlowWorld()), query).step == "refused: bad_query")
    }

    @Test("a signed-in user must confirm, whatever the browser says of the request's origin")
    func confirmation() async throws {
        let browser = try await FlowWorld().browser("carla")
        #expect(try await initiate(browser, iss).step == "confirm for carla@acme.example")
    }

    @Test("a posted initiation is repeated as a GET, with its known parameters only")
    func posted() throws {
        let flow = try FlowBrowser(try FlowWorld()).flow("POST", "/auth/initiate")
        let form = [("x", "1"), ("login_hint", "h"), ("iss", "https://idp.example"), ("target_link_uri", "")]
        #expect(flow.initiatePosted(form).redirect == "/auth/initiate?\(iss)&login_hint=h")
        #expect(flow.initiatePosted(nil).step == "refused: bad_query")
        #expect(flow.initiatePosted([("iss", "a"), ("iss", "b")]).step == "refused: bad_query")
        let long = String(repeating: "a", count: 7 << 10)
        #expect(flow.initiatePosted([("login_hint", long)]).step == "refused: bad_query")
    }
}
