import Audit
import Databases
import JSON
import Testing

@testable import Gateway

@Suite("What is recorded")
struct RecordingTests {
    @Test("sign-ins, sign-outs and their refusals are in the log of those whom they concern, and nobody else reads it")
    func signIns() async throws {
        let world = try SignInWorld()
        let (manager, stranger, viewer) = (TestBrowser(world), TestBrowser(world), TestBrowser(world))
        try await manager.signIn("carla")
        try await stranger.signIn("sam", "organization=acme")
        try await viewer.signIn("vic")
        let token = try await viewer.formToken()
        let form = ["Content-Type: application/x-www-form-urlencoded"] + TestBrowser.navigation
        try await viewer.send("POST", "/auth/logout", fields: form, body: "csrf_token=\(token)")
        let refused = TestBrowser(world)
        _ = try await refused.open(refused.consent("", at: refused.begin("organization=acme")))

        let path = "/api/v1/organizations/acme/audit-events"
        let page = try #require(try await manager.fetch("GET", path).json)
        let events = try #require(page.member("items")).elements.map { $0 }
        func text(_ event: JSONValue, _ name: String) -> String { event.member(name)?.string ?? "-" }
        #expect(
            events.map { "\(text($0, "action")) \(text($0, "outcome")) \(text($0, "reason"))" } == [
                "sign_in failure provider_refused", "sign_out success mapped", "sign_in success mapped",
                "sign_in denied no_match", "sign_in success mapped",
            ])
        #expect(events[3].member("actor")?.member("subject")?.string == "sam")
        #expect(text(try #require(events[3].member("details")), "claims").contains("groups"))
        #expect(!events[3].text.contains("Acme-Viewers"))
        #expect(events.allSatisfy { text($0, "organization") == "acme" && text($0, "hash").utf8.count == 64 })
        let found = try await manager.fetch("GET", path + "?actor=VIC&action=sign_in&limit=1").json
        #expect(found?.member("items")?.count == 1)
        #expect(try await manager.fetch("GET", path + "?action=nothing").status == 400)
        #expect(try await manager.fetch("GET", path + "?from=yesterday").status == 400)
        #expect(try await stranger.fetch("GET", path).status == 404)
        let other = TestBrowser(world)
        try await other.signIn("vic")
        #expect(try await other.fetch("GET", path).code == "permission_missing")
        let faults = try await world.database.read { transaction throws(DatabaseError) in
            try AuditVerification(transaction).faults
        }
        #expect(faults.isEmpty)
    }
}
