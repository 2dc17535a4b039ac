import GatehouseTesting
import HTTPMessage
import Sessions
import Testing

@testable import SignInFlow

@Suite("The confirmation of a sign-in that another site began")
struct ConfirmationTests {
    private let foreign = ["Sec-Fetch-Site: cross-site"]

    private func confirmed(
        _ browser: FlowBrowser, _ form: [(name: String, value: String)]?, fields: [String] = []
    ) async throws -> SignInOutcome {
        try await browser.flow("POST", "/auth/login", fields: fields).loginConfirmed(form)
    }

    @Test(
        "a page asks a signed-in user whom another site sends",
        arguments: [
            ["Sec-Fetch-Site: cross-site"], ["Sec-Fetch-Site: same-site"], ["Origin: https://evil.example"],
            ["Origin: null"], ["Sec-Fetch-Site: none", "Sec-Fetch-Site: none"],
        ])
    func asks(fields: [String]) async throws {
        let world = try FlowWorld()
        let browser = try await world.browser("carla")
        let outcome = try await browser.login("provider=other&return_to=%2Fx", fields: fields)
        guard case .confirm(let account, let query, let formToken) = outcome.next else {
            Issue.record("\(outcome.step)")
            return
        }
        #expect(account == "carla@acme.example")
        #expect(query.link == "/auth/login?provider=other&return_to=%2Fx")
        #expect(try #require(browser.token).isFormToken(formToken))
        #expect(outcome.cookies.isEmpty)
    }

    @Test("a user without an address is named by the subject")
    func withoutAddress() async throws {
        let world = try FlowWorld()
        world.outbound.reissue(without: ["email", "email_verified"])
        world.outbound.cutOff("/userinfo")
        let browser = try await world.browser("carla")
        #expect(try await browser.login(fields: foreign).step == "confirm for carla")
    }

    @Test("nothing is asked without a session, from this site, or with a session that needs its provider anyway")
    func unasked() async throws {
        let world = try FlowWorld()
        let login = "redirect to https://idp.example/authorize"
        #expect(try await FlowBrowser(world).login(fields: foreign).step == login)
        let browser = try await world.browser("carla")
        for fields in [[], ["Sec-Fetch-Site: same-origin"], ["Sec-Fetch-Site: none"]] {
            #expect(try await browser.login(fields: fields).step == login, "\(fields)")
        }
        #expect(try await browser.login(fields: foreign).step == "confirm for carla@acme.example")
        world.clock.advance(.seconds(3600))
        #expect(try await browser.login(fields: foreign).step == login)
    }

    @Test("an ended session asks nothing")
    func ended() async throws {
        let world = try FlowWorld()
        let browser = try await world.browser("carla")
        try await world.sessions.end(try #require(browser.token).key)
        #expect(try await browser.login(fields: foreign).redirect != nil)
        let idle = try await world.browser("carla")
        world.clock.advance(.seconds(8 * 3600))
        #expect(try await idle.login(fields: foreign).redirect != nil)
    }

    @Test("the session's form continues the sign-in, and the session stays until the sign-in is complete")
    func confirms() async throws {
        let world = try FlowWorld()
        let browser = try await world.browser("carla")
        let form = try browser.formToken + [("provider", "other"), ("email", "h")]
        let outcome = try await confirmed(browser, form)
        #expect(outcome.step == "leave to https://other.example/authorize to sign in")
        guard case .leave(let url, _) = outcome.next else { return }
        #expect(url.contains("login_hint=h"))
        #expect(try await browser.session != nil)
    }

    @Test("a form of another session or of another site is refused")
    func forgery() async throws {
        let world = try FlowWorld()
        let (browser, other) = (try await world.browser("carla"), try await world.browser("vic"))
        let query = [(name: "provider", value: "other")]
        for form in [query, query + [("csrf_token", "")], query + (try other.formToken)] {
            #expect(try await confirmed(browser, form).step == "refused: forgery")
        }
        let own = query + (try browser.formToken)
        #expect(try await confirmed(browser, own, fields: foreign).step == "refused: forgery")
        #expect(try await confirmed(browser, own, fields: ["Origin: https://evil.example"]).step == "refused: forgery")
        #expect(try await confirmed(browser, own).step != "refused: forgery")
    }

    @Test("a form that arrives after its session ended leads to the same sign-in")
    func late() async throws {
        let outcome = try await confirmed(FlowBrowser(try FlowWorld()), [("provider", "other"), ("return_to", "/x")])
        #expect(outcome.redirect == "/auth/login?provider=other&return_to=%2Fx&from=form")
    }

    @Test("content that is not a form, or that repeats a parameter, is refused")
    func malformed() async throws {
        let browser = try await FlowWorld().browser("carla")
        let twice = try browser.formToken + [("provider", "idp"), ("provider", "other")]
        #expect(try await confirmed(browser, twice).step == "refused: bad_query")
        #expect(try await confirmed(browser, nil).step == "refused: bad_query")
    }
}
