import Audit
import Databases
import Endpoints
import HTTPMessage
import JSON
import Testing
import Web

@testable import Server

@Suite("Recorded sign-ins")
struct RecordingTests {
    @Test("sign-ins, sign-outs and refusals are recorded for the organizations that they concern")
    func signIns() async throws {
        let world = try GatewayWorld()
        let (manager, withoutRole, viewer) = (TestBrowser(world), TestBrowser(world), TestBrowser(world))
        try await manager.signIn("carla")
        try await withoutRole.signIn("sam", "organization=acme")
        try await viewer.signIn("vic")
        let token = try await viewer.formToken()
        let form = TestBrowser.form + TestBrowser.navigation
        try await viewer.send("POST", "/auth/logout", fields: form, body: "csrf_token=\(token)")
        let refused = TestBrowser(world)
        _ = try await refused.open(refused.answered("", "organization=acme"))

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
        #expect(try await withoutRole.fetch("GET", path).status == 404)
        let other = try await world.browser("vic")
        #expect(try await other.fetch("GET", path).code == "permission_missing")
        let faults = try await world.database.read { transaction throws(DatabaseError) in
            try AuditVerification(transaction).faults
        }
        #expect(faults.isEmpty)
    }

    @Test("links of other sites cause no audit events, even with the session's cookie")
    func linksOfOtherSites() async throws {
        let world = try GatewayWorld()
        let manager = try await world.browser("carla")
        let before = try await world.count("audit_event")
        for site in ["cross-site", "same-site"] {
            for resource in world.router.resources where resource.endpoint(for: .get) != nil {
                let path = resource.path.text.replacing("{org}", with: "acme").replacing(/{\w+}/, with: "AAAA")
                for (query, accept) in [
                    ("", "text/html"), ("", "text/csv"), ("", "application/jsonl"), ("?format=csv", "text/html"),
                    ("?format=jsonl", "text/html"),
                ] {
                    let answer = try await manager.send(
                        "GET", path + query,
                        fields: ["Accept: \(accept)", "Sec-Fetch-Site: \(site)", "Sec-Fetch-Mode: navigate"])
                    #expect(
                        try await world.count("audit_event") == before, "\(path)\(query) as \(accept): \(answer.status)"
                    )
                }
            }
        }
        let log = "/api/v1/organizations/acme/audit-events"
        for (path, accept) in [(log, "text/csv"), ("/organizations/acme/audit?format=csv", "text/html")] {
            let foreign = ["Accept: \(accept)", "Sec-Fetch-Site: cross-site"]
            #expect(try await manager.send("GET", path, fields: foreign).status == 403)
            for own in [[], ["Sec-Fetch-Site: same-origin"], ["Sec-Fetch-Site: none"]] {
                #expect(try await manager.send("GET", path, fields: ["Accept: \(accept)"] + own).status == 200)
            }
        }
        #expect(try await world.count("audit_event") == before + 6)
    }

    @Test(
        "a user is recorded for an organization only by a role, an invitation, or a sign-in that names it")
    func whoIsKnown() async throws {
        let world = try GatewayWorld()
        func known() async throws -> [String] {
            try await world.database.read { transaction throws(DatabaseError) in
                try transaction.all(
                    """
                    SELECT organization || ' ' || subject FROM person_seen
                    UNION SELECT organization || ' denied ' || subject FROM denied_sign_in ORDER BY 1
                    """
                ) { row throws(DatabaseError) in row.text(0) }
            }
        }
        try await TestBrowser(world).signIn("sam")
        try await TestBrowser(world).signIn("sam", "organization=nowhere")
        try await TestBrowser(world).signIn("sam", "return_to=%2Forganizations%2Facme")
        #expect(try await known().isEmpty)
        try await TestBrowser(world).signIn("vic")
        try await TestBrowser(world).signIn("sam", "organization=globex")
        #expect(try await known() == ["acme vic", "globex denied sam", "globex sam"])
    }
}
