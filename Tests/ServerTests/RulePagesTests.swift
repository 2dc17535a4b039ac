import Identities
import JSON
import Policy
import Testing

@testable import Server

/// What managers see and do on the page of rules.
@Suite("The page of claim rules")
struct RulePagesTests {
    private let manager: TestBrowser
    private var world: GatewayWorld { manager.world }
    private let page = "/organizations/acme/claim-mappings"
    private static let everyone = [
        ("action", "add"), ("claim_name", "sub"), ("claim_value", ""), ("match", "exists"),
        ("role", "organization-viewer"),
    ]

    init() async throws { manager = try await GatewayWorld().browser("carla") }

    private func add(_ claim: String, _ value: String, _ role: String = "organization-viewer") async throws -> String {
        let body = #"{"claim_name":"\#(claim)","claim_value":"\#(value)","role":"\#(role)"}"#
        return try #require(try await manager.call("POST", "\(acme)/claim-mappings", body).text("id"))
    }

    private func values() async throws -> [String] {
        try await manager.fetch("GET", "\(acme)/claim-mappings").items.dropFirst(2).map {
            $0.member("claim_value")?.string ?? "*"
        }
    }

    private func hidden(_ name: String, _ answer: TestAnswer) throws -> String {
        String(try #require(try answer.body.firstMatch(of: Regex("name=\"\(name)\" value=\"([^\"]+)\""))?[1].substring))
    }

    /// The page that an action leads to.
    private func followed(_ answer: TestAnswer) async throws -> TestAnswer {
        try await manager.open(String(try #require(answer.location).prefix { $0 != "#" }))
    }

    // MARK: List

    @Test("a rule shows its condition, its manager and the number of people, which leads to them")
    func list() async throws {
        _ = try await world.browser("vic")
        let id = try await add("groups", "everyone")
        let shown = try await manager.open(page).body
        #expect(shown.contains("<code>groups</code> <i>is</i> <code>acme-viewers</code>"))
        #expect(shown.contains("Configuration file") && !shown.contains("move-rule\" name=\"move\" value=\"2:"))
        #expect(
            shown.contains("href=\"/organizations/acme/members?rule=file%3A2\" aria-label=\"1 person by rule 2\">1</a>")
        )
        #expect(shown.contains("?edit=\(id)#rule") && shown.contains("?remove=\(id)"))
        // Suspended users are not counted.
        _ = try await manager.call("PUT", "\(acme)/suspensions/\(try world.identity("vic"))")
        #expect(try await !manager.open(page).body.contains("by rule 2"))
        let viewer = try await world.browser("pat")
        #expect(try await viewer.open(page).status == 404)
    }

    @Test("a viewer sees the rules and no form")
    func viewers() async throws {
        let id = try await add("groups", "x")
        let viewer = try await world.browser("vic")
        for query in ["", "?add=1", "?edit=\(id)", "?remove=\(id)", "?add=1&request=x"] {
            let shown = try await viewer.open(page + query)
            #expect(shown.status == 200 && shown.body.contains("<i>is</i> <code>x</code>"))
            #expect(!shown.body.contains("move-rule") && !shown.body.contains("action=\"\(page)\""))
        }
        #expect(try await viewer.post(page, RulePagesTests.everyone + [("step", "preview")]).status == 403)
    }

    @Test("many rules are searched and paged")
    func many() async throws {
        for number in 1...30 { _ = try await add(number.isMultiple(of: 10) ? "Dept" : "groups", "v\(number)") }
        let first = try await manager.open("\(page)?limit=25").body
        #expect(first.contains("1–25 of 32") && !first.contains("<code>v30</code>"))
        let second = try await manager.open("\(page)?limit=25&page=2").body
        #expect(second.contains("26–32 of 32") && second.contains("<code>v30</code>"))
        let found = try await manager.open("\(page)?q=dEpT").body
        #expect(found.contains("3 of 32") && !found.contains("<code>v9</code>"))
        let nothing = try await manager.open("\(page)?q=%3Cb%3E").body
        #expect(nothing.contains("No rules match \"&lt;b&gt;\"") || nothing.contains("No rules match &quot;&lt;b&gt;"))
    }

    @Test("an organization without rules says what they are for")
    func empty() async throws {
        let rules =
            "[\n     {\"claim_name\": \"email\", \"claim_value\": \"ceo@acme.example\", \"role\": \"organization-manager\"},"
            + "\n     {\"claim_name\": \"groups\", \"claim_value\": \"acme-viewers\", \"role\": \"organization-viewer\"}]"
        try world.reload(rewriting: (rules, "[]"))
        try world.grant(.manager, to: "carla")
        let shown = try await manager.open(page).body
        #expect(
            shown.contains("A rule gives everyone with a certain claim a role.") && shown.contains("Add a rule</a>"))
    }

    // MARK: Moves and removals

    @Test("a move that changes no role is made at once; any other is previewed")
    func moves() async throws {
        _ = try await world.browser("vic")
        let (a, b) = (try await add("groups", "a"), try await add("groups", "everyone", "organization-manager"))
        let tag = try hidden("tag", try await manager.open(page))
        let move = [("action", "move"), ("step", "move")]
        let moved = try await manager.post(page, move + [("move", "4:\(a)"), ("tag", tag)])
        #expect(moved.status == 303 && moved.location?.hasSuffix("#rule-4") == true)
        #expect(try await values() == ["everyone", "a"])
        #expect(try await followed(moved).body.contains("Rule moved. It's in effect now."))
        // The tag is that of other rules.
        let late = try await manager.post(page, move + [("move", "3:\(a)"), ("tag", tag)])
        #expect(late.status == 412 && late.body.contains("The rules have changed since the preview."))
        let c = try await add("sub", "vic")
        _ = try await manager.call("DELETE", "\(acme)/claim-mappings/\(b)")
        let role = try await add("sub", "pat", "organization-manager")
        _ = try await world.browser("pat", "organization=acme")
        let second = try await add("email", "pat@acme.example")
        let now = try hidden("tag", try await manager.open(page))
        #expect(try await values() == ["a", "vic", "pat", "pat@acme.example"] && !c.isEmpty && !role.isEmpty)
        let asked = try await manager.post(page, move + [("move", "5:\(second)"), ("tag", now)])
        #expect(asked.status == 200 && asked.body.contains("<h1>Preview: move rule 6 to 5</h1>"))
        #expect(asked.body.contains("<strong>1</strong> change role"))
        #expect(try await values().last == "pat@acme.example")
        let refused = try await manager.post(page, move + [("move", "1:\(a)"), ("tag", now)])
        #expect(refused.status == 422 && refused.body.contains("Nothing was changed"))
    }

    @Test("a removal says who loses access, and happens after it was confirmed")
    func removal() async throws {
        let sam = try await world.browser("sam", "organization=acme")
        let id = try await add("email", "sam@elsewhere.example")
        let asked = try await manager.open("\(page)?remove=\(id)")
        #expect(asked.body.contains("Remove rule 3?") && asked.body.contains("1 person loses access."))
        #expect(asked.body.contains("&lt;Sam&gt;") && asked.body.contains(">Remove rule 3</button>"))
        #expect(try await sam.fetch("GET", summary).status == 200)
        let fields = [("action", "remove"), ("step", "save"), ("id", id)]
        let removed = try await manager.post(page, fields + [("tag", try hidden("tag", asked))])
        #expect(removed.status == 303)
        #expect(try await followed(removed).body.contains("Rule removed. It's in effect now."))
        #expect(try await sam.fetch("GET", summary).status == 404)
        #expect(try await manager.open("\(page)?remove=\(id)").body.contains("This rule no longer exists."))
        let ofFile = try await manager.open("\(page)?remove=file%3A1").body
        #expect(ofFile.contains("belongs to the configuration file"))
    }

    // MARK: Form and preview

    @Test("faults stand at their fields, and what was typed stays")
    func faults() async throws {
        let typed = [
            ("action", "add"), ("step", "preview"), ("claim_name", "gro<ups"), ("claim_value", ""), ("match", "equals"),
            ("role", "organization-manager"),
        ]
        let answer = try await manager.post(page, typed)
        #expect(answer.status == 422 && answer.body.contains("<title>1 error · Claim rules · Acme"))
        #expect(answer.body.contains("Enter the value that the claim must have."))
        let first = try await manager.post(page, [("claim_value", "x"), ("rank", "1")] + typed)
        #expect(first.status == 422 && first.body.contains("Choose a position from 3."))
        #expect(answer.body.contains("aria-describedby=\"claim_value-hint claim_value-fault\" aria-invalid=\"true\""))
        #expect(answer.body.contains("value=\"gro&lt;ups\"") && answer.body.contains("manager\" selected"))
        let domain = try await manager.post(
            page,
            [
                ("action", "add"), ("step", "preview"), ("claim_name", "email"), ("claim_value", "a@b\u{FC}.example"),
                ("match", "equals"), ("role", "organization-viewer"),
            ])
        #expect(domain.status == 422 && domain.body.contains("<title>1 error · "))
    }

    @Test("links fill in the form, and the preview leads back to it")
    func prefilled() async throws {
        let query = "claim=groups&match=glob&value=soc-%2A&role=organization-manager&split=%2C"
        let shown = try await manager.open("\(page)?add=1&\(query)").body
        #expect(shown.contains("value=\"groups\"") && shown.contains("value=\"soc-*\""))
        #expect(shown.contains("\"glob\" selected") && shown.contains("organization-manager\" selected"))
        let previewed = try await manager.post(
            page,
            [
                ("action", "add"), ("step", "preview"), ("claim_name", "groups"), ("claim_value", "soc-*"),
                ("match", "glob"), ("role", "organization-manager"), ("split", ","), ("rank", "3"),
            ])
        #expect(previewed.body.contains("?add=1&amp;claim=groups&amp;match=glob&amp;value=soc-*&amp;split=%2C"))
        #expect(previewed.body.contains("The preview uses the last sign-ins of 1 person within 30 days."))
    }

    @Test("a rule for a denied sign-in names the user, and warns of an address that is not verified")
    func request() async throws {
        for user in ["sam", "una"] { _ = try await world.browser(user, "organization=acme") }
        let denied = try await manager.fetch("GET", "\(acme)/denied-sign-ins").items
        func form(_ subject: String) async throws -> String {
            let id = try #require(denied.first { $0.member("subject")?.string == subject }?.member("id")?.string)
            return try await manager.open("\(page)?add=1&request=\(id)").body
        }
        let sam = try await form("sam")
        #expect(sam.contains("value=\"email\"") && sam.contains("value=\"sam@elsewhere.example\""))
        #expect(sam.contains("This rule would give &lt;Sam&gt; access.") && !sam.contains("Email not verified"))
        let una = try await form("una")
        #expect(una.contains("value=\"sub\"") && una.contains("value=\"una\"") && una.contains("Email not verified"))
        #expect(una.contains("The provider hasn't verified this email address.") || una.contains("hasn&#39;t verified"))
        let unknown = try await manager.open("\(page)?add=1&request=none").body
        #expect(unknown.contains("This access request is no longer stored."))
    }

    // MARK: Unverified addresses

    @Test("a rule that lets in an unverified address is saved only after a statement that says so")
    func unverified() async throws {
        let una = try await world.browser("una", "organization=acme")
        let rule = RulePagesTests.everyone
        let preview = try await manager.post(page, rule + [("step", "preview")])
        #expect(preview.body.contains("Email not verified") && preview.body.contains("name=\"understood\" required"))
        #expect(preview.body.contains("I understand that this rule lets in an account whose email address isn"))
        #expect(preview.body.contains("<strong>The person who gains access has an unverified email address.</strong>"))
        let (tag, people) = (try hidden("tag", preview), try hidden("people", preview))
        let save = rule + [("step", "save"), ("tag", tag)]
        for more in [[], [("people", people)], [("understood", "no"), ("people", people)]] {
            let refused = try await manager.post(page, save + more)
            #expect(refused.status == 422 && refused.body.contains("Confirm this before you save."))
            #expect(refused.body.contains("<title>1 error · Preview: add rule 3"))
        }
        for people in ["", "x"] {
            let refused = try await manager.post(page, save + [("understood", "yes"), ("people", people)])
            #expect(refused.status == 412 && refused.body.contains("are others than in the preview"))
        }
        #expect(try await values().isEmpty)
        #expect(try await una.fetch("GET", summary).status == 404)
        let saved = try await manager.post(page, save + [("understood", "yes"), ("people", people)])
        #expect(saved.status == 303 && saved.location?.hasSuffix("#rule-3") == true)
        #expect(try await followed(saved).body.contains("Rule saved. It's in effect now."))
        #expect(try await una.fetch("GET", summary).status == 200)
    }

    @Test("a user who signs in between the preview and the saving is asked about, too")
    func changedSet() async throws {
        let rule = RulePagesTests.everyone
        let early = try await manager.post(page, rule + [("step", "preview")])
        #expect(!early.body.contains("name=\"people\""))
        let save = rule + [("step", "save"), ("tag", try hidden("tag", early))]
        _ = try await world.browser("una", "organization=acme")
        let refused = try await manager.post(page, save)
        #expect(refused.status == 422 && refused.body.contains("Email not verified"))
        try world.grant(.viewer, to: "una")
        let saved = try await manager.post(page, save)
        #expect(saved.status == 303, "a user who has the role already gains nothing")
    }

    @Test("an edit, a move and a removal that raise an unverified address need the statement, too")
    func raised() async throws {
        _ = try await world.browser("una", "organization=acme")
        let viewer = try await add("sub", "una")
        let manager = try await add("sub", "una", "organization-manager")
        let removal = try await self.manager.open("\(page)?remove=\(viewer)")
        #expect(removal.body.contains("gives a higher role to an account whose email address isn"))
        let tag = try hidden("tag", removal)
        let remove = [("action", "remove"), ("step", "save"), ("id", viewer), ("tag", tag)]
        #expect(try await self.manager.post(page, remove).status == 422)
        let move = [("action", "move"), ("step", "move"), ("move", "3:\(manager)"), ("tag", tag)]
        #expect(try await self.manager.post(page, move).body.contains("name=\"understood\""))
        let edit = [
            ("action", "edit"), ("step", "save"), ("id", viewer), ("role", "organization-manager"), ("tag", tag),
        ]
        #expect(try await self.manager.post(page, edit).status == 422)
        #expect(try await values() == ["una", "una"])
        let confirmed = [("understood", "yes"), ("people", try hidden("people", removal))]
        #expect(try await self.manager.post(page, remove + confirmed).status == 303)
    }
}
