import GatehouseTesting
import Identities
import JSON
import Policy
import Testing

@testable import Server

/// The pages and the API about applications. Carla manages Acme, Vic is its viewer, Sam has no role.
@Suite("Applications in the pages and the API")
struct UpstreamPagesTests {
    private let manager: TestBrowser
    private var world: GatewayWorld { manager.world }
    private let page = "/organizations/acme/upstreams"
    private let api = "/api/v1/organizations/acme/upstreams"

    private static let settings = #"""
        , "upstreams": [
          {"id": "reports", "name": "Reports <1>", "host": "reports.localhost", "organization": "acme",
           "address": "http://127.0.0.1:3000", "access": [
             {"path": "/admin/*", "methods": ["POST"], "allow": [{"claim_name": "groups", "claim_value": "admins"}]},
             {"path": "/*", "allow": ["organization-manager", {"claim_name": "groups", "claim_value": "acme-viewers"}]}]},
          {"id": "wiki", "host": "wiki.localhost", "organization": "acme", "address": "http://127.0.0.1:3001",
           "access": [{"path": "/*", "allow": ["organization-manager"]}]},
          {"id": "other", "host": "other.localhost", "organization": "globex", "address": "http://127.0.0.1:3002",
           "access": [{"path": "/*", "allow": "anyone"}]}]
        """#

    init() async throws {
        var text = SettingsText()
        text.settings = UpstreamPagesTests.settings
        manager = try await GatewayWorld(text).browser("carla")
    }

    private func explain(_ body: String, by browser: TestBrowser? = nil) async throws -> TestAnswer {
        try await (browser ?? manager).call("POST", "\(api)/reports/explain", body)
    }

    @Test("the list names the organization's applications only, with links and rules")
    func list() async throws {
        let viewer = try await world.browser("vic")
        for browser in [manager, viewer] {
            let answer = try await browser.fetch("GET", api)
            #expect(answer.items.map { $0.member("id")?.string } == ["reports", "wiki"])
            let first = try #require(answer.items.first { _ in true })
            #expect(first.member("url")?.string == "http://reports.localhost:8080")
            let rules = try #require(first.member("access")).elements.map { $0 }
            #expect(rules.map { $0.member("path")?.string } == ["/admin/*", "/*"])
            let shown = try await browser.open(page).body
            #expect(shown.contains("<a href=\"http://reports.localhost:8080/\">Reports &lt;1&gt;</a>"))
            #expect(shown.contains("Organization Manager or ") && !shown.contains("other.localhost"))
            #expect(shown.contains("\(page)\" aria-current=\"page\">Applications"))
            #expect(try await browser.open("/organizations/acme").body.contains("\">Applications</a>"))
        }
        let next = try await manager.fetch("GET", "\(api)?limit=1")
        #expect(next.items.count == 1)
        let rest = try await manager.fetch("GET", "\(api)?limit=1&cursor=reports")
        #expect(rest.items.map { $0.member("id")?.string } == ["wiki"])
        #expect(try await manager.send("GET", "\(api)?cursor=none").status == 400)
    }

    @Test("an organization without applications has no tab for them")
    func noTab() async throws {
        let carla = try await GatewayWorld().browser("carla")
        #expect(try await !carla.open("/organizations/acme").body.contains("Applications"))
        #expect(try await carla.open(page).body.contains("No applications yet."))
        #expect(try await carla.open("\(page)/reports/explain").status == 404)
    }

    @Test("the API explains decisions about members, claims and tokens")
    func explained() async throws {
        let viewer = try await world.browser("vic")
        let vic = try world.identity("vic")
        for browser in [manager, viewer] {
            let read = try #require(try await explain(#"{"path":"/x","identity_id":"\#(vic)"}"#, by: browser).json)
            #expect(read.member("decision")?.string == "permit" && read.member("rule")?.integer == 2)
            #expect(read.member("valid")?.boolean == true && read.member("dry_run") == nil)
            #expect(read.member("access")?.member("role")?.string == "organization-viewer")
        }
        let write = try #require(
            try await explain(#"{"method":"POST","path":"/admin/x","identity_id":"\#(vic)"}"#).json)
        #expect(write.member("decision")?.string == "refuse" && write.member("rule")?.integer == 1)
        #expect(write.member("reason")?.string == "permission_missing")
        let claims = try #require(
            try await explain(#"{"path":"/","provider":"idp","claims":{"groups":["acme-viewers"]}}"#).json)
        #expect(claims.member("decision")?.string == "permit" && claims.member("dry_run")?.boolean == true)
        let token = try #require(try await explain(#"{"path":"/","token":"x"}"#).json)
        #expect(token.member("valid")?.boolean == false && token.member("reason")?.string == "malformed")
        #expect(token.member("decision") == nil)
    }

    @Test(
        "a faulty question is refused at its field",
        arguments: [
            (#"{"path":"/"}"#, ""), (#"{"path":"/","token":"x","identity_id":"y"}"#, ""),
            (#"{"identity_id":"x"}"#, "/path"), (#"{"path":"/a/../b","identity_id":"x"}"#, "/path"),
            (#"{"path":"/","method":"G T","identity_id":"x"}"#, "/method"),
            (#"{"path":"/","provider":"none","claims":{}}"#, "/provider"),
            (#"{"path":"/","provider":"idp","claims":[]}"#, "/claims"), (#"{"path":"/","token":"x","a":1}"#, "/a"),
        ])
    func faulty(body: String, pointer: String) async throws {
        let answer = try await explain(body)
        #expect(answer.status == 422)
        let pointers = answer.json?.member("errors")?.elements.map { $0.member("pointer")?.string }
        #expect(pointers == [pointer])
    }

    @Test("an unknown user, and a user without a role for viewers, are not explained")
    func unknownUsers() async throws {
        #expect(try await explain(#"{"path":"/","identity_id":"AAAAAAAAAAAAAAAAAAAAAA"}"#).status == 404)
        _ = try await world.browser("sam", "organization=acme")
        let (sam, viewer) = (try world.identity("sam"), try await world.browser("vic"))
        #expect(
            try await explain(#"{"path":"/","identity_id":"\#(sam)"}"#).json?.member("decision")?.string == "refuse")
        #expect(try await explain(#"{"path":"/","identity_id":"\#(sam)"}"#, by: viewer).status == 403)
        #expect(
            try await manager.call("POST", "\(api)/other/explain", #"{"path":"/","identity_id":"x"}"#).status == 404,
            "another organization's application")
    }

    @Test("the page explains a member's request, and shows faults at their fields")
    func pages() async throws {
        _ = try await world.browser("vic")
        let vic = try world.identity("vic")
        let path = "\(page)/reports/explain"
        let form = try await manager.open(path).body
        #expect(form.contains("<h1>Explain access to Reports &lt;1&gt;</h1>") && form.contains("value=\"\(vic)\""))
        let fields = [
            ("method", "POST"), ("path", "/admin/caf%C3%A9"), ("member", "\(vic)"), ("text", ""), ("provider", ""),
        ]
        let shown = try await manager.post(path, fields)
        #expect(shown.status == 200 && shown.body.contains("<h1>Why Vic may not open this</h1>"))
        #expect(shown.body.contains("No condition of the rule is met") && shown.body.contains("/admin/café"))
        #expect(shown.body.contains("Matched (this rule decides)") && shown.body.contains("an earlier rule decides"))
        let read = try await manager.post(path, [("method", "GET"), ("path", "/"), ("member", "\(vic)")])
        #expect(read.body.contains("Rule 2 lets this request through") && read.body.contains("Other path"))
        let claims = try await manager.post(
            path, [("method", "GET"), ("path", "/"), ("text", #"{"groups":["admins"]}"#), ("provider", "idp")])
        #expect(claims.status == 200 && claims.body.contains("The result is a dry run."))
        for (bad, words) in [
            ([("method", "GET"), ("path", "/a//b"), ("member", "\(vic)")], "always refused"),
            ([("method", ""), ("path", "/"), ("member", "\(vic)")], "Enter a method"),
            ([("method", "GET"), ("path", "/"), ("text", "")], "Choose a member"),
            ([("method", "GET"), ("path", "/"), ("text", "abc")], "The token isn&#39;t valid"),
            ([("method", "GET"), ("path", "/"), ("text", "{"), ("provider", "idp")], "valid JSON"),
            ([("method", "GET"), ("path", "/"), ("text", "{}"), ("provider", "x")], "Choose one of the organization"),
            ([("method", "GET"), ("path", "/"), ("member", "AAAAAAAAAAAAAAAAAAAAAA")], "known. Choose another one."),
        ] {
            let answer = try await manager.post(path, bad)
            #expect(answer.status == 422 && answer.body.contains(words), "\(words)")
            #expect(!answer.body.contains(">abc<"), "a token is not shown again")
        }
    }

    @Test("beside each condition the page shows what arrived, and marks what differs from a value that almost matches")
    func evidence() async throws {
        _ = try await world.browser("vic")
        let path = "\(page)/reports/explain"
        func shown(_ method: String, _ claims: String) async throws -> String {
            try await manager.post(
                path, [("method", method), ("path", "/admin/x"), ("text", claims), ("provider", "idp")]
            ).body
        }
        let near = try await shown("POST", #"{"groups":["staff","Admins"],"api_token":"hidden"}"#)
        #expect(near.contains("Almost matches") && near.contains("<mark>A</mark>dmins"))
        #expect(near.contains("Groups are compared exactly.") && near.contains(">staff</code>"))
        #expect(near.contains(">What arrived</h2>") && !near.contains(">hidden<"))
        #expect(near.contains("<span class=\"quiet\">No role here</span>"))
        let met = try await shown("POST", #"{"groups":["admins"]}"#)
        #expect(met.contains("<code class=\"value equal\">admins</code>") && met.contains(">Met</span>"))
        let missing = try await shown("POST", "{}")
        #expect(missing.contains("the sign-in carried no <code>groups</code>"))
        let role = try await manager.post(
            path, [("method", "GET"), ("path", "/"), ("member", "\(try world.identity("carla"))")])
        #expect(role.body.contains("<span class=\"value equal\">Organization Manager</span>"))
    }

    @Test("if there are too many members for a list, a search finds the one to explain")
    func manyMembers() async throws {
        _ = try await world.browser("vic")
        for number in 0..<60 { _ = try world.grant(.viewer, to: "member-\(number)") }
        let (path, vic) = ("\(page)/reports/explain", "\(try world.identity("vic"))")
        let form = try await manager.open(path).body
        #expect(form.contains("name=\"search\"") && !form.contains("name=\"member\""))
        func ask(_ search: String, _ member: String = "", _ claims: String = "") async throws -> TestAnswer {
            try await manager.post(
                path,
                [
                    ("method", "GET"), ("path", "/"), ("search", search), ("member", member), ("text", claims),
                    ("provider", "idp"),
                ])
        }
        for (search, member) in [("vic@ACME.example", ""), ("Vic", vic), (vic, ""), (" vic ", "")] {
            let answer = try await ask(search, member)
            #expect(answer.status == 200 && answer.body.contains("<h1>Why Vic may open this</h1>"), "\(search)")
        }
        for (search, member, fault, count) in [
            ("member-", "", "60 members match. The first 50 are listed.", 50),
            ("member-5", vic, "11 members match. Choose one of them.", 11),
            ("no such name", vic, "No member matches.", 0),
        ] {
            let answer = try await ask(search, member)
            #expect(answer.status == 422 && answer.body.contains(fault), "\(search)")
            #expect(answer.body.split(separator: ">member-").count - 1 == count)
        }
        let claims = try await ask("", vic, #"{"groups":["acme-viewers"]}"#)
        #expect(claims.status == 200 && claims.body.contains("The result is a dry run."), "no search, no member")
    }

    @Test("the home page lists the applications that the user may open, and nothing of others'")
    func home() async throws {
        let carla = try await manager.open("/")
        #expect(carla.status == 200 && carla.body.contains("<h1>Your applications</h1>"))
        #expect(carla.body.contains("href=\"http://reports.localhost:8080/\"") && carla.body.contains("wiki.localhost"))
        #expect(carla.body.contains("href=\"/organizations/acme\"") && !carla.body.contains("other.localhost"))
        let vic = try await world.browser("vic").open("/").body
        #expect(vic.contains("reports.localhost") && !vic.contains("wiki.localhost"))
        let sam = try await world.browser("sam").open("/")
        #expect(sam.status == 404 && !sam.body.contains(".localhost"))
    }
}
