import GatehouseTesting
import Identities
import JSON
import Testing
import Text
import WorkspaceMetrics

@Suite("Links of the pages, and the pages of history")
struct PageLinksTests {
    private let world: GatewayWorld

    init() throws { world = try GatewayWorld() }

    @Test("every link of a manager's pages leads to a page", arguments: ["carla", "vic"])
    func links(user: String) async throws {
        let browser = try await world.browser(user)
        var (seen, waiting): (Set<String>, [String]) = ([], ["/organizations/acme"])
        while let path = waiting.popLast(), seen.count < 400 {
            guard seen.insert(path).inserted else { continue }
            let page = try await browser.open(path)
            #expect([200, 303].contains(page.status), "\(path): \(page.status)")
            guard page.body.hasPrefix("<!DOCTYPE html>") else { continue }
            for match in page.body.matches(of: /href="(\/[^"#]*)/) {
                waiting.append(String(match.1).replacing("&amp;", with: "&"))
            }
        }
        #expect(seen.count > 20 && seen.contains("/?all=1") && seen.contains { $0.contains("format=csv") })
    }

    @Test("a page that does not exist keeps the header of a signed-in user, and one without a user has none")
    func missing() async throws {
        let browser = try await world.browser("carla")
        for path in ["/nothing", "/organizations/acme/nothing"] {
            let page = try await browser.open(path)
            #expect(page.status == 404 && page.body.contains("Page not found"), "\(path)")
            #expect(page.body.contains("details class=\"menu account\"") && !page.body.contains("class=\"tabs\""))
        }
        let inside = try await browser.open("/organizations/acme/workspaces/none")
        #expect(inside.status == 404 && inside.body.contains("class=\"tabs\"") && inside.body.contains("menu account"))
        let outside = try await TestBrowser(world).open("/nothing")
        #expect(outside.status == 404 && !outside.body.contains("menu account"))
        let answer = try await world.get("/nothing", token: "not a token")
        #expect(answer.status == 404)
    }

    @Test("what a user entered is kept if the session ended meanwhile, and sent again only by the user")
    func unsentForm() async throws {
        let browser = try await world.browser("carla")
        let path = "/organizations/acme/claim-mappings"
        let before = try await browser.fetch("GET", acme + "/claim-mappings").items.count
        let entered = "claim_name=groups&claim_value=%22soc%22&role=organization-viewer&action=add"
        func post(_ browser: TestBrowser, _ token: String?, from site: String) async throws -> TestAnswer {
            try await browser.send(
                "POST", path,
                fields: TestBrowser.navigation + TestBrowser.form + ["Sec-Fetch-Site: \(site)"],
                body: entered + (token.map { "&csrf_token=\($0)" } ?? ""))
        }
        let kept = "name=\"claim_value\" value=\"&quot;soc&quot;\""
        // Without a session, and with a session but the token of the former one.
        let ended = try await post(TestBrowser(world), "former", from: "same-origin")
        #expect(ended.status == 401 && ended.body.contains("Your session has ended") && ended.body.contains(kept))
        #expect(!ended.body.contains("csrf_token") && ended.body.contains("target=\"_blank\""))
        let renewed = try await post(browser, "former", from: "same-origin")
        #expect(renewed.status == 403 && renewed.body.contains("Send this again?") && renewed.body.contains(kept))
        #expect(renewed.body.contains("value=\"\(try await browser.formToken())\""))
        // A token is never sent back.
        let explain = try await TestBrowser(world).send(
            "POST", "\(path)/explain",
            fields: TestBrowser.navigation + TestBrowser.form + ["Sec-Fetch-Site: same-origin"], body: "text=eyJsecret")
        #expect(explain.status == 401 && !explain.body.contains("eyJsecret"))
        // A page of another site gets nothing back that a user could confirm.
        for site in ["cross-site", "same-site", "none"] {
            let foreign = try await post(browser, nil, from: site)
            #expect(foreign.status == 403 && !foreign.body.contains(kept))
            let outside = try await post(TestBrowser(world), nil, from: site)
            #expect(!outside.body.contains(kept), "\(site)")
        }
        #expect(try await browser.fetch("GET", acme + "/claim-mappings").items.count == before)
    }

