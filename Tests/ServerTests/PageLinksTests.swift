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

    @Test("every link of the rules and of explanations leads to a page", arguments: ["carla", "vic"])
    func explanations(user: String) async throws {
        for person in ["vic", "una", "sam"] { _ = try await world.browser(person, "organization=acme") }
        let (browser, rules) = (try await world.browser(user), "/organizations/acme/claim-mappings")
        let rule = #"{"claim_name":"groups","claim_value":"x","role":"organization-viewer"}"#
        _ = try await world.browser("carla").call("POST", "\(acme)/claim-mappings", rule)
        var waiting = try ["vic", "una", "sam", "carla"].map { "\(rules)/explain?member=\(try world.identity($0))" }
        let denied = try await browser.fetch("GET", "\(acme)/denied-sign-ins").items
        waiting += denied.compactMap { $0.member("id")?.string }.map { "\(rules)/explain?denied=\($0)" } + [rules]
        var seen: Set<String> = []
        while let path = waiting.popLast() {
            guard seen.insert(path).inserted else { continue }
            let page = try await browser.open(path)
            #expect([200, 303].contains(page.status), "\(path): \(page.status)")
            for match in page.body.matches(of: /href="(\/organizations\/acme\/(?:claim-mappings|members)[^"#]*)/) {
                waiting.append(String(match.1).replacing("&amp;", with: "&"))
            }
        }
        let isManager = user == "carla"
        #expect(seen.contains("\(rules)?add=1") == isManager && seen.contains("\(rules)/explain"))
        #expect(seen.contains { $0.hasPrefix("\(rules)?add=1&claim=groups&value=Acme-Viewers") } == isManager)
        #expect(seen.contains { $0.hasPrefix("\(rules)?remove=") } == isManager)
        #expect(seen.contains("/organizations/acme/members?rule=file%3A2"))
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
