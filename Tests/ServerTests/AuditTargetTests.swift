import GatehouseTesting
import HTTPMessage
import JSON
import Testing

@testable import Server

@Suite("Targets in the audit log")
struct AuditTargetTests {
    private let world: GatewayWorld
    private let carla: TestBrowser

    init() async throws {
        world = try GatewayWorld()
        carla = try await world.browser("carla")
    }

    private func events(_ query: String) async throws -> [JSONValue] {
        let answer = try await carla.fetch("GET", "\(acme)/audit-events?\(query)")
        try #require(answer.status == 200, "\(answer.body)")
        return answer.items
    }

    private func details(_ event: JSONValue?, _ names: String...) -> [String?] {
        names.map { event?.member("details")?.member($0)?.string }
    }

    @Test("events on a user have the user's identity as target, and say what was known of the user")
    func users() async throws {
        _ = try await world.browser("vic")
        let id = try world.identity("vic")
        #expect(try await carla.call("PUT", "\(acme)/suspensions/\(id)").status == 200)
        #expect(try await carla.call("DELETE", "\(acme)/suspensions/\(id)").status == 204)
        #expect(try await carla.call("DELETE", "\(acme)/members/\(id)/sessions").status == 204)
        let found = try await events("target=\(id)")
        #expect(
            found.map { $0.member("action")?.string } == ["session_end", "suspension_delete", "suspension_create"])
        for event in found {
            #expect(event.member("target")?.string == id)
            #expect(
                details(event, "issuer", "subject", "email", "email_verified") == [
                    SettingsText.issuer, "vic", "vic@acme.example", "true",
                ])
            #expect(details(event, "actor_id", "actor_email_verified") == [try world.identity("carla"), "true"])
        }
        #expect(try await events("target=\(id.lowercased())x").isEmpty)
        #expect(try await events("target=\(id)&action=session_end").count == 1)
    }

    @Test("an address that the provider did not verify is recorded as such")
    func unverified() async throws {
        _ = try await world.browser("una", "organization=acme")
        let event = try await events("q=UNA&action=sign_in").first { _ in true }
        #expect(event?.member("outcome")?.string == "denied")
        #expect(details(event, "actor_email_verified") == ["false"])
    }

    @Test("a search finds what a user did and what was done to the user")
    func search() async throws {
        _ = try await world.browser("vic")
        let id = try world.identity("vic")
        #expect(try await carla.call("PUT", "\(acme)/suspensions/\(id)").status == 200)
        for text in ["VIC@acme", "vic", id] {
            let actions = try await events("q=\(text.replacing("@", with: "%40"))").map { $0.member("action")?.string }
            #expect(actions == ["suspension_create", "sign_in"], "\(text)")
        }
        #expect(try await events("q=vic&actor=carla").count == 1)
        #expect(try await events("q=").count == events("").count)
        for faulty in ["q=\(String(repeating: "a", count: 256))", "target=%00", "q=a&q=b", "target=a&target=b"] {
            #expect(try await carla.fetch("GET", "\(acme)/audit-events?\(faulty)").status == 400, "\(faulty)")
        }
    }

    @Test("the ranks of a changed rule are those of the list of all rules")
    func ranks() async throws {
        let rule = #"{"claim_name":"groups","claim_value":"CHANGED","role":"organization-viewer"}"#
        let added = try await carla.call("POST", "\(acme)/claim-mappings", rule.replacing("CHANGED", with: "night"))
        let rank = try #require(added.json?.member("rank")?.integer)
        let id = try #require(added.text("id"))
        let change = #"{"claim_value":"day"}"#
        #expect(try await carla.call("PATCH", "\(acme)/claim-mappings/\(id)", change).status == 200)
        let found = try await events("target=\(id)")
        #expect(found.count == 2)
        for (event, name) in zip(found, ["before", "after"]) {
            let text = try #require(details(event, name).first ?? nil)
            #expect(try JSONDocument(parsing: Array(text.utf8)).root.member("rank")?.integer == rank)
        }
        #expect(rank > 1)
    }

    @Test("the page says who did what to whom, filters by target and pages back and forth")
    func page() async throws {
        _ = try await world.browser("vic")
        let id = try world.identity("vic")
        for _ in 0..<30 {
            #expect(try await carla.call("PUT", "\(acme)/suspensions/\(id)").status == 200)
            #expect(try await carla.call("DELETE", "\(acme)/suspensions/\(id)").status == 204)
        }
        let path = "/organizations/acme/audit?target=\(id)&limit=25"
        let first = try await carla.open(path).body
        #expect(first.contains("</a> suspended <a class=\"party\"") && first.contains("1–25 of 60 events"))
        let next = try #require(first.firstMatch(of: /rel="next" href="([^"]*)"/)?.1).replacing("&amp;", with: "&")
        let second = try await carla.open(String(next)).body
        #expect(second.contains("26–50 of 60 events"))
        let last = try #require(second.firstMatch(of: /rel="next" href="([^"]*)"/)?.1).replacing("&amp;", with: "&")
        let third = try await carla.open(String(last)).body
        #expect(third.contains("51–60 of 60 events") && !third.contains("rel=\"next\""))
        func numbers(_ body: String) -> [Substring] { body.matches(of: /<td class="number">([0-9]+)</).map(\.1) }
        let previous = try #require(third.firstMatch(of: /rel="prev" href="([^"]*)"/)?.1).replacing("&amp;", with: "&")
        #expect(numbers(try await carla.open(String(previous)).body) == numbers(second))
        #expect(Set(numbers(first) + numbers(second) + numbers(third)).count == 60)
        let export = try #require(first.firstMatch(of: /href="([^"]*format=csv[^"]*)"/)?.1)
        #expect(export.contains("target=\(id)"))
        let nothing = try await carla.open("/organizations/acme/audit?q=nowhere&outcome=failure").body
        #expect(nothing.contains("No events match these filters") && nothing.contains("Clear filters"))
        #expect(try await carla.open("/organizations/acme/audit?outcome=bad").status == 400)
        let faulty = try await carla.open("/organizations/acme/audit?from=soon")
        #expect(faulty.status == 200 && faulty.body.contains("Enter a date, such as 2026-01-31."))
    }

    @Test("an accepted invitation names its inviter, and the role before it")
    func acceptance() async throws {
        let invited = try await carla.call(
            "POST", "\(acme)/invitations", #"{"email":"vic@acme.example","role":"organization-manager"}"#)
        let link = try #require(invited.text("link"))
        let token = try #require(link.split(separator: "token=").last)
        let vic = try await world.browser("vic")
        #expect(try await vic.call("POST", "/api/v1/invitations/accept", "{\"token\":\"\(token)\"}").status == 200)
        let event = try await events("action=invitation_accept").first { _ in true }
        #expect(details(event, "role", "role_before") == ["organization-manager", "organization-viewer"])
        let inviter = try #require(details(event, "inviter_email")[0])
        let page = try await carla.open("/organizations/acme/audit?action=invitation_accept").body
        #expect(page.contains("from \(inviter)") && page.contains("<del>Organization Viewer</del>"))
    }

    @Test("a denied sign-in leads to its explanation while the access request exists")
    func explanation() async throws {
        let page = "/organizations/acme/audit"
        _ = try await world.browser("sam", "organization=acme")
        world.clock.advance(.seconds(600))
        _ = try await world.browser("sam", "organization=acme")
        let shown = try await carla.open(page).body
        let request = try #require(
            try await carla.fetch("GET", "\(acme)/denied-sign-ins").items.first { _ in true }?.member("id")?.string)
        let links = shown.matches(of: /<a href="([^"]*)">(Explain [a-z -]*)<span class="hidden"> of ([^<]*)</)
        #expect(links.map { String($0.2) } == ["Explain this sign-in", "Explain the last sign-in"])
        #expect(links.allSatisfy { $0.1 == "/organizations/acme/claim-mappings/explain?denied=\(request)" })
        #expect(links.allSatisfy { $0.3 == "&lt;Sam&gt;" })
        let explained = try await carla.open(String(try #require(links.first).1)).body
        #expect(explained.contains("Why &lt;Sam&gt; has no role"))
        // Neither another user's sign-in nor one whose request is gone has an explanation.
        try await world.execute("DELETE FROM denied_sign_in")
        #expect(try await !carla.open(page).body.contains("Explain this"))
    }
}
