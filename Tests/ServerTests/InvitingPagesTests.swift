import GatehouseTesting
import Identities
import Testing
import Time

@testable import Server

@Suite("The pages to invite people")
struct InvitingPagesTests {
    private let manager: TestBrowser
    private var world: GatewayWorld { manager.world }
    private let page = "/organizations/acme/invitations/new"
    private let list = "/organizations/acme/invitations"

    init() async throws { manager = try await GatewayWorld().browser("carla") }

    private func check(_ emails: String, _ more: [(name: String, value: String)] = []) async throws -> TestAnswer {
        try await manager.post(
            page, [("emails", emails), ("role", "organization-viewer")] + (more.isEmpty ? [("action", "check")] : more))
    }

    private func send(_ emails: String, checked: String? = nil) async throws -> TestAnswer {
        try await check(emails, [("action", "send"), ("checked", checked ?? emails)])
    }

    @Test("the check says what would happen, worst first, and changes nothing")
    func checked() async throws {
        _ = try await world.browser("vic")
        _ = try await send("pending@acme.example")
        let answer = try await check(
            "kim@acme.example, bob@acmee.example\nvic@acme.example;pending@acme.example bob@acme x@far.example")
        #expect(answer.status == 200)
        let texts = [
            "This isn&#39;t a full address: the part after @ needs a domain",
            "No provider of Acme has acmee.example. Did you mean <strong>bob@acme.example</strong>?",
            "No provider of Acme has far.example.", "is already a member (Organization Viewer)",
            "Already invited, until",
            "Ready. Signs in with idp.",
        ]
        let places = texts.map { answer.body.firstRange(of: $0)?.lowerBound }
        #expect(!places.contains(nil))
        #expect(places.compactMap { $0 } == places.compactMap { $0 }.sorted())
        #expect(answer.body.contains("acme<mark>e</mark>.example") && answer.body.contains("Create 1 link<"))
        #expect(answer.body.contains("3 addresses are left out"))
        #expect(try await world.count("invitation") == 1)
    }

    @Test("Use, Keep and Remove correct the list without script")
    func corrections() async throws {
        let text = "bob@acmee.example, bob@acme"
        let used = try await check(text, [("use", "bob@acmee.example bob@acme.example")])
        #expect(used.body.contains(">\nbob@acme.example\nbob@acme</textarea>"))
        let kept = try await check(text, [("keep", "bob@acmee.example")])
        #expect(kept.body.contains("name=\"kept\" value=\"bob@acmee.example\"") && kept.body.contains("Create 1 link"))
        let removed = try await check(text, [("remove", "bob@acme")])
        #expect(removed.body.contains(">\nbob@acmee.example</textarea>"))
        #expect(try await world.count("invitation") == 0)
    }