    @Test("a form with a session cookie that has ended gets a page, not JSON")
    func staleCookie() async throws {
        let browser = try await world.browser("carla")
        _ = try await browser.post("/auth/logout", [])
        let answer = try await browser.send(
            "POST", "/organizations/acme/members",
            fields: TestBrowser.navigation + TestBrowser.form
                + ["Sec-Fetch-Site: same-origin", "Cookie: __Host-gatehouse=\(String(repeating: "A", count: 43))"],
            body: "action=invite&email=pat%40acme.example")
        #expect(answer.status == 401 && answer.body.hasPrefix("<!DOCTYPE html>"))
        #expect(answer.body.contains("value=\"pat@acme.example\""))
    }

    @Test("the menu lists the user's other organizations, and no other one")
    func otherOrganizations() async throws {
        let page = try await world.browser("carla").open("/organizations/acme")
        let menu = try #require(page.body.firstMatch(of: /menu switcher">.*?<\/details>/.dotMatchesNewlines()))
        #expect(menu.0.contains("/?all=1") && !menu.0.contains("globex"))
        let keys = try StaticKeys()
        let both = try await GatewayWorld(keys).get(
            "/organizations/acme", token: try keys.token("acme-viewers", "globex-managers"))
        let own = try #require(both.body.firstMatch(of: /menu switcher">.*?<\/details>/.dotMatchesNewlines()))
        #expect(own.0.contains("href=\"/organizations/globex\"") && own.0.contains("Organization Manager"))
    }

    @Test("all matches are exported as JSON")
    func export() async throws {
        let browser = try await world.browser("vic")
        let file = try await browser.open("/organizations/acme?format=json&q=soc")
        #expect(file.status == 200 && file.field("Content-Type") == "application/json")
        #expect(file.items.map { $0.member("id")?.string } == ["soc"])
        #expect(try await browser.open("/organizations/acme?format=json&q=none").items.isEmpty)
    }

    @Test("every link of the rules and of explanations leads to a page", arguments: ["carla", "vic"])
    func explanations(user: String) async throws {
        for person in ["vic", "una", "sam"] { _ = try await world.browser(person, "organization=acme") }
        let (browser, rules) = (try await world.browser(user), "/organizations/acme/claim-mappings")
        let rule = #"{"claim_name":"groups","claim_value":"x","role":"organization-viewer"}"#
        _ = try await world.browser("carla").call("POST", "\(acme)/claim-mappings", rule)
        var waiting = try ["vic", "una", "sam", "carla"].map { "\(rules)/explain?member=\(try world.identity($0))" }
        let denied = try await browser.fetch("GET", "\(acme)/denied-sign-ins").items
        waiting += denied.compactMap { $0.member("id")?.string }.map { "\(rules)/explain?denied=\($0)" } + [rules]
        let isManager = user == "carla"
        // Explanations are reached from the requests, from the log, and beside the invitations, too.
        let tabs = ["members", "invitations"] + (isManager ? ["access-requests", "audit"] : [])
        waiting += tabs.map { "/organizations/acme/\($0)" }
        var (seen, sources): (Set<String>, [String: Set<String>]) = ([], [:])
        while let path = waiting.popLast(), seen.count < 400 {
            guard seen.insert(path).inserted else { continue }
            let page = try await browser.open(path)
            #expect([200, 303].contains(page.status), "\(path): \(page.status)")
            let pattern = /href="(\/organizations\/acme\/(?:claim-mappings|members|invitations|access-requests)[^"#]*)/
            for match in page.body.matches(of: pattern) {
                let target = String(match.1).replacing("&amp;", with: "&")
                waiting.append(target)
                sources[target, default: []].insert(String(path.prefix { $0 != "?" }))
            }
        }
        #expect(seen.contains("\(rules)?add=1") == isManager && seen.contains("\(rules)/explain"))
        #expect(seen.contains { $0.hasPrefix("\(rules)?add=1&claim=groups&value=Acme-Viewers") } == isManager)
        #expect(seen.contains { $0.hasPrefix("\(rules)?remove=") } == isManager)
        #expect(seen.contains("/organizations/acme/members?rule=file%3A2"))
        let explained = sources.filter { $0.key.hasPrefix("\(rules)/explain?") }
        let origins = Set(explained.flatMap(\.value))
        #expect(origins.contains("/organizations/acme/members"))
        for tab in ["access-requests", "audit"] {
            #expect(origins.contains("/organizations/acme/\(tab)") == isManager, "\(tab)")
        }
    }

