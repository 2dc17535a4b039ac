import DemoProvider
import GatehouseTesting
import HTTPMessage
import JSON
import Testing
import Time

@testable import Server

@Suite("Sign-in")
struct SignInTests {
    @Test("a manager by email lands on the organization's page")
    func manager() async throws {
        let browser = TestBrowser(try GatewayWorld())
        let answer = try await browser.signIn("carla", "organization=acme")
        #expect(answer.status == 303)
        #expect(answer.location == "/organizations/acme")
        let page = try await browser.open("/organizations/acme")
        #expect(page.status == 200)
        #expect(page.body.contains("SOC &lt;1&gt;"))
        #expect(page.body.contains("Organization Manager"))
        #expect(page.field("Content-Security-Policy")?.contains("frame-ancestors 'none'") == true)
        #expect(page.field("Cache-Control") == "no-store")
        #expect(try await browser.open("/").location == "/organizations/acme")
    }

    @Test("a viewer by group has read-only access and sees a notice")
    func viewer() async throws {
        let browser = try await GatewayWorld().browser("vic")
        let page = try await browser.open("/organizations/acme")
        #expect(
            page.status == 200 && page.body.contains("Organization Viewer")
                && page.body.contains("You have read-only access"))
        let me = try #require(try await browser.fetch("GET", "/api/v1/me").json)
        #expect(me.member("identity")?.member("subject")?.string == "vic")
        #expect(me.member("sessions")?.count == 1)
        #expect(try await browser.fetch("GET", "/api/v1/organizations/acme/workspaces").status == 200)
        #expect(
            try await browser.fetch("GET", "/api/v1/organizations/globex/workspaces").code == "organization_not_found")
    }

    @Test("a user without a role sees their account, and a page that does not reveal whether the organization exists")
    func withoutRole() async throws {
        let world = try GatewayWorld()
        let browser = TestBrowser(world)
        #expect(try await browser.signIn("sam", "organization=acme").location == "/organizations/acme")
        func body(_ path: String) async throws -> String {
            let page = try await browser.open(path)
            #expect(page.status == 404)
            return page.body.split(separator: "\n").filter { !$0.contains("Reference") }.joined(separator: "\n")
        }
        let known = try await body("/organizations/acme")
        #expect(known.contains("sam@elsewhere.example") && known.contains("Acme-Viewers"))
        #expect(try await body("/organizations/nowhere") == known)
        #expect(!known.contains("acme-viewers"))

        let manager = try await world.browser("carla")
        let denied = try #require(
            try await manager.fetch("GET", "/api/v1/organizations/acme/denied-sign-ins").json?.member("items"))
        #expect(denied.count == 1)
        let first = try #require(denied.elements.first { _ in true })
        #expect(first.member("subject")?.string == "sam")
        #expect(first.member("claims")?.member("values")?.member("groups")?.text == "[\"Acme-Viewers\"]")
        #expect(first.member("rows")?.text.contains("\"near_miss\":true") == true)
        #expect(first.member("claims")?.member("values")?.member("name") == nil)
        #expect(try await browser.fetch("GET", "/api/v1/organizations/acme/denied-sign-ins").status == 404)
    }

    @Test("an unverified address gives no role, and the page says why")
    func unverified() async throws {
        let browser = try await GatewayWorld().browser("una", "organization=acme")
        let page = try await browser.open("/organizations/acme")
        #expect(page.status == 404 && page.body.contains("not verified"))
    }

    @Test("a request without a session gets a sign-in page, a redirect or 401, depending on the client")
    func signedOut() async throws {
        let browser = TestBrowser(try GatewayWorld())
        #expect(try await browser.open("/").body.contains("/auth/login"))
        let redirect = try await browser.open("/organizations/acme?q=a%20b")
        #expect(redirect.status == 303)
        #expect(
            redirect.location == "/auth/login?organization=acme&return_to=%2Forganizations%2Facme%3Fq%3Da%2520b")
        #expect(try await browser.fetch("GET", "/organizations/acme").status == 401)
        #expect(
            try await browser.send(
                "GET", "/organizations/acme", fields: TestBrowser.navigation + ["X-Requested-With: XMLHttpRequest"]
            ).status == 401)
        #expect(try await browser.send("GET", "/organizations/acme").status == 401)
        #expect(try await browser.open("/api/v1/me").status == 401)
        #expect(try await browser.open("/api/v1/me").field("WWW-Authenticate") == "Bearer realm=\"gatehouse\"")
    }

    @Test(
        "a user lands on the requested page after the sign-in",
        arguments: [
            ("%2Forganizations%2Facme%3Fq%3Dsoc", "/organizations/acme?q=soc"), ("%2F%2Fevil.example", "/"),
            ("https%3A%2F%2Fevil.example", "/"), ("%2F%5Cevil.example", "/"), ("%2Fauth%2Flogin", "/"),
            ("%2F%252Fevil.example", "/"), ("%2F%0D%0ASet-Cookie%3Ax", "/"),
        ])
    func returnTo(encoded: String, landing: String) async throws {
        let browser = TestBrowser(try GatewayWorld())
        #expect(try await browser.signIn("carla", "return_to=\(encoded)").location == landing)
    }

    @Test("the authorization request has state, nonce and PKCE")
    func authorizationRequest() async throws {
        let world = try GatewayWorld(
            SettingsText(
                providerSettings: ", \"max_age\": \"1h\", \"acr_values\": [\"phr\"], "
                    + "\"authorization_parameters\": {\"prompt\": \"select_account\"}"))
        let url = try await TestBrowser(world).begin("email=Somebody%40ACME.example")
        let items = try #require(Target(path: "/", query: url.split(separator: "?").last.map(String.init)).queryItems)
        let values = Dictionary(uniqueKeysWithValues: items.map { ($0.name, $0.value) })
        #expect(url.hasPrefix("\(SettingsText.issuer)/authorize?"))
        #expect(values["response_type"] == "code")
        #expect(values["client_id"] == "gatehouse client")
        #expect(values["redirect_uri"] == "http://127.0.0.1:8080/auth/callback/idp")
        #expect(values["scope"] == "openid profile email groups")
        #expect(values["code_challenge_method"] == "S256" && values["code_challenge"]?.count == 43)
        #expect((values["nonce"]?.count ?? 0) >= 22 && (values["state"]?.count ?? 0) > 100)
        #expect(values["max_age"] == "3600" && values["acr_values"] == "phr")
        #expect(values["prompt"] == "select_account" && values["login_hint"] == "Somebody@ACME.example")
    }

    @Test("several tabs can sign in at once")
    func tabs() async throws {
        let browser = TestBrowser(try GatewayWorld())
        let first = try await browser.begin("return_to=%2Forganizations%2Facme%3Fq%3D1")
        let second = try await browser.begin("return_to=%2Forganizations%2Facme%3Fq%3D2")
        #expect(try await browser.open(browser.consent("carla", at: second)).location == "/organizations/acme?q=2")
        #expect(try await browser.open(browser.consent("carla", at: first)).location == "/organizations/acme?q=1")
        #expect(try await browser.open("/organizations/acme").status == 200)
    }

    @Test("a posted response is sealed, and completed by a GET with cookies")
    func formPost() async throws {
        let world = try GatewayWorld(
            SettingsText(
                providerSettings: ", \"authorization_parameters\": {\"response_mode\": \"form_post\"}"))
        let browser = TestBrowser(world)
        let url = try await browser.begin()
        let query = String(try #require(url.split(separator: "?").last))
        let items = try #require(Target(path: "/", query: query).queryItems) + [("person", "carla")]
        let page = world.provider.answer(
            .post, Target(path: "/authorize", query: nil), field: { _ in nil }, body: FormEncoding.body(items),
            at: world.clock.now)
        guard case .bytes(let bytes) = page.body else { return }
        let fields = String(decoding: bytes, as: UTF8.self).matches(of: /name="(\w+)" value="([^"]*)"/)
        let form = FormEncoding.body(fields.map { (String($0.1), String($0.2)) })
        // Lax cookies are not sent with another site's form.
        let posted = try await world.send(
            "POST", "/auth/callback/idp",
            fields: ["Content-Type: application/x-www-form-urlencoded", "Origin: \(SettingsText.issuer)"],
            body: String(decoding: form, as: UTF8.self))
        #expect(posted.status == 303)
        #expect(posted.setCookies.isEmpty)
        let next = try #require(posted.location)
        #expect(next.hasPrefix("/auth/callback/idp?answer="))
        #expect(try await world.send("GET", next).status == 400)
        #expect(try await browser.open(next).location == "/")
        #expect(try await browser.open("/organizations/acme").status == 200)
    }

    @Test("a sign-out ends the session and continues at the provider")
    func signOut() async throws {
        let browser = try await GatewayWorld().browser("carla")
        let cookie = browser.cookieField
        let token = try await browser.formToken()
        let form = TestBrowser.form + TestBrowser.navigation
        #expect(try await browser.send("POST", "/auth/logout", fields: form, body: "csrf_token=wrong").status == 403)
        #expect(
            try await browser.send(
                "POST", "/auth/logout", fields: form + ["Origin: https://evil.example"], body: "csrf_token=\(token)"
            ).status == 403)
        let page = try await browser.send("POST", "/auth/logout", fields: form, body: "csrf_token=\(token)")
        #expect(page.status == 200)
        #expect(page.body.contains("\(SettingsText.issuer)/logout?id_token_hint="))
        #expect(page.body.contains("post_logout_redirect_uri=http%3A%2F%2F127.0.0.1%3A8080%2Fauth%2Fsigned-out"))
        #expect(browser.cookies["gatehouse"] == nil)
        // The old cookie is invalid, wherever it is still stored.
        #expect(try await browser.world.send("GET", "/api/v1/me", fields: cookie).status == 401)
        let signedOut = try await browser.open("/auth/signed-out")
        #expect(signedOut.status == 200 && signedOut.location == nil)
    }

    @Test("each sign-in starts a new session and ends the previous one")
    func newSession() async throws {
        let browser = try await GatewayWorld().browser("carla")
        let old = browser.cookieField
        try await browser.signIn("vic")
        #expect(browser.cookieField != old)
        #expect(try await browser.world.send("GET", "/api/v1/me", fields: old).status == 401)
        #expect(try await browser.fetch("GET", "/api/v1/me").json?.member("sessions")?.count == 1)
    }

    @Test("users see and end their own sessions")
    func ownSessions() async throws {
        let world = try GatewayWorld()
        let (laptop, phone) = (TestBrowser(world), TestBrowser(world))
        try await laptop.signIn("carla")
        try await phone.signIn("carla")
        let sessions = try #require(try await laptop.fetch("GET", "/api/v1/me").json?.member("sessions"))
        #expect(sessions.count == 2)
        let other = try #require(sessions.elements.first { $0.member("current")?.boolean == false })
        let id = try #require(other.member("id")?.string)
        #expect(try await laptop.fetch("DELETE", "/api/v1/me/sessions/\(id)").code == "request_forgery")
        let token = ["X-CSRF-Token: \(try await laptop.formToken())"]
        #expect(try await laptop.fetch("DELETE", "/api/v1/me/sessions/\(id)", fields: token).status == 204)
        #expect(try await laptop.fetch("DELETE", "/api/v1/me/sessions/\(id)", fields: token).status == 404)
        #expect(try await phone.fetch("GET", "/api/v1/me").status == 401)
        #expect(try await laptop.fetch("GET", "/api/v1/me").status == 200)
        let outsider = try await world.browser("sam")
        let mine = try #require(
            try await laptop.fetch("GET", "/api/v1/me").json?.member("sessions")?.elements.first { _ in true }?
                .member("id")?.string)
        let theirs = ["X-CSRF-Token: \(try await outsider.formToken())"]
        #expect(try await outsider.fetch("DELETE", "/api/v1/me/sessions/\(mine)", fields: theirs).status == 404)
    }

    @Test("the choice of a provider keeps the requested page")
    func choices() async throws {
        let world = try GatewayWorld(
            SettingsText(
                secondProvider: SettingsText.otherProvider(#", "email_domains": ["elsewhere.example"]"#)))
        let browser = TestBrowser(world)
        let page = try await browser.open("/auth/login?return_to=%2Forganizations%2Facme")
        #expect(page.status == 200)
        for id in ["idp", "other"] {
            #expect(page.body.contains("/auth/login?provider=\(id)&amp;return_to=%2Forganizations%2Facme"))
        }
        #expect(try await browser.begin("email=a%40Acme.example").hasPrefix(SettingsText.issuer))
        #expect(try await browser.open("/auth/login?provider=idp&provider=other").status == 400)
        // The page's own policy would apply to a redirect after the form.
        let form = try await browser.open("/auth/login?email=a%40acme.example&from=form")
        #expect(form.status == 200 && form.body.contains("http-equiv=\"refresh\""))
    }
}
