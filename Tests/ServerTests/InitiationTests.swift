import GatehouseTesting
import HTTPMessage
import JSON
import Testing
import Time

@testable import Server

@Suite("Sign-ins started by another site")
struct InitiationTests {
    private let iss = "iss=\(FormEncoding.encode(SettingsText.issuer))"

    private func world() throws -> GatewayWorld {
        try GatewayWorld(
            SettingsText(
                secondProvider: SettingsText.otherProvider()))
    }

    private func hidden(_ page: TestAnswer) -> [(name: String, value: String)] {
        page.body.matches(of: /<input type="hidden" name="(\w+)" value="([^"]*)">/).map { (String($0.1), String($0.2)) }
    }

    private func confirm(
        _ browser: TestBrowser, _ items: [(name: String, value: String)], fields: [String] = []
    ) async throws -> TestAnswer {
        try await browser.send(
            "POST", "/auth/login",
            fields: TestBrowser.navigation + TestBrowser.form + fields,
            body: String(decoding: FormEncoding.body(items), as: UTF8.self))
    }

    @Test("the issuer selects the provider, the hint is passed on, and the user lands on the target")
    func initiates() async throws {
        let browser = TestBrowser(try world())
        let target = FormEncoding.encode("\(SettingsText.origin)/organizations/acme?q=soc")
        let answer = try await browser.open(
            "/auth/initiate?\(iss)&login_hint=a%40nowhere.example&target_link_uri=\(target)")
        let url = try #require(answer.location)
        #expect(url.hasPrefix(SettingsText.issuer) && url.contains("login_hint=a%40nowhere.example"))
        #expect(try await browser.open(browser.consent("carla", at: url)).location == "/organizations/acme?q=soc")
    }

    @Test(
        "a target of another site is refused",
        arguments: [
            "https://evil.example/", "http://127.0.0.1:8081/", "https://127.0.0.1:8080/", "//127.0.0.1:8080/",
            "http://127.0.0.1:8080@evil.example/", "http://x@127.0.0.1:8080/", "/organizations/acme", "javascript:1",
            "http://127.0.0.1:8080.evil.example/",
        ])
    func foreignTarget(target: String) async throws {
        let browser = TestBrowser(try world())
        let answer = try await browser.open("/auth/initiate?\(iss)&target_link_uri=\(FormEncoding.encode(target))")
        #expect(answer.status == 400 && answer.location == nil)
    }

    @Test("a hint selects no provider, and an ambiguous or unknown issuer leads to the sign-in page")
    func ambiguous() async throws {
        let world = try GatewayWorld(
            SettingsText(
                secondProvider: """
                    , {"id": "twin", "issuer": "\(SettingsText.issuer)", "insecure_allow_http": true, "client_id": "y"}
                    """))
        for query in [iss, "iss=https%3A%2F%2Fnowhere.example", "login_hint=a%40acme.example", ""] {
            let answer = try await TestBrowser(world).open("/auth/initiate?\(query)")
            #expect(answer.status == 200 && answer.body.contains("<input id=\"email\""), "\(query)")
        }
        #expect(try await TestBrowser(world).open("/auth/initiate?\(iss)&\(iss)").status == 400)
    }

    @Test("a form of another site arrives without cookies, and is repeated by a GET with them")
    func posted() async throws {
        let world = try world()
        let browser = try await world.browser("carla", "provider=idp")
        let form = ["Content-Type: application/x-www-form-urlencoded", "Origin: https://evil.example"]
        let answer = try await world.send("POST", "/auth/initiate", fields: form, body: "\(iss)&login_hint=a&x=y")
        #expect(answer.status == 303 && answer.setCookies.isEmpty)
        #expect(answer.location == "/auth/initiate?\(iss)&login_hint=a")
        let asked = try await browser.open(try #require(answer.location))
        #expect(asked.status == 200 && asked.body.contains("ceo@acme.example"))
        #expect(try await world.send("POST", "/auth/initiate", body: iss).status == 400)
    }

    @Test(
        "a signed-in user must confirm with a form of the session, which stays until then"
    )
    func confirmation() async throws {
        let world = try world()
        let browser = try await world.browser("carla", "provider=idp")
        let session = browser.cookies["gatehouse"]
        for (path, fields) in [
            ("/auth/initiate?iss=\(FormEncoding.encode(SettingsText.otherIssuer))&login_hint=h", [String]()),
            ("/auth/login?provider=other&email=h", ["Sec-Fetch-Site: cross-site"]),
            ("/auth/login?provider=other&email=h", ["Sec-Fetch-Site: same-site"]),
        ] {
            let page = try await browser.send("GET", path, fields: TestBrowser.navigation + fields)
            #expect(page.status == 200 && page.location == nil && page.body.contains("ceo@acme.example"), "\(path)")
            let items = hidden(page)
            #expect(items.contains { $0.name == "provider" && $0.value == "other" })
            let bare = items.filter { $0.name != "csrf_token" }
            #expect(try await confirm(browser, bare).status == 403)
            #expect(try await confirm(browser, bare + [("csrf_token", "x")]).status == 403)
            #expect(try await confirm(browser, items, fields: ["Sec-Fetch-Site: cross-site"]).status == 403)
            let answer = try await confirm(browser, items, fields: ["Sec-Fetch-Site: same-origin"])
            #expect(answer.status == 200 && answer.body.contains("\(SettingsText.otherIssuer)/authorize?"))
            #expect(answer.body.contains("login_hint=h"))
            #expect(browser.cookies["gatehouse"] == session)
            #expect(try await browser.fetch("GET", "/api/v1/me").status == 200)
        }
    }

    @Test("no confirmation is asked without a session, from this site, or without Sec-Fetch-Site")
    func unasked() async throws {
        let browser = TestBrowser(try world())
        let path = "/auth/login?provider=other"
        let foreign = TestBrowser.navigation + ["Sec-Fetch-Site: cross-site"]
        #expect(try await browser.send("GET", path, fields: foreign).status == 303)
        try await browser.signIn("carla", "provider=idp")
        for site in [[], ["Sec-Fetch-Site: same-origin"], ["Sec-Fetch-Site: none"]] {
            #expect(try await browser.send("GET", path, fields: TestBrowser.navigation + site).status == 303)
        }
        // The form of an ended session needs no confirmation.
        browser.cookies["gatehouse"] = nil
        #expect(try await confirm(browser, [("provider", "other")]).location == "/auth/login?provider=other&from=form")
        // A session whose claims are too old leads to the provider anyway.
        try await browser.signIn("carla", "provider=idp")
        browser.world.clock.advance(.seconds(3601))
        let page = try await browser.send("GET", "/organizations/acme", fields: foreign)
        #expect(try await browser.send("GET", try #require(page.location), fields: foreign).status == 303)
        // An idle session has ended.
        try await browser.signIn("carla", "provider=idp")
        browser.world.clock.advance(.seconds(8 * 3600 + 1))
        #expect(try await browser.send("GET", path, fields: foreign).status == 303)
    }
}