    @Test("only what was checked is sent, and only what is ready")
    func sent() async throws {
        let edited = try await send("new@acme.example", checked: "other@acme.example")
        #expect(edited.status == 200 && edited.body.contains("Ready."))
        #expect(try await world.count("invitation") == 0)
        let answer = try await send("kim@acme.example, bob@acmee.example bob@acme tom@acme.example")
        #expect(answer.status == 303)
        #expect(
            try await world.place.texts("SELECT email FROM invitation ORDER BY 1") == [
                "kim@acme.example", "tom@acme.example",
            ])
        #expect(try await world.audited().filter { $0 == "invitation_create" }.count == 2)
    }

    @Test("links stay until Done: sealed, for this session alone, and never in an address or a log")
    func links() async throws {
        let answer = try await send("kim@acme.example tom@acme.example")
        let location = try #require(answer.location)
        #expect(location.hasPrefix("\(list)/links?id=") && !location.contains("token"))
        for _ in 0..<2 {
            let shown = try await manager.open(location)
            #expect(shown.status == 200 && shown.body.contains("2 invitations created"))
            #expect(shown.body.matches(of: /value="http:\/\/127.0.0.1:8080\/invitations\/accept\?token=/).count == 2)
            #expect(shown.body.contains("data-copy=\"link-0\"") && shown.body.contains("id=\"link-0\""))
        }
        let shown = try await manager.open(location)
        let token = try #require(shown.body.firstMatch(of: /token=([A-Za-z0-9_-]{43})/)?.1)
        #expect(try await !world.place.content().contains { $0.contains(token) })
        #expect(await !world.logged().contains(token))
        #expect(try await manager.open(list).body.contains("Show the links"))
        // Another session of the same manager, and another manager.
        try world.grant(.manager, to: "sue")
        for browser in [try await world.browser("carla"), try await world.browser("sue")] {
            let other = try await browser.open(location)
            #expect(other.status == 303 && other.location == list)
            let id = String(try #require(location.split(separator: "=").last))
            _ = try await browser.post("\(list)/links", [("id", id)])
            #expect(try await !browser.open(list).body.contains("Show the links"))
        }
        #expect(try await manager.open(location).status == 200)
        // Nor are they those of another organization.
        try world.grant(.manager, to: "carla", in: "globex")
        let id = String(try #require(location.split(separator: "=").last))
        #expect(try await manager.open("/organizations/globex/invitations/links?id=\(id)").status == 303)
        #expect(try await manager.post("\(list)/links", [("id", id)]).location == list)
        #expect(try await manager.open(location).location == list)
        #expect(try await world.count("session_note") == 0)
    }

    @Test("the links that a new result takes the place of are told")
    func replaced() async throws {
        var location = ""
        for number in 0..<20 {
            location = try #require(try await send("a\(number)@acme.example b\(number)@acme.example").location)
            #expect(!location.contains("replaced"))
            world.clock.advance(.seconds(1))
        }
        #expect(try await !manager.open(location).body.contains("not shown any more"))
        location = try #require(try await send("last@acme.example").location)
        let shown = try await manager.open(location).body
        #expect(shown.contains("2 earlier links are not shown any more") && shown.contains("1 invitation created"))
        #expect(shown.contains("make a new link in the <a href=\"\(list)\">list of invitations</a>"))
    }

    @Test("links are gone after an hour")
    func hour() async throws {
        try world.reload(
            rewriting: ("\"public_url\"", "\"sessions\": {\"claims_lifetime\": \"4h\"}, \"public_url\""))
        let location = try #require(try await send("kim@acme.example").location)
        world.clock.advance(.seconds(3599))
        #expect(try await manager.open(location).status == 200)
        world.clock.advance(.seconds(1))
        #expect(try await manager.open(location).location == list)
    }

    @Test("the limit for a day is told on the result, for each address that it concerns")
    func limit() async throws {
        try world.reload(rewriting: ("\"public_url\"", "\"invitations\": {\"per_day\": 1}, \"public_url\""))
        let result = try await send("a@acme.example b@acme.example")
        let shown = try await manager.open(try #require(result.location))
        #expect(shown.body.contains("1 invitation created") && shown.body.contains("Not invited"))
        #expect(shown.body.contains("limit of invitations for 24 hours"))
        let none = try await send("c@acme.example")
        #expect(none.status == 409 && none.body.contains("limit of invitations for 24 hours"))
    }

    @Test("an empty list and more than 50 addresses are faults of the field, and what was typed stays")
    func count() async throws {
        let many = (1...51).map { "p\($0)@acme.example" }.joined(separator: "\n")
        for (text, fault) in [
            (" , ;", "Enter at least one email address."),
            (many, "Enter up to 50 addresses at once. There are 51."),
        ] {
            let answer = try await check(text)
            #expect(answer.status == 422 && answer.body.contains(fault) && answer.body.contains("aria-invalid"))
            #expect(answer.body.contains(text.replacing("\n", with: "\n")))
        }
    }

    @Test("the form is prefilled by its address, with text escaped")
    func prefilled() async throws {
        let answer = try await manager.open("\(page)?email=%3C%2Ftextarea%3E%3Cb%3E&role=organization-manager")
        #expect(answer.body.contains("&lt;/textarea&gt;&lt;b&gt;"))
        #expect(answer.body.contains("value=\"organization-manager\" checked"))
        let claim = try await manager.open("\(page)?by=claim&claim=groups")
        #expect(
            claim.body.contains("action=\"/organizations/acme/claim-mappings\"") && claim.body.contains("Preview rule"))
        #expect(claim.body.contains("name=\"claim\"") && claim.body.contains("value=\"groups\""))
        #expect(claim.body.contains("<code>groups</code>") && !claim.body.contains("<code>at_hash</code>"))
    }

    // MARK: The list

    @Test("a new link ends the old one, also for an expired invitation, which is invited again")
    func renewed() async throws {
        _ = try await send("kim@acme.example")
        let id = try #require(try await world.place.texts("SELECT id FROM invitation").first)
        let first = try await manager.post(list, [("action", "resend"), ("id", id)])
        #expect(first.location?.hasPrefix("\(list)/links?id=") == true)
        #expect(try await world.count("invitation_token") == 1)
        #expect(try await world.count("invitation") == 1)
        world.clock.advance(.seconds(8 * 86400))
        let manager = try await world.browser("carla")
        #expect(try await manager.open(list).body.contains(">Expired</span>"))
        let again = try await manager.post(list, [("action", "resend"), ("id", id)])
        #expect(again.status == 303)
        #expect(
            try await world.place.texts("SELECT state FROM invitation ORDER BY created_at") == ["expired", "pending"])
    }

    @Test("an invitation is revoked after a question, and the notice names the address")
    func revoked() async throws {
        _ = try await send("kim@acme.example")
        let id = try #require(try await world.place.texts("SELECT id FROM invitation").first)
        let question = try await manager.open("\(list)/\(id)/revoke?q=kim")
        #expect(question.body.contains("Revoke the invitation of kim@acme.example?"))
        #expect(question.body.contains("href=\"\(list)?q=kim#i-\(id)\""))
        let done = try await manager.post("\(list)/\(id)/revoke?q=kim", [])
        #expect(done.location?.hasPrefix("\(list)?q=kim&event=") == true)
        let location = try #require(done.location)
        #expect(location.hasSuffix("#i-\(id)"), "the focus returns to the row")
        let notice = try await manager.open(String(location.prefix { $0 != "#" }))
        #expect(notice.body.contains("The invitation of <strong>kim@acme.example</strong> was revoked"))
        #expect(try await manager.post("\(list)/\(id)/revoke", []).status == 409)
        #expect(try await manager.open("\(list)/\(id)/revoke").status == 404)
        #expect(try await manager.post("\(list)/\(id)/accept", []).status == 404)
    }
}
