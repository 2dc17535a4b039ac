import GatehouseTesting
import Identities
import JSON
import Policy
import Testing
import Time

@testable import Server

@Suite("Questions, notices and Undo on the pages of members")
struct MemberPagesTests {
    private let manager: TestBrowser
    private var world: GatewayWorld { manager.world }
    private let page = "/organizations/acme/members"

    init() async throws { manager = try await GatewayWorld().browser("carla") }

    private func action(_ action: String, on user: String, _ query: String = "") throws -> String {
        "\(page)/\(try world.identity(user))/\(action)\(query)"
    }

    /// Follows the redirect after an action.
    private func followed(_ answer: TestAnswer) async throws -> TestAnswer {
        try #require(answer.status == 303, "\(answer.body)")
        let location = try #require(answer.location)
        return try await manager.open(String(location.prefix { $0 != "#" }))
    }

    @Test("a suspension asks first, says what it does, ends the sessions, and names the user afterwards")
    func suspension() async throws {
        let vic = try await world.browser("vic")
        _ = try await world.browser("vic")
        let question = try await manager.open(action("suspend", on: "vic"))
        #expect(question.status == 200 && question.body.contains("<h1 tabindex=\"-1\" autofocus>Suspend Vic"))
        for text in ["2 sessions end.", "(rule 2) no longer counts", "vic@acme.example is blocked too"] {
            #expect(question.body.contains(text), "\(text)")
        }
        #expect(question.body.contains("\(page)#u-\(try world.identity("vic"))"), "Cancel leads to the row")
        #expect(try await vic.open("/organizations/acme").status == 200, "a question changes nothing")
        let done = try await manager.post(action("suspend", on: "vic"), [("reason", " Left the <company> ")])
        let notice = try await followed(done)
        #expect(notice.body.contains("was suspended. 2 sessions ended."))
        #expect(notice.body.contains("<strong>Vic") && notice.body.contains(">Undo</button>"))
        #expect(try await vic.fetch("GET", summary).status == 401)
        let suspended = try await manager.open("\(page)?list=suspended")
        for text in ["Left the &lt;company&gt;", "by Carla", "Organization Viewer, rule 2", "Reinstate…"] {
            #expect(suspended.body.contains(text), "\(text)")
        }
        #expect(try await world.audited().suffix(2) == ["suspension_create", "session_end"])
    }

    @Test("an action keeps the list's search and page, and Cancel leads back to the row")
    func state() async throws {
        _ = try await world.browser("vic")
        let query = "?q=vic&sort=role&order=desc&limit=25"
        let list = try await manager.open("\(page)\(query)")
        let link = "\(try action("suspend", on: "vic"))\(query)".replacing("&", with: "&amp;")
        #expect(list.body.contains("href=\"\(link)\""))
        let question = try await manager.open(action("suspend", on: "vic", query))
        let back = "\(page)\(query)#u-\(try world.identity("vic"))".replacing("&", with: "&amp;")
        #expect(question.body.contains("href=\"\(back)\""))
        let done = try await manager.post(action("suspend", on: "vic", query), [])
        #expect(done.location?.hasPrefix("\(page)\(query)&event=") == true)
    }

    @Test("Undo reinstates, and its own Undo suspends again for the same reason")
    func undo() async throws {
        _ = try await world.browser("vic")
        let suspended = try await manager.post(action("suspend", on: "vic"), [("reason", "Words")])
        let event = try #require(suspended.location?.split(separator: "=").last)
        let reinstated = try await followed(manager.post(page, [("action", "undo"), ("event", String(event))]))
        #expect(reinstated.body.contains("was reinstated.") && reinstated.body.contains(">Undo</button>"))
        #expect(try await manager.fetch("GET", "\(acme)/suspensions").items.isEmpty)
        // The suspension has ended already.
        #expect(try await manager.post(page, [("action", "undo"), ("event", String(event))]).status == 409)
        #expect(try await !manager.open("\(page)?event=\(event)").body.contains(">Undo</button>"))
        let last = try #require(reinstated.body.firstMatch(of: /name="event" value="(\d+)"/)?.1)
        let again = try await followed(manager.post(page, [("action", "undo"), ("event", String(last))]))
        #expect(again.body.contains("was suspended"))
        let listed = try await manager.fetch("GET", "\(acme)/suspensions").items
        #expect(listed.map { $0.member("reason")?.string } == ["Words"])
    }

