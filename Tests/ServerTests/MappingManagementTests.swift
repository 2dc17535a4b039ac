import AccessUseCases
import Audit
import Databases
import Endpoints
import Grants
import HTTPMessage
import Identities
import JSON
import Testing
import Time

@testable import Server

@Suite("Management of claim mappings")
struct MappingManagementTests {
    private let manager: TestBrowser
    private var world: GatewayWorld { manager.world }
    private let path = "/api/v1/organizations/acme/claim-mappings"

    init() async throws { manager = try await GatewayWorld().browser("carla") }

    private func add(_ claim: String, _ value: String, _ role: String = "organization-viewer", more: String = "")
        async throws -> String
    {
        let answer = try await manager.call(
            "POST", path, #"{"claim_name":"\#(claim)","claim_value":"\#(value)","role":"\#(role)"\#(more)}"#)
        try #require(answer.status == 201, "\(answer.body)")
        return try #require(answer.text("id"))
    }

    private func rows() async throws -> [String] {
        try await manager.fetch("GET", path).items.map { row in
            let id =
                row.member("origin")?.string == "file" ? row.member("id")?.string : row.member("claim_value")?.string
            return "\(row.member("rank")?.integer ?? 0) \(id ?? "")"
        }
    }

    @Test("a rule and its removal take effect at the next request")
    func counts() async throws {
        let sam = try await world.browser("sam")
        let summary = summary
        #expect(try await sam.fetch("GET", summary).status == 404)
        let id = try await add("email", "SAM@elsewhere.example")
        #expect(try await sam.fetch("GET", summary).status == 200)
        let me = try await sam.fetch("GET", "/api/v1/me").json?.member("roles")?.elements.first { _ in true }
        #expect(me?.member("mapping")?.string == id)
        #expect(
            try await manager.call("PATCH", "\(path)/\(id)", #"{"claim_value":"other@elsewhere.example"}"#).status
                == 200)
        #expect(try await sam.fetch("GET", summary).status == 404)
        #expect(
            try await manager.call("PATCH", "\(path)/\(id)", #"{"match":"exists","claim_value":null}"#).status == 200)
        #expect(try await sam.fetch("GET", summary).status == 200)
        #expect(try await manager.call("DELETE", "\(path)/\(id)").status == 204)
        #expect(try await sam.fetch("GET", summary).status == 404)
        #expect(
            try await world.audited().suffix(4) == [
                "claim_mapping_create", "claim_mapping_update", "claim_mapping_update", "claim_mapping_delete",
            ])
    }

    @Test("a rule may split strings, and is shown, changed and explained with its separator")
    func split() async throws {
        let id = try await add("team", "soc", more: #","split":",""#)
        func row() async throws -> JSONValue? { try await manager.fetch("GET", "\(path)/\(id)").json }
        #expect(try await row()?.member("split")?.string == ",")
        let page = try await manager.open("/organizations/acme/claim-mappings")
        #expect(page.body.contains("<code>team</code> <i>split at &quot;,&quot;, is</i> <code>soc</code>"))
        let edit = try await manager.open("/organizations/acme/claim-mappings?edit=\(id)")
        #expect(edit.body.contains("name=\"split\"") && edit.body.contains("value=\",\" maxlength=\"1\""))
        #expect(edit.body.contains("<details open>"))
        func verdict() async throws -> String? {
            let body = #"{"provider":"idp","claims":{"sub":"x","team":"a, soc"}}"#
            let answer = try await manager.call("POST", "\(path)/explain", body)
            let rows = answer.json?.member("organizations")?.elements.first { _ in true }?.member("rows")
            return rows?.elements.first { $0.member("id")?.string == id }?.member("verdict")?.string
        }
        #expect(try await verdict() == "matched")
        #expect(try await manager.call("PATCH", "\(path)/\(id)", #"{"split":"\u0000"}"#).status == 422)
        // `split` stays if it is missing in the patch, and is removed by null.
        _ = try await manager.call("PATCH", "\(path)/\(id)", #"{"role":"organization-viewer"}"#)
        #expect(try await row()?.member("split")?.string == ",")
        _ = try await manager.call("PATCH", "\(path)/\(id)", #"{"split":" "}"#)
        #expect(try await row()?.member("split")?.string == " ")
        _ = try await manager.call("PATCH", "\(path)/\(id)", #"{"split":null}"#)
        #expect(try await row()?.member("split") == nil)
        #expect(try await verdict() == "no_match")
    }

    @Test("an explanation of a rejected address states the value of email_verified")
    func unverifiedDetail() async throws {
        let body = #"{"provider":"idp","claims":{"sub":"x","email":"ceo@acme.example","email_verified":"yes"}}"#
        let answer = try await manager.call("POST", "\(path)/explain", body)
        let organization = answer.json?.member("organizations")?.elements.first { _ in true }
        #expect(organization?.member("reason")?.string == "email_unverified")
        #expect(organization?.member("detail")?.string?.contains("of type string") == true)
    }

    @Test("rules are ranked after the file's, can be moved, and are numbered from 1")
    func ranks() async throws {
        let a = try await add("groups", "a")
        _ = try await add("groups", "b")
        _ = try await add("groups", "c", more: #","rank":3"#)
        #expect(try await rows() == ["1 file:1", "2 file:2", "3 c", "4 a", "5 b"])
        #expect(try await manager.call("PATCH", "\(path)/\(a)", #"{"rank":5}"#).json?.member("rank")?.integer == 5)
        #expect(try await rows() == ["1 file:1", "2 file:2", "3 c", "4 b", "5 a"])
        let refused = try await manager.call("PATCH", "\(path)/\(a)", #"{"rank":2}"#)
        #expect(refused.status == 422)
        #expect(try await manager.call("PATCH", "\(path)/file:1", #"{"rank":5}"#).status == 409)
        #expect(try await manager.call("DELETE", "\(path)/file:1").status == 409)
        #expect(try await manager.call("DELETE", "\(path)/none").status == 404)
        #expect(try await manager.call("PATCH", "\(path)/\(a)", #"{"rank":999}"#).json?.member("rank")?.integer == 5)
        let first = try #require(try await manager.fetch("GET", "\(path)?limit=2").text("next_cursor"))
        let paged = try await manager.fetch("GET", "\(path)?limit=2&cursor=\(first)")
        #expect(paged.items.count == 2 && paged.text("next_cursor") != nil)
    }

    @Test(
        "an invalid rule is refused with a pointer",
        arguments: [
            (#"{"claim_name":"groups","claim_value":"a","role":"inventory-publisher"}"#, "/role"),
            (#"{"claim_name":"","claim_value":"a","role":"organization-viewer"}"#, "/claim_name"),
            (#"{"claim_name":"groups","role":"organization-viewer"}"#, "/claim_value"),
            (
                #"{"claim_name":"groups","claim_value":"a","match":"exists","role":"organization-viewer"}"#,
                "/claim_value"
            ),
            (#"{"claim_name":"groups","claim_value":"a","match":"regex","role":"organization-viewer"}"#, "/match"),
            (#"{"claim_name":"groups","claim_value":"a","role":"organization-viewer","rank":0}"#, "/rank"),
            (#"{"claim_name":"groups","claim_value":"a","role":"organization-viewer","split":""}"#, "/split"),
            (#"{"claim_name":"groups","claim_value":"a","role":"organization-viewer","split":", "}"#, "/split"),
            (#"{"claim_name":"email","claim_value":"a@b","role":"organization-viewer","split":","}"#, "/split"),
            (#"{"claim_name":"groups","match":"exists","role":"organization-viewer","split":","}"#, "/split"),
            (#"{"claim_name":"email","claim_value":"a@bücher.example","role":"organization-viewer"}"#, "/claim_value"),
            (#"{"claim_name":"groups","claim_value":"a","role":"organization-viewer","rnk":1}"#, "/rnk"),
        ])
    func refused(_ body: String, _ pointer: String) async throws {
        let answer = try await manager.call("POST", path, body)
        #expect(answer.status == 422)
        #expect(answer.json?.member("errors")?.elements.first { _ in true }?.member("pointer")?.string == pointer)
        #expect(try await rows().count == 2)
    }

    @Test("a change with an outdated entity tag is refused")
    func concurrency() async throws {
        let first = try await manager.fetch("GET", path)
        let tag = try #require(first.field("ETag"))
        #expect(try await manager.fetch("GET", path, fields: ["If-None-Match: \(tag)"]).status == 304)
        let body = #"{"claim_name":"groups","claim_value":"a","role":"organization-viewer"}"#
        let made = try await manager.call("POST", path, body, fields: ["If-Match: \(tag)"])
        #expect(made.status == 201 && made.field("ETag") != tag)
        let late = try await manager.call("POST", path, body, fields: ["If-Match: \(tag)"])
        #expect(late.status == 412 && late.code == "precondition_failed")
        let id = try #require(made.text("id"))
        let item = try #require(try await manager.fetch("GET", "\(path)/\(id)").field("ETag"))
        #expect(try await manager.call("DELETE", "\(path)/\(id)", fields: ["If-Match: W/\(item)"]).status == 412)
        #expect(try await manager.call("DELETE", "\(path)/\(id)", fields: ["If-Match: \"x\", \(item)"]).status == 204)
        #expect(try await manager.call("POST", path, body, fields: ["If-Match: *"]).status == 201)
    }

    @Test("removing one's own role needs confirmation, and the last manager's role stays")
    func lockOut() async throws {
        // The manager's role comes from these rules alone.
        try world.reload(
            rewriting: (
                "{\"claim_name\": \"email\", \"claim_value\": \"ceo@acme.example\", \"role\": \"organization-manager\"},",
                ""
            ))
        _ = try await world.services.stores.access.createGrant(
            .manager, to: GatewayWorld.identity("carla"),
            in: try #require(OrganizationID("acme")),
            recording: .init(.grantCreate, by: .operator))
        let id = try await add("email", "ceo@acme.example", "organization-manager")
        try await manager.signIn("carla")
        let grant = try #require(
            try await manager.fetch("GET", "/api/v1/organizations/acme/grants").items.first { _ in true }?.member("id")?
                .string)
        #expect(
            try await manager.call("DELETE", "/api/v1/organizations/acme/grants/\(grant)?confirm=self").status == 204)
        let own = try await manager.call("DELETE", "\(path)/\(id)")
        #expect(own.status == 409 && own.code == "conflict")
        let (page, removal) = ("/organizations/acme/claim-mappings", [("action", "remove"), ("id", id)])
        let asked = try await manager.open("\(page)?remove=\(id)")
        #expect(asked.status == 200 && asked.body.contains("can't be removed") && !asked.body.contains("name=\"tag\""))
        let tag = try #require(try await manager.fetch("GET", path).field("ETag")).filter { $0 != "\"" }
        let unconfirmed = try await manager.post(page, removal + [("step", "save"), ("tag", String(tag))])
        #expect(unconfirmed.status == 409 && unconfirmed.body.contains("This removes your own role."))
        #expect(!unconfirmed.body.contains("?confirm"))
        let last = try await manager.call("DELETE", "\(path)/\(id)?confirm=self")
        #expect(last.status == 409 && last.code == "would_lock_out")
        #expect(
            try await manager.call("PATCH", "\(path)/\(id)?confirm=self", #"{"role":"organization-viewer"}"#).code
                == "would_lock_out")
        let preview = try await manager.call("POST", "\(path)/preview", #"{"changes":[{"op":"delete","id":"\#(id)"}]}"#)
        #expect(preview.json?.member("would_lock_out")?.boolean == true)
        #expect(preview.json?.member("self")?.text == #"{"before":"organization-manager","after":null}"#)
        _ = try await add("email", "pat@acme.example", "organization-manager")
        #expect(try await manager.call("DELETE", "\(path)/\(id)?confirm=self").code == "would_lock_out")
        try await TestBrowser(world).signIn("pat")
        #expect(try await manager.call("DELETE", "\(path)/\(id)?confirm=self").status == 204)
        #expect(try await manager.fetch("GET", path).status == 404)
    }

    @Test("a preview lists the users and rules that a change affects, and changes nothing")
    func preview() async throws {
        for person in ["vic", "pat"] { try await TestBrowser(world).signIn(person, "organization=acme") }
        let gains = try await manager.call(
            "POST", "\(path)/preview",
            #"{"claim_name":"email","claim_value":"*@acme.example","match":"glob","role":"organization-viewer"}"#)
        #expect(gains.status == 200)
        let people = gains.json?.member("people").map { Array($0.elements) } ?? []
        #expect(people.map { $0.member("subject")?.string } == ["pat"])
        #expect(people.first?.member("change")?.string == "gains" && people.first?.member("before")?.isNull == true)
        #expect(gains.json?.member("unchanged")?.integer == 2)
        #expect(try await rows().count == 2)
        let any = try await add("groups", "*", more: #","match":"glob""#)
        let shadowed = try await manager.call(
            "POST", "\(path)/preview",
            #"{"changes":[{"op":"create","claim_name":"groups","claim_value":"x","role":"organization-manager"}]}"#)
        #expect(shadowed.json?.member("shadowed")?.text == #"["new:1"]"#)
        let both = try await manager.call(
            "POST", "\(path)/preview",
            #"{"changes":[{"op":"update","id":"\#(any)","role":"organization-manager"},{"op":"delete","id":"none"}]}"#)
        #expect(both.status == 422)
    }

    @Test("tokens, claims, denied sign-ins and users are explained for this organization only")
    func explain() async throws {
        try await TestBrowser(world).signIn("sam", "organization=acme")
        func explain(_ body: String) async throws -> TestAnswer {
            try await manager.call("POST", "\(path)/explain", body)
        }
        let claims = try await explain(#"{"provider":"idp","claims":{"sub":"x","groups":["Acme-Viewers"]}}"#)
        let organizations = claims.json?.member("organizations").map { Array($0.elements) } ?? []
        #expect(organizations.map { $0.member("organization")?.string } == ["acme"])
        #expect(organizations.first?.member("rows")?.text.contains("\"near_miss\":true") == true)
        #expect(claims.json?.member("dry_run")?.boolean == true)
        #expect(try await explain(#"{"provider":"other","claims":{}}"#).status == 422)
        #expect(try await explain("{}").status == 422)
        #expect(try await explain(#"{"token":"a.b.c"}"#).json?.member("valid")?.boolean == false)
        let denied = try #require(
            try await manager.fetch("GET", "/api/v1/organizations/acme/denied-sign-ins").items.first { _ in true }?
                .member("id")?.string)
        let explained = try await explain(#"{"denied_sign_in":"\#(denied)"}"#)
        #expect(explained.json?.member("identity")?.member("subject")?.string == "sam")
        let vic = try await world.browser("vic")
        #expect(try await vic.call("POST", "\(path)/explain", #"{"denied_sign_in":"\#(denied)"}"#).status == 403)
        #expect(try await vic.call("POST", "\(path)/explain", #"{"provider":"idp","claims":{}}"#).status == 200)
        #expect(try await explain(#"{"denied_sign_in":"none"}"#).status == 404)
    }

    // MARK: Pages

    @Test("a rule is previewed, then saved if the rules are unchanged since")
    func form() async throws {
        let page = "/organizations/acme/claim-mappings"
        try await TestBrowser(world).signIn("sam", "organization=acme")
        #expect(try await !manager.open(page).body.contains("sam@elsewhere.example"))
        let requests = try await manager.fetch("GET", "/api/v1/organizations/acme/denied-sign-ins").items
        let request = try #require(requests.first { _ in true }?.member("id")?.string)
        let shown = try await manager.open("\(page)?add=1&request=\(request)")
        #expect(shown.status == 200 && shown.body.contains("sam@elsewhere.example"))
        let row = [
            ("action", "add"), ("claim_name", "email"), ("claim_value", "sam@elsewhere.example"), ("match", "equals"),
            ("role", "organization-viewer"),
        ]
        let preview = try await manager.post(page, row + [("step", "preview")])
        #expect(
            preview.status == 200 && preview.body.contains("<h1>Preview: add rule 3</h1>")
                && preview.body.contains("sam@elsewhere.example"))
        #expect(try await rows().count == 2)
        let tag = try #require(preview.body.firstMatch(of: /name="tag" value="([^"]+)"/)).1
        let late = try await manager.post(page, row + [("step", "save"), ("tag", "stale")])
        #expect(late.status == 412)
        let saved = try await manager.post(page, row + [("step", "save"), ("tag", String(tag))])
        #expect(saved.status == 303 && saved.location?.hasPrefix("\(page)?event=") == true)
        #expect(try await rows().count == 3)
        let bad = try await manager.post(
            page, [("step", "preview"), ("action", "add"), ("claim_name", ""), ("role", "organization-viewer")])
        #expect(bad.status == 422 && bad.body.contains("<title>2 errors · Claim rules · Acme"))
        #expect(bad.body.contains("Enter the name of the claim."))
        #expect(
            try await manager.post(page, row + [("step", "preview"), ("csrf_token", "x")].reversed()).status == 403)
    }

    @Test("an export of the log is recorded, and makes a checkpoint")
    func exports() async throws {
        let page = "/organizations/acme/audit"
        #expect(try await manager.open(page).status == 200)
        let answer = try await manager.send(
            "GET", "/api/v1/organizations/acme/audit-events", fields: ["Accept: application/jsonl"])
        #expect(answer.status == 200 && answer.field("Content-Type") == "application/jsonl")
        let checkpoints = try await world.database.read { transaction throws(DatabaseError) in
            try transaction.first("SELECT count(*) FROM audit_checkpoint") { row throws(DatabaseError) in row.integer(0)
            }
        }
        #expect(checkpoints == 1)
        #expect(try await world.audited().last == "audit_export")
        // A fault of a filter stands at its field, and exports nothing.
        #expect(try await manager.open("\(page)?from=yesterday").body.contains("id=\"from-fault\""))
        #expect(try await manager.open("\(page)?from=yesterday&format=csv").status == 400)
        let found = try await manager.open("\(page)?from=2026-01-01&action=sign_in&actor=carla").body
        #expect(found.contains("signed in with"))
    }
}
