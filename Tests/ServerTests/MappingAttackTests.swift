import AccessUseCases
import ClaimMapping
import Databases
import Endpoints
import GatehouseTesting
import Grants
import HTTPMessage
import Identities
import JSON
import Policy
import Snapshots
import Testing
import Tokens

@testable import Server

/// Attacks by claim mappings, and accidents.
@Suite("Attacks on claim mappings")
struct MappingAttackTests {
    private let manager: TestBrowser
    private var world: GatewayWorld { manager.world }

    init() async throws { manager = try await GatewayWorld().browser("carla") }

    @Test("two simultaneous changes of one rule are both applied")
    func patches() async throws {
        let row = #"{"claim_name":"a","claim_value":"b","role":"organization-manager"}"#
        let added = try await manager.call("POST", "\(acme)/claim-mappings", row)
        let path = "\(acme)/claim-mappings/\(try #require(added.text("id")))"
        let (cookie, token, world) = (manager.cookieField, try await manager.formToken(), world)
        for round in 0..<30 {
            let role = round % 2 == 0 ? "organization-viewer" : "organization-manager"
            try await withThrowingTaskGroup(of: Int.self) { group in
                for body in [#"{"role":"\#(role)"}"#, #"{"claim_value":"v\#(round)"}"#] {
                    group.addTask {
                        try await world.send(
                            "PATCH", path,
                            fields: cookie + ["X-CSRF-Token: \(token)", "Content-Type: application/json"], body: body
                        ).status
                    }
                }
                for try await status in group { #expect(status == 200) }
            }
            let now = try await manager.fetch("GET", path)
            #expect(now.text("role") == role && now.text("claim_value") == "v\(round)")
        }
    }

    @Test("a rule's id and origin cannot be changed, and an unchanged rule may be sent back")
    func sentBack() async throws {
        let row = #"{"claim_name":"a","claim_value":"b","role":"organization-manager"}"#
        let added = try await manager.call("POST", "\(acme)/claim-mappings", row)
        let path = "\(acme)/claim-mappings/\(try #require(added.text("id")))"
        #expect(try await manager.call("PATCH", path, added.body).status == 200)
        for body in [#"{"id":"x"}"#, #"{"origin":"file"}"#, #"{"op":"delete"}"#, #"{"id":null}"#, #"{"id":1}"#] {
            #expect(try await manager.call("PATCH", path, body).status == 422, "\(body)")
        }
        #expect(
            try await manager.call("POST", "\(acme)/claim-mappings", row.dropLast() + #","op":"delete"}"#).status == 422
        )
        #expect(
            try await manager.call("PATCH", path, #"{"role":"organization-viewer"}"#, fields: ["If-Match: "]).status
                == 412)
        let faults = try await manager.call("POST", "\(acme)/claim-mappings", #"{"x/y~z":1}"#)
        #expect(faults.body.contains(#""pointer":"/x~1y~0z""#))
        let many = (0..<5000).map { "\"n\($0)\":1" }.joined(separator: ",")
        #expect(try await manager.call("POST", "\(acme)/claim-mappings", "{\(many)}").body.utf8.count < 64 << 10)
        let charset = ["Content-Type: application/json; charset=utf-16"]
        #expect(
            try await world.send(
                "POST", "\(acme)/claim-mappings",
                fields: manager.cookieField + ["X-CSRF-Token: \(try await manager.formToken())"] + charset, body: row
            ).status == 415)
    }

    @Test("a preview lists the rules that never apply under the organization's strategy")
    func shadowed() async throws {
        let changes = #"""
            {"changes":[
             {"op":"create","claim_name":"g","claim_value":"*","match":"glob","role":"organization-viewer"},
             {"op":"create","claim_name":"g","claim_value":"a","role":"organization-manager"},
             {"op":"create","claim_name":"g","claim_value":"a*","match":"glob","role":"organization-viewer"},
             {"op":"create","claim_name":"email","claim_value":"A@x.example","role":"organization-viewer"},
             {"op":"create","claim_name":"email","claim_value":"a@X.example","role":"organization-viewer"}]}
            """#
        func shadowed() async throws -> [String] {
            let preview = try await manager.call("POST", "\(acme)/claim-mappings/preview", changes)
            return try #require(preview.json?.member("shadowed")).elements.compactMap(\.string)
        }
        #expect(try await shadowed() == ["new:2", "new:3", "new:5"])
        try world.reload(
            rewriting: (
                "\"id\": \"acme\", \"name\": \"Acme\"",
                "\"id\": \"acme\", \"name\": \"Acme\", \"claim_strategy\": \"highest_role\""
            ))
        #expect(try await shadowed() == ["new:3", "new:5"])
    }

    @Test("each change of a preview builds on the previous ones, and there are at most a hundred")
    func previews() async throws {
        let preview = try await manager.call(
            "POST", "\(acme)/claim-mappings/preview",
            #"""
            {"changes":[{"op":"create","claim_name":"a","claim_value":"b","role":"organization-viewer"},
             {"op":"update","id":"new:1","claim_value":"c"},{"op":"update","id":"new:1","role":"organization-manager"}]}
            """#)
        let row = preview.json?.member("rows")?.elements.first { $0.member("id")?.string == "new:1" }
        #expect(row?.member("claim_value")?.string == "c" && row?.member("role")?.string == "organization-manager")
        let one = #"{"op":"create","claim_name":"a","claim_value":"b","role":"organization-viewer"}"#
        let many = Array(repeating: one, count: 101).joined(separator: ",")
        #expect(
            try await manager.call("POST", "\(acme)/claim-mappings/preview", "{\"changes\":[\(many)]}").status == 422)
    }

    @Test("patterns are limited in length and number")
    func patterns() async throws {
        let long = String(repeating: "a", count: 256)
        let row = #"{"claim_name":"g","claim_value":"\#(long)","match":"MATCH","role":"organization-viewer"}"#
        #expect(
            try await manager.call("POST", "\(acme)/claim-mappings", row.replacing("MATCH", with: "glob")).status == 422
        )
        let equal = try await manager.call("POST", "\(acme)/claim-mappings", row.replacing("MATCH", with: "equals"))
        #expect(equal.status == 201)
        let path = "\(acme)/claim-mappings/\(try #require(equal.text("id")))"
        #expect(try await manager.call("PATCH", path, #"{"match":"glob"}"#).status == 422)
        for number in 0..<AccessStore.mostPatterns {
            try await world.execute(
                """
                INSERT INTO claim_mapping (id, organization, rank, claim_name, match, claim_value, role) VALUES
                    ('p\(number)', 'acme', \(number + 10), 'g', 'glob', 'p*', 'organization-viewer')
                """)
        }
        let more = #"{"claim_name":"g","claim_value":"q*","match":"glob","role":"organization-viewer"}"#
        #expect(try await manager.call("POST", "\(acme)/claim-mappings", more).code == "conflict")
    }

    @Test("a viewer gets explanations of members only")
    func explained() async throws {
        let viewer = try await world.browser("vic")
        _ = try await world.browser("sam", "organization=acme")
        func explain(_ subject: String, by browser: TestBrowser) async throws -> Int {
            let body =
                #"{"identity_id":"\#(try world.identity(subject))"}"#
            return try await browser.call("POST", "\(acme)/claim-mappings/explain", body).status
        }
        #expect(try await explain("carla", by: viewer) == 200)
        #expect(try await explain("sam", by: viewer) == 403)
        #expect(try await explain("sam", by: manager) == 200)
        // A token in a URL is ignored.
        let page = try await manager.open("/organizations/acme/claim-mappings/explain?text=abc.def.ghi")
        #expect(page.status == 200 && !page.body.contains("token isn"))
    }

    @Test("paging continues after the last rule, even if it was moved or removed")
    func paging() async throws {
        var ids: [String] = []
        for number in 1...6 {
            let row = #"{"claim_name":"g","claim_value":"v\#(number)","role":"organization-viewer"}"#
            ids.append(try #require(try await manager.call("POST", "\(acme)/claim-mappings", row).text("id")))
        }
        let first = try await manager.fetch("GET", "\(acme)/claim-mappings?limit=4")
        let cursor = try #require(first.text("next_cursor"))
        #expect(first.items.count == 4)
        #expect(try await manager.call("DELETE", "\(acme)/claim-mappings/\(ids[0])").status == 204)
        let second = try await manager.fetch("GET", "\(acme)/claim-mappings?limit=4&cursor=\(cursor)")
        #expect(second.items.map { $0.member("claim_value")?.string } == ["v3", "v4", "v5", "v6"])
        // The last rule of a page is removed.
        let again = try await manager.fetch("GET", "\(acme)/claim-mappings?limit=4")
        let next = try #require(again.text("next_cursor"))
        #expect(again.items.last?.member("claim_value")?.string == "v3")
        #expect(try await manager.call("DELETE", "\(acme)/claim-mappings/\(ids[2])").status == 204)
        let third = try await manager.fetch("GET", "\(acme)/claim-mappings?limit=4&cursor=\(next)")
        #expect(third.items.map { $0.member("claim_value")?.string } == ["v4", "v5", "v6"])
        for path in ["members", "grants", "suspensions", "claim-mappings", "invitations", "audit-events"] {
            #expect(try await manager.fetch("GET", "\(acme)/\(path)?cursor=zzz").status == 400, "\(path)")
        }
        #expect(try await manager.fetch("GET", "\(acme)/members?limit=%2B5").status == 400)
    }

    @Test("canonically equivalent claim names differ")
    func equivalent() async throws {
        for number in 1...8 {
            let name = number % 2 == 0 ? "caf\u{E9}" : "cafe\u{301}"
            let row = #"{"claim_name":"\#(name)","claim_value":"v\#(number)","role":"organization-viewer"}"#
            #expect(try await manager.call("POST", "\(acme)/claim-mappings", row).status == 201)
        }
        let body = #"{"provider":"idp","claims":{"sub":"x","café":"v1","café":"v3"}}"#
            .replacing("\"café\":\"v1\"", with: "\"caf\u{E9}\":\"v1\"")
            .replacing("\"café\":\"v3\"", with: "\"cafe\u{301}\":\"v3\"")
        let explained = try await manager.call("POST", "\(acme)/claim-mappings/explain", body)
        #expect(explained.body.contains("\"verdict\":\"matched\""))
        let id = try #require(OrganizationID("acme"))
        let rules = try #require(world.services.stores.access.state.rules(of: id))
        for (claims, isMatch) in [("{\"caf\u{E9}\":\"v1\"}", false), ("{\"cafe\u{301}\":\"v1\"}", true)] {
            let root = try JSONDocument(parsing: Array(claims.utf8)).root
            let decided = rules.evaluate(KnownClaims(root), from: .idp, emailTrust: EmailTrust())
            #expect((decided.role != nil) == isMatch)
            #expect(decided == rules.explain(KnownClaims(root), from: .idp, emailTrust: EmailTrust()).evaluation)
        }
    }

    @Test("hostile patterns for addresses are evaluated quickly")
    func addressPatterns() async throws {
        let pattern = (0..<127).map { $0 % 2 == 0 ? "*a" : "*b" }.joined()
        for number in 0..<AccessStore.mostPatterns {
            try await world.execute(
                """
                INSERT INTO claim_mapping (id, organization, rank, claim_name, match, claim_value, role) VALUES
                    ('p\(number)', 'acme', \(number + 1), 'email', 'glob', '\(pattern)', 'organization-viewer')
                """)
        }
        try world.services.stores.access.refresh()
        let id = try #require(OrganizationID("acme"))
        let rules = try #require(world.services.stores.access.state.rules(of: id))
        let claims = #"{"email":"\#(String(repeating: "ab", count: 60))@x.example","email_verified":true}"#
        let root = try JSONDocument(parsing: Array(claims.utf8)).root
        let spent = ContinuousClock().measure {
            for _ in 0..<20 { _ = rules.evaluate(KnownClaims(root), from: .idp, emailTrust: EmailTrust()) }
        }
        // The evaluation took seconds per run before; the bound allows for debug builds on a busy machine.
        #expect(spent < .seconds(10))
    }
}