    @Test("Undo ends with the next change of the user's access, by any manager, and after ten minutes")
    func undoEnds() async throws {
        _ = try await world.browser("vic")
        let event = try #require(
            try await manager.post(action("suspend", on: "vic"), []).location?.split(separator: "=").last)
        // Neither the user's refused sign-in nor another user's change is a change of the user's access.
        _ = try await TestBrowser(world).signIn("vic", "organization=acme")
        try world.grant(.viewer, to: "pat")
        #expect(try await manager.open("\(page)?event=\(event)").body.contains(">Undo</button>"))
        try world.grant(.viewer, to: "vic")
        let later = try await manager.open("\(page)?event=\(event)")
        #expect(later.body.contains("was suspended") && !later.body.contains(">Undo</button>"))
        let refused = try await manager.post(page, [("action", "undo"), ("event", String(event))])
        #expect(refused.status == 409 && refused.body.contains("can&#39;t be undone any more"))
        world.clock.advance(.seconds(600))
        #expect(try await !manager.open("\(page)?event=\(event)").body.contains("was suspended"))
        #expect(try await manager.post(page, [("action", "undo"), ("event", String(event))]).status == 409)
    }

    @Test("a link cannot forge a notice: another manager's action and an unknown number show nothing")
    func forged() async throws {
        try world.grant(.manager, to: "sue")
        let sue = try await world.browser("sue")
        _ = try await world.browser("vic")
        let event = try #require(
            try await manager.post(action("suspend", on: "vic"), []).location?.split(separator: "=").last)
        for number in [String(event), "0", "-1", "999", "9223372036854775807", "1", "x", "%3Cb%3E"] {
            let answer = try await sue.open("\(page)?event=\(number)&done=suspend&notice=Hello")
            #expect(answer.status == 200 && !answer.body.contains("class=\"notice"), "\(number)")
        }
        let stolen = try await sue.post(page, [("action", "undo"), ("event", String(event))])
        #expect(stolen.status == 409)
        #expect(try await manager.fetch("GET", "\(acme)/suspensions").items.count == 1)
        // The same manager in another organization has other events of these numbers.
        try world.grant(.manager, to: "carla", in: "globex")
        let elsewhere = try await manager.open("/organizations/globex/members?event=\(event)")
        #expect(elsewhere.status == 200 && !elsewhere.body.contains("class=\"notice"))
    }

    @Test("of two managers who suspend a user, the second is told, and the first one's reason stands")
    func concurrent() async throws {
        try world.grant(.manager, to: "sue")
        let sue = try await world.browser("sue")
        _ = try await world.browser("vic")
        let path = try action("suspend", on: "vic")
        #expect(try await manager.post(path, [("reason", "First")]).status == 303)
        let second = try await sue.post(path, [("reason", "Second words")])
        #expect(second.status == 409 && second.body.contains("Another manager has done this in the meantime."))
        #expect(second.body.contains("value=\"Second words\""), "what was typed stays")
        let listed = try await manager.fetch("GET", "\(acme)/suspensions").items
        #expect(listed.map { $0.member("reason")?.string } == ["First"])
        #expect(try await world.audited().filter { $0 == "suspension_create" }.count == 1)
    }

    @Test("the loss of one's own role needs a second confirmation, and the last manager is kept")
    func ownRole() async throws {
        let path = try action("suspend", on: "carla")
        #expect(try await manager.open(path).body.contains("This is your own account"))
        let first = try await manager.post(path, [("reason", "Bye")])
        #expect(first.status == 409 && first.body.contains("This removes your own role"))
        #expect(first.body.contains("name=\"confirm\" value=\"self\"") && first.body.contains("value=\"Bye\""))
        let locked = try await manager.post(path, [("confirm", "self")])
        #expect(locked.status == 409 && locked.body.contains("left without a manager"))
        try world.grant(.manager, to: "sue")
        _ = try await world.browser("sue")
        #expect(try await manager.post(path, [("confirm", "self")]).status == 303)
        #expect(try await manager.open(page).status == 303, "the manager's own sessions ended")
    }

    @Test("a stored role is revoked after a question that says what remains")
    func revocation() async throws {
        let vic = try await world.browser("vic")
        let grant = try world.grant(.manager, to: "vic")
        let list = try await manager.open(page)
        let link = try action("revoke-role", on: "vic", "?grant=\(grant.id)")
        #expect(list.body.contains("href=\"\(link)\"") && list.body.contains("Revoke role…"))
        let question = try await manager.open(link)
        #expect(question.body.contains("Remaining role: Organization Viewer (rule 2)."))
        let notice = try await followed(manager.post(link, []))
        #expect(notice.body.contains("still has the role Organization Viewer"))
        #expect(!notice.body.contains(">Undo</button>"))
        #expect(try await vic.open("/organizations/acme/audit").status == 403)
        for path in [link, try action("revoke-role", on: "carla", "?grant=\(grant.id)")] {
            #expect(try await manager.open(path).status == 404)
            #expect(try await manager.post(path, []).status == 404)
        }
    }

    @Test("a role is not revoked through the question about another user")
    func otherUser() async throws {
        _ = try await world.browser("vic")
        let grant = try world.grant(.viewer, to: "sue")
        let path = try action("revoke-role", on: "vic", "?grant=\(grant.id)")
        #expect(try await manager.open(path).status == 404)
        #expect(try await manager.post(path, []).status == 404)
        #expect(try await world.count("access_grant") == 1)
    }

    @Test("sessions end after a question with their number, and the notice has it too")
    func sessions() async throws {
        let vic = try await world.browser("vic")
        let path = try action("end-sessions", on: "vic")
        #expect(try await manager.open(path).body.contains("1 session ends."))
        let done = try await manager.post(path, [])
        #expect(done.location?.hasSuffix("#u-\(try world.identity("vic"))") == true, "the focus returns to the row")
        #expect(try await followed(done).body.contains("1 session of <strong>"))
        #expect(try await vic.fetch("GET", summary).status == 401)
    }

    @Test("a reason that is too long stands at its field, with what was typed")
    func longReason() async throws {
        _ = try await world.browser("vic")
        let long = String(repeating: "x", count: 501)
        let answer = try await manager.post(action("suspend", on: "vic"), [("reason", long)])
        #expect(answer.status == 422 && answer.body.contains("aria-invalid=\"true\"") && answer.body.contains(long))
        #expect(try await manager.fetch("GET", "\(acme)/suspensions").items.isEmpty)
    }

    @Test("viewers see the lists without menus, and no questions")
    func viewers() async throws {
        let vic = try await world.browser("vic")
        for path in [page, "\(page)?list=suspended", "/organizations/acme/invitations"] {
            let answer = try await vic.open(path)
            #expect(answer.status == 200 && answer.body.contains("read-only access"))
            #expect(!answer.body.contains("row-actions") && !answer.body.contains("Invite people"))
        }
        #expect(try await vic.open(action("suspend", on: "carla")).status == 403)
        #expect(try await vic.post(action("suspend", on: "carla"), []).status == 403)
        #expect(try await vic.post(page, [("action", "undo"), ("event", "1")]).status == 403)
        #expect(try await vic.open("/organizations/acme/invitations/new").status == 403)
    }

    @Test("the list is searched, filtered by rule and sorted by its address; nonsense counts as absent")
    func list() async throws {
        _ = try await world.browser("vic")
        let own = try world.identity("carla")
        let found = try await manager.open("\(page)?q=VIC")
        #expect(found.body.contains("<p>1 of 2</p>") && !found.body.contains("id=\"u-\(own)\""))
        let rules = try await manager.fetch("GET", "\(acme)/claim-mappings").items
        let id = try #require(rules.last?.member("id")?.string)
        let ruled = try await manager.open("\(page)?rule=\(id)")
        #expect(ruled.body.contains("People with a role by rule 2") && ruled.body.contains("<p>1 of 2</p>"))
        #expect(try await manager.open("\(page)?q=nothing").body.contains("No members match “nothing”"))
        let odd = try await manager.open("\(page)?role=x&source=y&sort=z&order=q&limit=7&page=-3&provider=%00&rule=")
        #expect(odd.status == 200 && odd.body.contains("1–2 of 2"))
    }

    @Test("an unverified address is marked in the list, and searching finds no name that a claim forged into markup")
    func unverified() async throws {
        try await world.execute(
            """
            INSERT INTO person_seen (organization, identity, issuer, subject, provider, email, seen_at, claims, rules,
                mapped_role, mapped_by, sort, search, name)
            SELECT organization, 'AAAAAAAAAAAAAAAAAAAAAA', issuer, 'evil', provider, 'ceo@acme.example', seen_at, claims,
                rules, mapped_role, mapped_by, 'x', 'x', '<script>alert(1)</script>'
            FROM person_seen
            """)
        let answer = try await manager.open(page)
        #expect(answer.body.contains("Email not verified") && answer.body.contains("class=\"unverified\""))
        #expect(answer.body.contains("&lt;script&gt;") && !answer.body.contains("<script>alert"))
    }
}
