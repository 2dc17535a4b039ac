import GatehouseTesting
import Identities
import JSON
import Testing

@testable import Server

@Suite("Suggestions from the last sign-ins in forms")
struct SuggestionPagesTests {
    private let world: GatewayWorld
    private let manager: TestBrowser
    private let rules = "/organizations/acme/claim-mappings"
    private let inviting = "/organizations/acme/invitations/new?by=claim"

    init() async throws {
        world = try GatewayWorld()
        manager = try await world.browser("carla")
        for user in ["vic", "sam"] { _ = try await world.browser(user, "organization=acme") }
    }

    /// The first link of a page whose text is this value.
    private func link(_ text: String, in page: String) throws -> String {
        let pattern = try Regex("<a href=\"([^\"#]*)[^\"]*\"><code>\(text)</code></a>")
        return String(try #require(page.firstMatch(of: pattern)?[1].substring)).replacing("&amp;", with: "&")
    }

    @Test("the form of a rule offers claims, then values, and says how many people carry them")
    func rule() async throws {
        let empty = try await manager.open("\(rules)?add=1").body
        #expect(empty.contains("Seen in the last 30 days:") && !empty.contains("class=\"carriers\""))
        for name in ["nonce", "at_hash", "sub", "name"] { #expect(!empty.contains("<code>\(name)</code></a>")) }
        let chosen = try await manager.open(try link("groups", in: empty)).body
        #expect(chosen.contains("value=\"groups\"") && chosen.contains("Seen in <code>groups</code>:"))
        #expect(chosen.contains("<code>everyone</code></a> (2 people)"))
        let filled = try await manager.open(try link("everyone", in: chosen)).body
        #expect(filled.contains("name=\"claim_value\"") && filled.contains("value=\"everyone\""))
        let sentence =
            "2 people who signed in within the last 30 days carry <code>groups</code> = <code>everyone</code>. You see them before anything is saved."
        #expect(filled.contains(sentence))
        let none = try await manager.open("\(rules)?add=1&claim=groups&value=x").body
        #expect(none.contains("No one who signed in within the last 30 days carries"))
        let absent = try await manager.open("\(rules)?add=1&claim=department").body
        #expect(absent.contains("No sign-in of the last 30 days carries <code>department</code>."))
    }

    @Test("they stay beside a fault, and keep the rest of the form, the edited rule and the request")
    func kept() async throws {
        let typed = [
            ("action", "add"), ("step", "preview"), ("claim_name", "groups"), ("claim_value", ""), ("match", "equals"),
            ("role", "organization-manager"),
        ]
        let refused = try await manager.post(rules, typed)
        #expect(refused.status == 422 && refused.body.contains("Seen in <code>groups</code>:"))
        #expect(try link("everyone", in: refused.body).contains("role=organization-manager"))
        let body = #"{"claim_name":"groups","claim_value":"x","role":"organization-viewer"}"#
        let id = try #require(try await manager.call("POST", "\(acme)/claim-mappings", body).text("id"))
        let edit = try await manager.open("\(rules)?edit=\(id)").body
        let edited = try await manager.open(try link("everyone", in: edit)).body
        #expect(edited.contains("Edit rule 3") && edited.contains("value=\"everyone\""))
        let denied = try await manager.fetch("GET", "\(acme)/denied-sign-ins").items
        let request = try #require(denied.first { _ in true }?.member("id")?.string)
        let form = try await manager.open("\(rules)?add=1&request=\(request)").body
        let other = try await manager.open(try link("groups", in: form)).body
        #expect(other.contains("This rule would give &lt;Sam&gt; access.") && other.contains("value=\"groups\""))
        #expect(!other.contains("value=\"sam@elsewhere.example\""))
    }

    @Test("letting in by claim offers the same, and leads to the filled form of a rule")
    func invitation() async throws {
        let empty = try await manager.open("\(inviting)&role=organization-manager").body
        let chosen = try await manager.open(try link("groups", in: empty)).body
        let filled = try await manager.open(try link("everyone", in: chosen)).body
        #expect(filled.contains("value=\"everyone\"") && filled.contains("manager\" checked"))
        #expect(filled.contains("2 people who signed in within the last 30 days carry"))
        let hostile = try await manager.open("\(inviting)&claim=%3Cb%3E&value=%3Ci%3E").body
        #expect(hostile.contains("&lt;b&gt;") && !hostile.contains("<b>") && !hostile.contains("<i>"))
    }

    @Test("a sign-in that cannot be read is counted as such; viewers see no suggestions")
    func unreadable() async throws {
        try await world.execute("UPDATE person_seen SET claims = \(TestSQL.blob([1])) WHERE subject = 'sam'")
        let shown = try await manager.open("\(rules)?add=1&claim=groups&value=everyone").body
        #expect(shown.contains("1 person can't be evaluated: their last sign-in can't be read."))
        let viewer = try await world.browser("vic")
        #expect(try await !viewer.open("\(rules)?add=1&claim=groups").body.contains("Seen in"))
        #expect(try await viewer.open(inviting).status != 200)
    }
}
