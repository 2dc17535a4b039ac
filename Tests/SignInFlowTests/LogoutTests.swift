import GatehouseTesting
import HTTPMessage
import Sessions
import Testing

@testable import SignInFlow

@Suite("Sign-out")
struct LogoutTests {
    @Test("a sign-out ends the session here, is recorded, and continues at the provider")
    func ends() async throws {
        let world = try FlowWorld()
        let browser = try await world.browser("carla")
        let token = try #require(browser.token)
        let idToken = try #require(try await browser.session.flatMap { world.sessions.idToken(of: $0) })
        let outcome = try await browser.logout(browser.formToken)
        #expect(outcome.step == "leave to https://idp.example/logout to sign out")
        guard case .leave(let url, _) = outcome.next else { return }
        #expect(url.contains("id_token_hint=\(idToken)"))
        #expect(url.contains("post_logout_redirect_uri=https%3A%2F%2Faccess.example%2Fauth%2Fsigned-out"))
        #expect(browser.token == nil)
        #expect(try await world.sessions.session(token.key) == nil)
        #expect(try await world.events().last == "sign_out success mapped acme")
    }

    @Test("a form of another site or of another session ends nothing")
    func forgery() async throws {
        let world = try FlowWorld()
        let (browser, other) = (try await world.browser("carla"), try await world.browser("vic"))
        for (form, fields) in [
            (nil, []), ([("csrf_token", "x")], []), (try other.formToken, []),
            (try browser.formToken, ["Sec-Fetch-Site: cross-site"]),
            (try browser.formToken, ["Origin: https://evil.example"]),
        ] as [([(name: String, value: String)]?, [String])] {
            let outcome = try await browser.logout(form, fields: fields)
            #expect(outcome.step == "refused: forgery" && outcome.cookies.isEmpty, "\(fields)")
        }
        #expect(try await browser.session != nil)
        #expect(
            try await browser.logout(browser.formToken, fields: ["Origin: https://access.example"]).step
                != "refused: forgery")
    }

    @Test("a cookie without a session is deleted, whatever the form")
    func withoutSession() async throws {
        let world = try FlowWorld()
        let browser = try await world.browser("carla")
        let form = try browser.formToken
        try await world.sessions.end(try #require(browser.token).key)
        let outcome = try await browser.logout(form)
        #expect(outcome.redirect == "/auth/signed-out" && browser.token == nil)
        #expect(try await FlowBrowser(world).logout(nil).redirect == "/auth/signed-out")
    }

    @Test("without a sign-out at the provider, the user stays here, or goes on to another account")
    func local() async throws {
        let world = try FlowWorld()
        world.outbound.describe(("\"end_session_endpoint\"", "\"x\""))
        let browser = try await world.browser("carla")
        #expect(try await browser.logout(browser.formToken).redirect == "/auth/signed-out")
        try await browser.signIn("carla")
        #expect(try await browser.logout(browser.formToken + [("switch", "0")]).redirect == "/auth/signed-out")
        try await browser.signIn("carla")
        // The provider keeps its own session, so it has to ask for the account.
        let switched = try await browser.logout(browser.formToken + [("switch", "1")])
        #expect(switched.redirect == "/auth/login?provider=idp&switch=1&from=form" && browser.token == nil)
    }

    @Test("a session of a provider that is not configured any more ends here")
    func removedProvider() async throws {
        let world = try FlowWorld()
        let browser = try await world.browser("carla")
        let token = try #require(browser.token)
        let removed = world.reading { $0.providers = [AccessWorld.other] }
        #expect(try await browser.logout(browser.formToken, under: removed).redirect == "/auth/signed-out")
        #expect(try await world.sessions.session(token.key) == nil)
    }

    @Test("a store that fails ends nothing, and the browser keeps its cookie")
    func brokenStore() async throws {
        let world = try FlowWorld()
        let browser = try await world.browser("carla")
        try await world.place.execute("ALTER TABLE session RENAME TO hidden")
        let outcome = try await browser.logout(browser.formToken)
        #expect(outcome.step == "refused: unavailable" && outcome.cookies.isEmpty)
    }

    @Test("the page after a sign-out changes nothing")
    func signedOut() throws {
        let outcome = try FlowBrowser(try FlowWorld()).flow("GET", "/auth/signed-out").signedOut()
        #expect(outcome.step == "signed out" && outcome.cookies.isEmpty)
    }
}
