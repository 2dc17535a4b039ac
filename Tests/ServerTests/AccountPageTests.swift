import GatehouseTesting
import HTTPMessage
import JSON
import Testing

@testable import Server

@Suite("The account page")
struct AccountPageTests {
    private let world: GatewayWorld
    private let vic: TestBrowser

    init() async throws {
        world = try GatewayWorld()
        vic = TestBrowser(world)
        try await vic.signIn("vic")
    }

    /// The ids of a browser's sessions and whether each is its own, newest first.
    private func sessions(_ browser: TestBrowser) async throws -> [(id: String, isCurrent: Bool)] {
        let me = try #require(try await browser.fetch("GET", "/api/v1/me").json)
        return try #require(me.member("sessions")).elements.map {
            ($0.member("id")?.string ?? "", $0.member("current")?.boolean ?? false)
        }
    }

    private func end(_ id: String, in browser: TestBrowser, token: String?) async throws -> TestAnswer {
        let form = FormEncoding.body(
            [("action", "end_session"), ("id", id)] + (token.map { [("csrf_token", $0)] } ?? []))
        return try await browser.send(
            "POST", "/account", fields: TestBrowser.form + TestBrowser.navigation,
            body: String(decoding: form, as: UTF8.self))
    }

    @Test("a browser without a session is redirected to sign in and returns; a program gets 401")
    func signedOut() async throws {
        let browser = TestBrowser(world)
        let answer = try await browser.open("/account")
        #expect(answer.status == 303 && answer.location == "/auth/login?return_to=%2Faccount")
        #expect(try await world.send("GET", "/account", fields: ["Accept: application/json"]).status == 401)
        let back = try await browser.signIn("vic", "return_to=%2Faccount")
        #expect(back.status == 303 && back.location == "/account")
    }

    @Test("the account page shows identity, roles with their sources, sessions and time zone")
    func content() async throws {
        let other = TestBrowser(world)
        let agent = "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 Chrome/130.0 Safari/537.36"
        _ = try await other.send("GET", other.answered("vic"), fields: ["User-Agent: \(agent)"])
        let page = try await vic.open("/account")
        #expect(page.status == 200 && page.field("Cache-Control") == "no-store")
        for text in [
            "Email verified", "vic@acme.example", "<code>vic</code>", "<a href=\"/organizations/acme\">Acme</a>",
            "Organization Viewer", "Rule 2: groups is", "Chrome on macOS", "192.0.2.1",
            "Times are shown in <strong>UTC",
        ] {
            #expect(page.body.contains(text), "\(text)")
        }
        #expect(page.body.split(separator: "This session").count == 2)
        #expect(page.body.contains("<option value=\"Europe/Berlin\">") && page.body.contains("End all other sessions…"))
        let home = try await vic.open("/organizations/acme")
        #expect(home.body.contains("<a href=\"/account\">"))
    }

    @Test("an unverified address is marked, and a user without a role can open the page")
    func unverified() async throws {
        let una = try await world.browser("una")
        let page = try await una.open("/account")
        #expect(page.status == 200 && page.body.contains("Email not verified") && page.body.contains("No roles yet"))
    }

    @Test("the account page contains neither the session's cookie nor a token of the provider")
    func secrets() async throws {
        let page = try await vic.open("/account")
        for (name, value) in vic.cookies.values { #expect(!page.body.contains(value), "\(name)") }
        #expect(!page.body.contains("eyJ"))
    }

    @Test("a user ends another of their sessions, which is recorded, and keeps the current one")
    func ending() async throws {
        let other = try await world.browser("vic")
        let id = try #require(try await sessions(vic).first { !$0.isCurrent }?.id)
        let answer = try await end(id, in: vic, token: vic.formToken())
        #expect(answer.status == 303 && answer.location == "/account?done=session_ended")
        #expect(try await vic.open("/account?done=session_ended").body.contains("The session has ended."))
        #expect(try await other.fetch("GET", "/api/v1/me").status == 401)
        #expect(try await sessions(vic).map(\.isCurrent) == [true])
    }

    @Test("a form whose session ends while it arrives ends no other session")
    func endedWhileArriving() async throws {
        let other = TestBrowser(world)
        try await other.signIn("vic")
        let own = try #require(try await sessions(vic).first { $0.isCurrent }?.id)
        let target = try #require(try await sessions(other).first { $0.isCurrent }?.id)
        let (token, otherToken) = (try await vic.formToken(), try await other.formToken())
        let form = [("action", "end_session"), ("id", target), ("csrf_token", token)]
        let answer = try await world.send(
            "POST", "/account",
            fields: vic.cookieField + TestBrowser.navigation + ["Content-Type: application/x-www-form-urlencoded"],
            body: String(decoding: FormEncoding.body(form), as: UTF8.self)
        ) {
            let ended = try await end(own, in: other, token: otherToken)
            #expect(ended.status == 303)
        }
        #expect(answer.status == 401)
        #expect(try await sessions(other).map(\.id) == [target])
    }

    @Test("a user who ends the current session is signed out")
    func endingOwn() async throws {
        let id = try #require(try await sessions(vic).first?.id)
        let answer = try await end(id, in: vic, token: vic.formToken())
        #expect(answer.status == 303 && answer.location == "/auth/signed-out" && vic.cookies["gatehouse"] == nil)
        #expect(try await vic.fetch("GET", "/api/v1/me").status == 401)
    }

    @Test("another user's session is not found")
    func foreign() async throws {
        let carla = try await world.browser("carla")
        let id = try #require(try await sessions(carla).first?.id)
        for id in [id, "AAAAAAAAAAAAAAAA", ""] {
            #expect(try await end(id, in: vic, token: vic.formToken()).status == 404)
        }
        #expect(try await carla.fetch("GET", "/api/v1/me").status == 200)
    }

    @Test("a form without a session says so on the page, and names no part of the API")
    func endedSession() async throws {
        let stranger = TestBrowser(world)
        let page = try await end("x", in: stranger, token: nil)
        #expect(page.status == 401 && page.body.contains("Your session has ended. Sign in to continue."))
        #expect(page.body.contains("href=\"/auth/login?return_to=%2Faccount\"") && !page.body.contains("bearer"))
        let answer = try await stranger.fetch("POST", "/api/v1/organizations/acme/invitations")
        #expect(answer.status == 401 && answer.body.contains("bearer token"))
    }

    @Test("a refused form tells the user to load the page again; a program reads which field is missing")
    func outdatedForm() async throws {
        let page = try await vic.send(
            "POST", "/account", fields: TestBrowser.form + TestBrowser.navigation + ["Sec-Fetch-Site: cross-site"],
            body: "action=end_session")
        #expect(page.status == 403 && page.body.contains("This page is out of date"))
        #expect(!page.body.contains("CSRF") && !page.body.contains("csrf_token ("))
        let answer = try await vic.fetch("DELETE", "/api/v1/me/sessions/x")
        #expect(answer.status == 403 && answer.body.contains("X-CSRF-Token"))
    }

    @Test("a form of another site, or without the session's form token, ends no session")
    func forgery() async throws {
        let id = try #require(try await sessions(vic).first?.id)
        let carla = try await world.browser("carla")
        #expect(try await end(id, in: vic, token: nil).status == 403)
        #expect(try await end(id, in: vic, token: carla.formToken()).status == 403)
        let token = try await vic.formToken()
        let foreign = try await vic.send(
            "POST", "/account",
            fields: ["Content-Type: application/x-www-form-urlencoded", "Sec-Fetch-Site: cross-site"],
            body: "action=end_session&id=\(id)&csrf_token=\(token)")
        #expect(foreign.status == 403)
        let unknown = try await vic.send(
            "POST", "/account", fields: TestBrowser.form,
            body: "action=other&id=\(id)&csrf_token=\(token)")
        #expect(unknown.status == 400)
        #expect(try await vic.fetch("GET", "/api/v1/me").status == 200)
    }

    @Test("ending all other sessions asks first, says how many, and keeps the current one")
    func endingOthers() async throws {
        let others = [try await world.browser("vic"), try await world.browser("vic")]
        let carla = try await world.browser("carla")
        let question = try await vic.open("/account?confirm=end_others")
        #expect(
            question.status == 200
                && question.body.contains("<h1 tabindex=\"-1\" autofocus>End all other sessions?</h1>"))
        #expect(question.body.contains("2 sessions will end") && question.body.contains(">End 2 sessions</button>"))
        #expect(try await sessions(vic).count == 3)
        let answer = try await vic.post("/account", [("action", "end_others")])
        #expect(answer.status == 303 && answer.location == "/account?done=sessions_ended")
        #expect(try await vic.open("/account?done=sessions_ended").body.contains("All other sessions have ended."))
        #expect(try await sessions(vic).map(\.isCurrent) == [true])
        for other in others { #expect(try await other.fetch("GET", "/api/v1/me").status == 401) }
        #expect(try await carla.fetch("GET", "/api/v1/me").status == 200)
    }

    @Test("a time zone is chosen on the page; an unknown one stands at the field and is kept")
    func timeZone() async throws {
        let answer = try await vic.post("/account", [("action", "time_zone"), ("time_zone", "Europe/Berlin")])
        #expect(answer.status == 303 && answer.location == "/account?done=zone_saved")
        let page = try await vic.open("/account?done=zone_saved")
        #expect(page.body.contains("Time zone saved.") && page.body.contains("value=\"Europe/Berlin\" maxlength"))
        let refused = try await vic.post("/account", [("action", "time_zone"), ("time_zone", "Europe/Berlim")])
        #expect(refused.status == 422 && refused.body.contains("value=\"Europe/Berlim\" maxlength"))
        #expect(refused.body.contains("No time zone has this name.") && refused.body.contains("<title>1 error · "))
        #expect(try await vic.fetch("GET", "/api/v1/me").text("time_zone") == "Europe/Berlin")
        #expect(try await vic.post("/account", [("action", "time_zone"), ("time_zone", "")]).status == 303)
        #expect(try await vic.fetch("GET", "/api/v1/me").text("time_zone") == nil)
    }

    @Test("after a session ended, a page leads to the sign-in page, which says so and returns, and a form is kept")
    func returning() async throws {
        let other = try await world.browser("vic")
        let token = try await vic.formToken()
        #expect(try await other.post("/account", [("action", "end_others")]).status == 303)
        let link = "/auth/login?return_to=%2Faccount&ended=1"
        let cookie = vic.cookieField
        let page = try await vic.open("/account")
        #expect(page.status == 303 && page.location == link)
        // The form was sent from a page that was still open: what the user entered is kept.
        let form = try await world.send(
            "POST", "/account",
            fields: cookie + TestBrowser.form + TestBrowser.navigation + ["Sec-Fetch-Site: same-origin"],
            body: "action=time_zone&time_zone=UTC&csrf_token=\(token)")
        #expect(form.status == 401 && form.body.contains("name=\"time_zone\" value=\"UTC\""))
        #expect(form.body.contains("/auth/login?return_to=%2Faccount") && !form.body.contains(token))
        // The notice is shown even if only one provider could be meant.
        let signIn = try await vic.open(link)
        #expect(signIn.status == 200 && signIn.body.contains("Your session has ended. Sign in to continue."))
        let onward = try #require(signIn.body.firstMatch(of: /href="(\/auth\/login\?provider=[^"]*)"/)?.1)
        #expect(onward.contains("return_to=%2Faccount") && !onward.contains("ended"))
        let back = try await vic.signIn("vic", "provider=idp&return_to=%2Faccount")
        #expect(back.status == 303 && back.location == "/account")
        // A program is told so, and is not redirected.
        #expect(try await world.send("POST", "/account", fields: cookie + TestBrowser.form).status == 401)
    }
}
