import GatehouseTesting
import Identities
import JSON
import Testing

@testable import Server

/// What is shown of users whose stored sign-in was altered, or sealed by a removed key.
@Suite("Sign-ins that cannot be read")
struct UnreadableSignInTests {
    private let world: GatewayWorld
    private let manager: TestBrowser
    private let rules = "/organizations/acme/claim-mappings"
    private static let everyone = [
        ("action", "add"), ("claim_name", "sub"), ("claim_value", ""), ("match", "exists"),
        ("role", "organization-viewer"),
    ]
    private static let sentence = "people can&#39;t be evaluated: their last sign-in can&#39;t be read."

    init() async throws {
        world = try GatewayWorld()
        manager = try await world.browser("carla")
        for user in ["sam", "una", "vic"] { _ = try await world.browser(user, "organization=acme") }
    }

    private func tamper(_ subjects: String...) async throws {
        for subject in subjects {
            try await world.execute(
                "UPDATE person_seen SET claims = \(TestSQL.blob([1, 2])) WHERE subject = '\(subject)'")
        }
    }

    private func hidden(_ name: String, _ answer: TestAnswer) throws -> String {
        String(try #require(try answer.body.firstMatch(of: Regex("name=\"\(name)\" value=\"([^\"]+)\""))?[1].substring))
    }

    @Test("a preview counts and names them, and does not count them as unchanged")
    func preview() async throws {
        let form = UnreadableSignInTests.everyone + [("step", "preview")]
        #expect(try await !manager.post(rules, form).body.contains("be evaluated"))
        try await tamper("sam", "una")
        let page = try await manager.post(rules, form).body
        #expect(page.contains("<strong>2 \(UnreadableSignInTests.sentence)</strong>"))
        #expect(page.contains("<strong>0</strong> gain access") && page.contains("<strong>2</strong> stay as they are"))
        let list = try #require(
            page.firstMatch(of: /id="unknown">Can&#39;t be evaluated.*?<\/section>/.dotMatchesNewlines()))
        #expect(list.0.contains("&lt;Sam&gt;") && list.0.contains("Una") && list.0.contains("Email not verified"))
        #expect(!list.0.contains("Vic"))
        let body = #"{"claim_name":"sub","match":"exists","role":"organization-viewer"}"#
        let json = try await manager.call("POST", "\(acme)/claim-mappings/preview", body).json
        let unreadable = json?.member("unreadable").map { Array($0.elements) } ?? []
        #expect(Set(unreadable.map { $0.member("subject")?.string }) == ["sam", "una"])
        #expect(unreadable.allSatisfy { $0.member("identity_id")?.string != nil && $0.member("email")?.string != nil })
        #expect(json?.member("unchanged")?.integer == 2 && json?.member("people")?.count == 0)
    }

    @Test("a removal says so too, and a move that may concern them is previewed")
    func moves() async throws {
        var ids: [String] = []
        for value in ["a", "b"] {
            let body = #"{"claim_name":"groups","claim_value":"\#(value)","role":"organization-viewer"}"#
            ids.append(try #require(try await manager.call("POST", "\(acme)/claim-mappings", body).text("id")))
        }
        try await tamper("vic", "sam")
        let removal = try await manager.open("\(rules)?remove=\(ids[0])").body
        #expect(removal.contains("2 \(UnreadableSignInTests.sentence)"))
        #expect(removal.contains("No one else loses access or changes role."))
        let tag = try hidden("tag", try await manager.open(rules))
        let move = [("action", "move"), ("step", "move"), ("move", "4:\(ids[0])"), ("tag", tag)]
        let asked = try await manager.post(rules, move)
        #expect(asked.status == 200 && asked.body.contains("2 \(UnreadableSignInTests.sentence)"))
        _ = try await world.browser("vic")
        try await world.execute("DELETE FROM person_seen WHERE subject = 'sam'")
        #expect(try await manager.post(rules, move).status == 303, "everyone can be evaluated again")
    }

    @Test("an explanation says that nothing can be read, and what to do")
    func explanation() async throws {
        try await tamper("sam", "una")
        let path = "\(rules)/explain?member="
        let sam = try await manager.open(path + world.identity("sam")).body
        #expect(sam.contains("<h1>Whether &lt;Sam&gt; has a role isn&#39;t known</h1>"))
        #expect(sam.contains("The last sign-in can&#39;t be read") && sam.contains("to sign in again</strong>"))
        #expect(!sam.contains("No rule matches") && !sam.contains("has no role"))
        #expect(sam.contains("sam@elsewhere.example") || sam.contains("title=\"sam\""))
        #expect(try await manager.open(path + world.identity("una")).body.contains("Email not verified"))
        let denied = try await manager.fetch("GET", "\(acme)/denied-sign-ins").items
        let id = try #require(denied.first { $0.member("subject")?.string == "sam" }?.member("id")?.string)
        #expect(try await manager.open("\(rules)/explain?denied=\(id)").body.contains("sign in again"))
        // A stored role is known all the same, and a suspension decides alone.
        try world.grant(.viewer, to: "sam")
        let granted = try await manager.open(path + world.identity("sam")).body
        #expect(granted.contains("Why &lt;Sam&gt; is Organization Viewer"))
        #expect(granted.contains("The operator gave this role; the last sign-in can&#39;t be read"))
        _ = try await manager.call("PUT", "\(acme)/suspensions/\(try world.identity("sam"))")
        #expect(
            try await manager.open(path + world.identity("sam")).body.contains("Suspended: overrides every role"))
    }

    @Test("the API names the remedy to managers, and tells viewers nothing of users without a role")
    func api() async throws {
        try await tamper("sam")
        let body = "{\"identity_id\":\"\(try world.identity("sam"))\"}"
        let explain = "\(acme)/claim-mappings/explain"
        let answer = try await manager.call("POST", explain, body)
        #expect(answer.status == 404 && answer.text("detail")?.contains("sign in again") == true)
        let viewer = try await world.browser("vic")
        let refused = try await viewer.call("POST", explain, body)
        #expect(refused.status == 403 && refused.text("detail")?.contains("sign") != true)
        let unknown = try await viewer.call(
            "POST", explain, #"{"identity_id":"\#(String(repeating: "A", count: 43))"}"#)
        #expect(unknown.status == 404)
        let page = try await viewer.open("\(rules)/explain?member=\(try world.identity("sam"))")
        #expect(page.body.contains("No such user is known here."))
        _ = try await world.browser("sam", "organization=acme")
        #expect(try await manager.call("POST", explain, body).status == 200)
    }
}
