import GatehouseTesting
import Identities
import JSON
import Testing

@Suite("Access requests over HTTP")
struct AccessRequestPageTests {
    private let world: GatewayWorld
    private let manager: TestBrowser
    private static let page = "/organizations/acme/access-requests"
    private static let path = "\(acme)/denied-sign-ins"

    init() async throws {
        world = try GatewayWorld()
        manager = try await world.browser("carla")
        try await world.browser("sam", "organization=acme").signIn("sam", "organization=acme")
    }

    private func items(_ query: String = "") async throws -> [JSONValue] {
        Array(try await manager.fetch("GET", AccessRequestPageTests.path + query).items)
    }

    private func request() async throws -> String {
        try #require(try await items().first?.member("id")?.string)
    }

    /// The number beside the tab on a page; nil if there is none.
    private func count(on page: String) async throws -> String? {
        try await manager.open(page).body.firstMatch(of: /Access requests <span class="pill">(\d+)</).map {
            String($0.1)
        }
    }

    @Test("an item has its attempts, and is dismissed until something about it changes")
    func api() async throws {
        let item = try #require(try await items().first)
        #expect(item.member("attempts")?.integer == 2 && item.member("email_verified")?.boolean == true)
        #expect(item.member("first_at")?.string == item.member("last_at")?.string)
        #expect(item.member("identity_id")?.string == (try world.identity("sam")))
        #expect(item.member("dismissed_at")?.isNull == true && item.member("name")?.string == "<Sam>")
        let id = try await request()
        #expect(try await manager.call("DELETE", "\(AccessRequestPageTests.path)/\(id)").status == 204)
        #expect(try await manager.call("DELETE", "\(AccessRequestPageTests.path)/\(id)").status == 204)
        #expect(try await manager.call("DELETE", "\(AccessRequestPageTests.path)/none").status == 404)
        #expect(try await world.audited().filter { $0.contains("access_request_dismiss") }.count == 1)
        for query in ["", "?state=open"] { #expect(try await items(query).isEmpty) }
        let dismissed = try #require(try await items("?state=dismissed").first)
        #expect(dismissed.member("id")?.string == id && dismissed.member("dismissed_at")?.string != nil)
        for query in ["?state=all", "?state=Open", "?state=open&state=open"] {
            #expect(try await manager.fetch("GET", AccessRequestPageTests.path + query).status == 400)
        }
        let vic = try await world.browser("vic")
        #expect(try await vic.call("DELETE", "\(AccessRequestPageTests.path)/\(id)").status == 403)
    }

    @Test("a role takes a user off the list at once")
    func answered() async throws {
        _ = try world.grant(.viewer, to: "sam")
        #expect(try await items().isEmpty)
        #expect(try await manager.open(AccessRequestPageTests.page).body.contains("No open requests."))
    }

    @Test("every page of a manager shows the number of open requests, and those of a viewer do not name them")
    func tab() async throws {
        for page in ["", "/usage", "/members", "/claim-mappings", "/claim-mappings/explain", "/audit"] {
            #expect(try await count(on: "/organizations/acme\(page)") == "1", "\(page)")
        }
        #expect(try await manager.call("DELETE", "\(AccessRequestPageTests.path)/\(request())").status == 204)
        #expect(try await count(on: "/organizations/acme") == nil)
        try await TestBrowser(world).signIn("una", "organization=acme")
        #expect(try await count(on: "/organizations/acme") == "1")
        let vic = try await world.browser("vic")
        #expect(try await !vic.open("/organizations/acme").body.contains("Access requests"))
        #expect(try await vic.open(AccessRequestPageTests.page).status == 403)
    }

    @Test("a number that cannot be read makes no page fail")
    func brokenCount() async throws {
        #expect(try await count(on: "/organizations/acme") == "1")
        try await world.execute("UPDATE denied_sign_in SET provider = ''")
        world.clock.advance(.seconds(3))
        #expect(try await count(on: "/organizations/acme") == "1")
        #expect(try await manager.open("/organizations/acme/members").status == 200)
        #expect(try await manager.open(AccessRequestPageTests.page).status == 503)
    }

    @Test("the page names the user, the closest rule and the ways to act, and searches")
    func page() async throws {
        let body = try await manager.open(AccessRequestPageTests.page).body
        #expect(body.contains("&lt;Sam&gt;") && body.contains("sam@elsewhere.example") && body.contains("2 attempts"))
        #expect(body.contains("Almost matches") && body.contains("Rule 2 is close"))
        #expect(body.contains("<mark>A</mark>cme-<mark>V</mark>iewers") && body.contains("acme-viewers"))
        let id = try await request()
        #expect(body.contains("/organizations/acme/claim-mappings/explain?denied=\(id)"))
        #expect(body.contains("/organizations/acme/claim-mappings?add=1&amp;request=\(id)"))
        for role in ["organization-viewer", "organization-manager"] {
            #expect(
                body.contains("<form id=\"as-\(role)\" method=\"get\" action=\"/organizations/acme/invitations/new\">"))
            #expect(body.contains("<button form=\"as-\(role)\" name=\"email\" value=\"sam@elsewhere.example\">"))
        }
        #expect(body.contains(">1</span></a></li><li><a href=\"/organizations/acme/access-requests?state=dismissed\""))
        let found = try await manager.open("\(AccessRequestPageTests.page)?q=ELSEWHERE").body
        #expect(found.contains("sam@elsewhere.example"))
        let nothing = try await manager.open("\(AccessRequestPageTests.page)?q=%3Cb%3E&limit=25&page=3").body
        #expect(nothing.contains("No requests match “&lt;b&gt;”") && !nothing.contains("sam@elsewhere.example"))
    }

