import GatehouseTesting
import Identities
import JSON
import Testing

@testable import Server

@Suite("Undo of a rule's removal")
struct RuleUndoTests {
    private let manager: TestBrowser
    private var world: GatewayWorld { manager.world }
    private let page = "/organizations/acme/claim-mappings"

    init() async throws { manager = try await GatewayWorld().browser("carla") }

    @discardableResult
    private func add(_ claim: String, _ value: String, _ more: String = "") async throws -> String {
        let body = #"{"claim_name":"\#(claim)","claim_value":"\#(value)","role":"organization-viewer"\#(more)}"#
        return try #require(try await manager.call("POST", "\(acme)/claim-mappings", body).text("id"))
    }

    private func rules() async throws -> [String] {
        try await manager.fetch("GET", "\(acme)/claim-mappings").items.dropFirst(2).map {
            let value = $0.member("claim_value")?.string ?? "*"
            return "\($0.member("id")?.string ?? "") \(value) \($0.member("split")?.string ?? "-")"
        }
    }

    /// Removes a rule on the page, and returns the number of the event.
    private func remove(_ id: String, by browser: TestBrowser? = nil) async throws -> String {
        let browser = browser ?? manager
        let asked = try await browser.open("\(page)?remove=\(id)")
        let tag = try #require(asked.body.firstMatch(of: /name="tag" value="([^"]+)"/)?.1)
        let fields = [("action", "remove"), ("step", "save"), ("id", id), ("tag", String(tag))]
        let people = asked.body.firstMatch(of: /name="people" value="([^"]+)"/).map {
            [("people", String($0.1)), ("understood", "yes")]
        }
        let removed = try await browser.post(page, fields + (people ?? []))
        try #require(removed.status == 303, "\(removed.body)")
        return String(try #require(removed.location?.split(separator: "=").last))
    }

    private func undo(_ event: String, by browser: TestBrowser? = nil) async throws -> TestAnswer {
        try await (browser ?? manager).post(page, [("action", "undo"), ("event", event)])
    }

    private func followed(_ answer: TestAnswer) async throws -> TestAnswer {
        try await manager.open(String(try #require(answer.location, "\(answer.body)").prefix { $0 != "#" }))
    }

    @Test("the rule is restored with its id at its former position, in effect at once")
    func restored() async throws {
        let sam = try await world.browser("sam", "organization=acme")
        try await add("groups", "a")
        let id = try await add("email", "sam@elsewhere.example")
        try await add("team", "b", #","split":",""#)
        let before = try await rules()
        let event = try await remove(id)
        #expect(try await sam.fetch("GET", summary).status == 404)
        let notice = try await manager.open("\(page)?event=\(event)").body
        #expect(notice.contains("Rule removed. It's in effect now."))
        #expect(notice.contains("aria-label=\"Undo: restore rule 4\">Undo</button>"))
        let answer = try await undo(event)
        #expect(answer.status == 303 && answer.location?.hasSuffix("#rule-4") == true)
        let shown = try await followed(answer).body
        #expect(shown.contains("Rule restored. It's in effect now.") && !shown.contains(">Undo</button>"))
        #expect(try await rules() == before)
        #expect(try await sam.fetch("GET", summary).status == 200)
        #expect(try await manager.open("/organizations/acme/audit").body.contains("restored"))
        // The author is shown as every user is: with the provider and the user ID.
        let row = try #require(shown.firstMatch(of: /<tr id="rule-4".*?<\/tr>/.dotMatchesNewlines()))
        #expect(row.0.contains("<code title=\"carla\">carla</code>") && row.0.contains("<span>idp</span>"))
        #expect(row.0.contains("Restored <") && !row.0.contains("Added"))
        let other = try #require(shown.firstMatch(of: /<tr id="rule-3".*?<\/tr>/.dotMatchesNewlines()))
        #expect(other.0.contains("Added <"))
        // A second one finds other rules.
        #expect(try await undo(event).status == 409)
        #expect(try await rules() == before)
        // A rule with a separator returns whole.
        let last = try #require(before.last?.split(separator: " ").first)
        _ = try await undo(remove(String(last)))
        #expect(try await rules() == before)
    }

    @Test("it ends with any change of the rules, also one of the configuration file, and after ten minutes")
    func ends() async throws {
        let (id, other) = (try await add("groups", "a"), try await add("groups", "b"))
        func isOffered(_ event: String) async throws -> Bool {
            try await manager.open("\(page)?event=\(event)").body.contains(">Undo</button>")
        }
        let event = try await remove(id)
        #expect(try await isOffered(event))
        _ = try await manager.call("PATCH", "\(acme)/claim-mappings/\(other)", #"{"claim_value":"c"}"#)
        #expect(try await !isOffered(event))
        let refused = try await undo(event)
        #expect(refused.status == 409 && refused.body.contains("can&#39;t be undone any more"))
        // The rules are the same again.
        _ = try await manager.call("PATCH", "\(acme)/claim-mappings/\(other)", #"{"claim_value":"b"}"#)
        #expect(try await isOffered(event))
        try world.reload(rewriting: ("acme-viewers", "acme-others"))
        #expect(try await !isOffered(event))
        #expect(try await undo(event).status == 409)
        try world.reload()
        #expect(try await isOffered(event))
        world.clock.advance(.seconds(600))
        #expect(try await !manager.open("\(page)?event=\(event)").body.contains("Rule removed."))
        #expect(try await undo(event).status == 409)
        #expect(try await rules().count == 1)
    }

    @Test("a link forges no notice, and only the manager who removed the rule can undo it")
    func forged() async throws {
        try world.grant(.manager, to: "sue")
        let (sue, vic) = (try await world.browser("sue"), try await world.browser("vic"))
        let event = try await remove(try await add("groups", "a"))
        for query in ["event=\(event)", "event=1", "event=x", "event=-1", "event=9223372036854775807", "done=removed"] {
            let shown = try await sue.open("\(page)?\(query)").body
            #expect(!shown.contains("class=\"notice") && !shown.contains(">Undo</button>"), "\(query)")
        }
        #expect(try await undo(event, by: sue).status == 409)
        #expect(try await undo(event, by: vic).status == 403)
        #expect(try await !manager.open("\(page)?done=saved").body.contains("class=\"notice"))
        // An event that removed no rule restores none.
        for number in ["1", "2", "x", ""] { #expect(try await undo(number).status == 409) }
        #expect(try await rules().isEmpty)
        #expect(try await undo(event).status == 303)
    }

    @Test("a rule that lets in an unverified address returns only after its preview was confirmed")
    func unverified() async throws {
        let una = try await world.browser("una", "organization=acme")
        let event = try await remove(try await add("sub", "una"))
        let asked = try await undo(event)
        #expect(asked.status == 200 && asked.body.contains("<h1>Preview: add rule 3</h1>"))
        #expect(asked.body.contains("name=\"understood\" required") && asked.body.contains("Email not verified"))
        #expect(try await rules().isEmpty)
        #expect(try await una.fetch("GET", summary).status == 404)
    }

    @Test("the list says who added or last changed a rule, and when")
    func authors() async throws {
        let (first, second) = (try await add("groups", "a"), try await add("groups", "b"))
        try world.grant(.manager, to: "sue")
        let sue = try await world.browser("sue")
        world.clock.advance(.seconds(600))
        _ = try await sue.call("PATCH", "\(acme)/claim-mappings/\(second)", #"{"claim_value":"c"}"#)
        for browser in [manager, sue] {
            let shown = try await browser.open(page).body
            let cells = shown.matches(of: /<div class="author">.*?<\/td>/.dotMatchesNewlines()).map { String($0.0) }
            #expect(cells.count == 2, "\(cells)")
            #expect(cells.first?.contains("Carla") == true && cells.first?.contains("ceo@acme.example") == true)
            #expect(cells.first?.contains("Added <time") == true)
            #expect(cells.last?.contains("Sue") == true && cells.last?.contains("Changed <time") == true)
            #expect(shown.components(of: "Configuration file") == 2)
        }
        // Viewers may not read the log.
        #expect(try await !world.browser("vic").open(page).body.contains("class=\"author\""))
        // What the log does not tell is not guessed.
        let shortened = #"replace(\#(TestSQL.text(ofBlob: "event")), '"actor_email_verified":"true",', '')"#
        try await world.execute(
            """
            UPDATE audit_event SET event = \(TestSQL.blob(ofText: shortened))
            WHERE action = 'claim_mapping_create'
            """)
        let unknown = try await manager.open(page).body.matches(of: /Email verification unknown/).count
        #expect(unknown == 1, "of the rule that was never changed")
        try await world.execute(
            "UPDATE audit_event SET event = \(TestSQL.blob([0])) WHERE action LIKE 'claim_mapping%'")
        let shown = try await manager.open(page).body
        #expect(!shown.contains("class=\"author\"") && shown.contains("<td>Managers</td>") && !first.isEmpty)
    }
}

extension String {
    /// The number of occurrences of a text.
    fileprivate func components(of text: String) -> Int {
        split(separator: text, omittingEmptySubsequences: false).count - 1
    }
}
