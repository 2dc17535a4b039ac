import Grants
import HTTPMessage
import Identities
import JSON
import Policy
import Testing

@testable import Server

/// Requests that begin with a permission and arrive without it.
@Suite("Management requests that lose their permission")
struct ManagementRaceTests {
    private let manager: TestBrowser
    private var world: GatewayWorld { manager.world }

    init() async throws { manager = try await GatewayWorld().browser("carla") }

    @Test(
        "a manager suspended while a request arrives changes nothing",
        arguments: [
            ("POST", "invitations", #"{"email":"x@acme.example","role":"organization-manager"}"#),
            ("POST", "claim-mappings", #"{"claim_name":"a","claim_value":"b","role":"organization-manager"}"#),
            ("POST", "claim-mappings/preview", #"{"claim_name":"a","claim_value":"b","role":"organization-manager"}"#),
            ("POST", "claim-mappings/explain", #"{"provider":"idp","claims":{"sub":"x"}}"#),
            ("PUT", "suspensions/VIC", ""), ("DELETE", "grants/GRANT", ""),
        ])
    func suspended(_ method: String, _ path: String, _ body: String) async throws {
        let sue = try await world.browser("sue")
        _ = try world.grant(.manager, to: "sue")
        let extra = try world.grant(.viewer, to: "deputy")
        _ = try await world.browser("vic")
        let path = path.replacing("VIC", with: try world.identity("vic")).replacing("GRANT", with: extra.id)
        let suspension = "\(acme)/suspensions/\(try world.identity("sue"))"
        let answer = try await sue.call(method, "\(acme)/\(path)", body.isEmpty ? nil : body) {
            let done = try await manager.call("PUT", suspension)
            #expect(done.status == 200)
        }
        #expect(answer.status == 404 && answer.code == "organization_not_found", "\(answer.body)")
        #expect(try await manager.fetch("GET", "\(acme)/invitations").items.isEmpty)
        #expect(try await manager.fetch("GET", "\(acme)/claim-mappings").items.count == 2)
        #expect(try await manager.fetch("GET", "\(acme)/suspensions").items.count == 1)
        #expect(try await manager.fetch("GET", "\(acme)/grants").items.count == 2)
    }

    @Test("a manager who becomes a viewer while a request arrives is refused")
    func demoted() async throws {
        let sue = try await world.browser("sue")
        let role = try world.grant(.manager, to: "sue")
        _ = try world.grant(.viewer, to: "sue")
        let answer = try await sue.call(
            "POST", "\(acme)/invitations", #"{"email":"x@acme.example","role":"organization-manager"}"#
        ) {
            let done = try await manager.call("DELETE", "\(acme)/grants/\(role.id)")
            #expect(done.status == 204)
        }
        #expect(answer.status == 403 && answer.code == "permission_missing")
    }

    @Test("a form of a manager suspended while it arrives discloses nothing")
    func form() async throws {
        let sue = try await world.browser("sue")
        _ = try world.grant(.manager, to: "sue")
        let token = try await sue.formToken()
        let items = [
            ("action", "send"), ("emails", "x@acme.example"), ("checked", "x@acme.example"),
            ("role", "organization-manager"),
        ]
        let answer = try await world.send(
            "POST", "/organizations/acme/invitations/new",
            fields: sue.cookieField + TestBrowser.navigation + TestBrowser.form,
            body: String(decoding: FormEncoding.body(items + [("csrf_token", token)]), as: UTF8.self)
        ) {
            let done = try await manager.call("PUT", "\(acme)/suspensions/\(try world.identity("sue"))")
            #expect(done.status == 200)
        }
        #expect(answer.status == 404 && !answer.body.contains("ceo@acme.example"))
        #expect(try await manager.fetch("GET", "\(acme)/invitations").items.isEmpty)
    }

    @Test(
        "a reload that removes a manager's role stops requests that are arriving",
        arguments: [
            ("\"role\": \"organization-manager\"}", "\"role\": \"organization-viewer\"}", 403),
            ("\"name\": \"Acme\", \"providers\": [\"idp\"]", "\"name\": \"Acme\", \"providers\": []", 404),
        ])
    func reloaded(_ from: String, _ to: String, _ status: Int) async throws {
        for (path, body) in [
            ("invitations", #"{"email":"x@acme.example","role":"organization-manager"}"#),
            ("claim-mappings", #"{"claim_name":"a","claim_value":"b","role":"organization-manager"}"#),
        ] {
            let answer = try await manager.call("POST", "\(acme)/\(path)", body) {
                try world.reload(rewriting: (from, to))
            }
            #expect(answer.status == status, "\(answer.body)")
            try world.reload()
        }
        #expect(try await manager.fetch("GET", "\(acme)/invitations").items.isEmpty)
    }

    @Test("a change is checked against the configuration in force when it is applied")
    func changedSettings() async throws {
        let row = #"{"claim_name":"a","claim_value":"b","role":"organization-viewer"}"#
        let added = try await manager.call("POST", "\(acme)/claim-mappings", row)
        let path = "\(acme)/claim-mappings/\(try #require(added.text("id")))"
        let more = (
            from: "\"claim_value\": \"acme-viewers\", \"role\": \"organization-viewer\"}",
            to: "\"claim_value\": \"acme-viewers\", \"role\": \"organization-viewer\"}, "
                + "{\"claim_name\": \"g\", \"claim_value\": \"h\", \"role\": \"organization-viewer\"}"
        )
        let moved = try await manager.call("PATCH", path, #"{"rank":3}"#) { try world.reload(rewriting: more) }
        #expect(moved.status == 422, "\(moved.body)")
        try world.reload()
        let tag = try #require(try await manager.fetch("GET", path).field("ETag"))
        let stale = try await manager.call("PATCH", path, #"{"claim_value":"c"}"#, fields: ["If-Match: \(tag)"]) {
            try world.reload(rewriting: more)
        }
        #expect(stale.status == 412)
        try world.reload()
        let body = #"{"email":"x@elsewhere.example","role":"organization-viewer"}"#
        let invited = try await manager.call("POST", "\(acme)/invitations", body) {
            try world.reload(
                rewriting: (
                    "\"public_url\"", "\"invitations\": {\"allowed_domains\": [\"acme.example\"]}, \"public_url\""
                ))
        }
        #expect(invited.status == 422)
    }

    @Test("a session that ends while its request arrives changes nothing")
    func endedSession() async throws {
        let sue = try await world.browser("sue")
        _ = try world.grant(.manager, to: "sue")
        let id = try world.identity("sue")
        let answer = try await sue.call(
            "POST", "\(acme)/invitations", #"{"email":"x@acme.example","role":"organization-manager"}"#
        ) {
            let done = try await manager.call("DELETE", "\(acme)/members/\(id)/sessions")
            #expect(done.status == 204)
        }
        #expect(answer.status == 401)
        #expect(try await manager.fetch("GET", "\(acme)/invitations").items.isEmpty)
    }

    @Test("an acceptance is checked against the configuration in force when it is applied")
    func accepted() async throws {
        let body = #"{"email":"pat@acme.example","role":"organization-manager"}"#
        let link = try await manager.call("POST", "\(acme)/invitations", body).text("link")
        let token = try #require(link?.split(separator: "=").last)
        let pat = try await world.browser("pat")
        let unlisted = try await pat.call("POST", "/api/v1/invitations/accept", #"{"token":"\#(token)"}"#) {
            try world.reload(
                rewriting: (
                    "\"name\": \"Acme\", \"providers\": [\"idp\"]", "\"name\": \"Acme\", \"providers\": []"
                ))
        }
        #expect(unlisted.status == 403 && unlisted.text("reason") == "provider_not_accepted")
        // A removed organization discloses nothing.
        try world.reload(rewriting: ("\"id\": \"acme\"", "\"id\": \"acme-two\""))
        #expect(try await pat.call("POST", "/api/v1/invitations/accept", #"{"token":"\#(token)"}"#).status == 404)
    }
}