    @Test("an unverified user who claims a member's address cannot be invited or let in from the row")
    func impostor() async throws {
        try await TestBrowser(world).signIn("una", "organization=acme")
        let body = try await manager.open("\(AccessRequestPageTests.page)?q=una").body
        #expect(body.contains("Email not verified") && body.contains("<tr class=\"unverified\">"))
        #expect(body.contains("Rule 1 asks for this address, but it doesn't count."))
        #expect(
            body.contains(
                "The member with this address is <a href=\"/organizations/acme/members?q=ceo%40acme.example\""))
        #expect(!body.contains("name=\"email\"") && body.contains("Dismiss the request of Una"))
        // The rule is in the menu only.
        #expect(body.matches(of: /Add a rule…/).count == 1)
    }

    @Test("a dismissal asks for nothing, names the user, and can be undone")
    func forms() async throws {
        let (page, id) = (AccessRequestPageTests.page, try await request())
        let answer = try await manager.post(page, [("action", "dismiss"), ("id", id), ("q", "sam")])
        #expect(answer.status == 303 && answer.location == "\(page)?q=sam&done=dismiss&request=\(id)")
        let done = try await manager.open(try #require(answer.location)).body
        #expect(done.contains("The request of <strong>&lt;Sam&gt;</strong> was dismissed.") && done.contains("Undo"))
        #expect(try await manager.open("\(page)?state=dismissed").body.contains("Reopen"))
        let undone = try await manager.post(page, [("action", "reopen"), ("id", id)])
        #expect(undone.status == 303)
        let shown = try await manager.open(try #require(undone.location)).body
        #expect(shown.contains("is open again.") && shown.contains("sam@elsewhere.example"))
        // The notice of an action that was reversed is not shown again.
        #expect(try await !manager.open("\(page)?done=dismiss&request=\(id)").body.contains("was dismissed"))
        let unknown = try await manager.post(page, [("action", "dismiss"), ("id", "none")])
        #expect(unknown.status == 404 && unknown.body.contains("This request is no longer stored."))
        #expect(try await manager.post(page, [("action", "dance"), ("id", id)]).status == 400)
    }
}