    @Test("an explanation leads back to the list that it was opened from")
    func breadcrumbs() async throws {
        for person in ["vic", "sam"] { _ = try await world.browser(person, "organization=acme") }
        let browser = try await world.browser("carla")
        let path = "/organizations/acme/claim-mappings/explain"
        let denied = try await browser.fetch("GET", "\(acme)/denied-sign-ins").items
        let id = try #require(denied.first { _ in true }?.member("id")?.string)
        for (query, tab) in [
            ("?denied=\(id)", "access-requests"), ("?denied=gone", "access-requests"),
            ("?member=\(try world.identity("vic"))", "members"), ("", "claim-mappings"),
        ] {
            let page = try await browser.open(path + query).body
            let crumbs = try #require(
                page.firstMatch(of: /<nav[^>]*breadcrumb.*?<\/nav>/.ignoresCase().dotMatchesNewlines()))
            #expect(crumbs.0.contains("href=\"/organizations/acme/\(tab)\""), "\(query)")
            #expect(page.contains("href=\"/organizations/acme/\(tab)\" aria-current=\"page\""), "\(query)")
        }
    }

    @Test("the usage page shows each metric with its table, and exports the same figures")
    func usage() async throws {
        let browser = try await world.browser("vic")
        let page = try await browser.open("/organizations/acme/usage?interval=day&compare=1")
        #expect(
            page.status == 200 && page.body.contains("Workflow editors") && page.body.contains("<svg class=\"chart"))
        let file = try await browser.open("/organizations/acme/usage?interval=month&format=csv")
        #expect(file.field("Content-Type") == "text/csv; charset=utf-8")
        #expect(
            file.body.contains("date,provisional,workflows,nested_workflows,workflow_editors,case_operators,runners"))
        for query in ["interval=hour", "from=2026-02-30", "from=2026-01-02&to=2026-01-01", "from=0001-01-01"] {
            #expect(try await browser.open("/organizations/acme/usage?\(query)").status == 400)
        }
        #expect(try await browser.open("/organizations/acme/usage?workspace=none").status == 404)
        #expect(try await browser.open("/organizations/globex/usage").status == 404)
    }

    @Test("a workspace has a page, also after it was deleted")
    func workspace() async throws {
        let browser = try await world.browser("carla")
        let page = try await browser.open("/organizations/acme/workspaces/soc?metric=runners&interval=day")
        #expect(page.status == 200 && page.body.contains("How the workflow figures are counted"))
        #expect(page.body.contains("aria-current=\"true\"") && page.body.contains("Runners"))
        #expect(try await browser.open("/organizations/acme/workspaces/none").status == 404)
        #expect(try await browser.open("/organizations/globex/workspaces/soc").status == 404)
        _ = try world.store.changeBlocking(
            try #require(OrganizationID("acme")),
            body: Array(#"{"changes":[{"op":"delete_workspace","workspace":"soc"}]}"#.utf8)
        ).get()
        let deleted = try await browser.open("/organizations/acme/workspaces/soc")
        #expect(deleted.status == 200 && deleted.body.contains("History is kept"))
    }

    @Test(
        "a page number after the last one shows the last page", arguments: ["2", "0", "-1", "9223372036854775807", "x"])
    func pages(number: String) async throws {
        let browser = try await world.browser("vic")
        let page = try await browser.open("/organizations/acme?limit=1&page=\(number)")
        #expect(page.status == 200 && page.body.contains("Workspaces"))
    }
}
