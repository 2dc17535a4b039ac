import Audit
import DemoProvider
import GatehouseTesting
import Grants
import Identities
import JSON
import Policy
import Testing
import Time

@testable import Server

/// Inventories that a publisher begins to send with a permission, and that arrive without it.
@Suite("Uploads that lose their permission")
struct UploadRaceTests {
    private let world: GatewayWorld

    init() throws {
        world = try GatewayWorld()
    }

    /// Every way to write an inventory.
    static let writes = [
        ("PUT", "inventory", #"{"workspaces":[]}"#),
        ("DELETE", "inventory", ""),
        ("PUT", "inventory/workspaces/new", #"{"id":"new","name":"New"}"#),
        ("DELETE", "inventory/workspaces/soc", ""),
        ("POST", "inventory/changes", #"{"changes":[{"op":"delete_workspace","workspace":"soc"}]}"#),
    ]

    /// Sends an upload of Pat's, and lets Acme's manager make a call after its head has arrived.
    private func upload(
        _ method: String, _ path: String, _ body: String, whileManager call: (method: String, path: String)
    ) async throws -> TestAnswer {
        let (pat, manager) = (try await world.browser("pat"), try await world.browser("carla"))
        return try await pat.call(method, "\(acme)/\(path)", body.isEmpty ? nil : body) {
            let done = try await manager.call(call.method, "\(acme)/\(call.path)")
            #expect(done.status == (call.method == "DELETE" ? 204 : 200))
        }
    }

    private func expectUntouched(_ sourceLocation: SourceLocation = #_sourceLocation) async throws {
        let manager = try await world.browser("carla")
        let workspaces = try await manager.fetch("GET", "\(acme)/workspaces").items
        #expect(workspaces.map { $0.member("id")?.string } == ["soc"], sourceLocation: sourceLocation)
        let imports = try await world.audited().filter { $0 == "inventory_import" }
        #expect(imports.isEmpty, sourceLocation: sourceLocation)
    }

    @Test("a publisher whose grant is revoked while the content arrives writes nothing", arguments: writes)
    func revoked(_ method: String, _ path: String, _ body: String) async throws {
        let grant = try world.grant(.publisher, to: "pat")
        let answer = try await upload(method, path, body, whileManager: ("DELETE", "grants/\(grant.id)"))
        #expect(answer.status == 404 && answer.code == "organization_not_found", "\(answer.body)")
        try await expectUntouched()
    }

    @Test("a publisher who becomes a viewer while the content arrives gets 403", arguments: writes)
    func demoted(_ method: String, _ path: String, _ body: String) async throws {
        let grant = try world.grant(.publisher, to: "pat")
        try world.grant(.viewer, to: "pat")
        let answer = try await upload(method, path, body, whileManager: ("DELETE", "grants/\(grant.id)"))
        #expect(answer.status == 403 && answer.code == "permission_missing", "\(answer.body)")
        try await expectUntouched()
    }

    @Test("a publisher who is suspended while the content arrives writes nothing", arguments: writes)
    func suspended(_ method: String, _ path: String, _ body: String) async throws {
        try world.grant(.publisher, to: "pat")
        let suspension = "suspensions/\(try world.identity("pat"))"
        let answer = try await upload(method, path, body, whileManager: ("PUT", suspension))
        #expect(answer.status == 404, "\(answer.body)")
        try await expectUntouched()
    }

    @Test("a publisher whose session ends while the content arrives writes nothing", arguments: writes)
    func signedOut(_ method: String, _ path: String, _ body: String) async throws {
        try world.grant(.publisher, to: "pat")
        let sessions = "members/\(try world.identity("pat"))/sessions"
        let answer = try await upload(method, path, body, whileManager: ("DELETE", sessions))
        #expect(answer.status == 401, "\(answer.body)")
        try await expectUntouched()
    }

    @Test("a publisher whose provider is no longer listed writes nothing", arguments: writes)
    func unlisted(_ method: String, _ path: String, _ body: String) async throws {
        let pat = try await world.browser("pat")
        _ = try world.grant(.publisher, to: "pat")
        let answer = try await pat.call(method, "\(acme)/\(path)", body.isEmpty ? nil : body) {
            try world.reload(
                rewriting: (
                    "\"name\": \"Acme\", \"providers\": [\"idp\"]", "\"name\": \"Acme\", \"providers\": []"
                ))
        }
        #expect(answer.status == 404, "\(answer.body)")
        try world.reload()
        try await expectUntouched()
    }

    @Test("a session that ends by time while the content arrives writes nothing", arguments: writes)
    func outlived(_ method: String, _ path: String, _ body: String) async throws {
        for hours in [2, 9] as [Int64] {
            let pat = try await world.browser("pat")
            if hours == 2 { _ = try world.grant(.publisher, to: "pat") }
            let answer = try await pat.call(method, "\(acme)/\(path)", body.isEmpty ? nil : body) {
                // Claims that cannot be renewed last an hour, and an idle session eight.
                world.clock.advance(.seconds(hours * 3600))
            }
            #expect(answer.status == 401, "\(hours): \(answer.body)")
        }
        try await expectUntouched()
    }

    @Test("an import that has begun is not finished after its publisher lost the role")
    func begun() async throws {
        let pat = try await world.browser("pat")
        let grant = try world.grant(.publisher, to: "pat")
        let manager = try await world.browser("carla")
        let workspaces = (0..<9000).map { #"{"id":"w\#($0)","name":"W"}"# }.joined(separator: ",")
        let answer = try await pat.call(
            "PUT", "\(acme)/inventory", #"{"workspaces":[\#(workspaces)]}"#,
            arrivingFirst: #"{"workspaces":[{"id":"w0","na"#
        ) {
            let done = try await manager.call("DELETE", "\(acme)/grants/\(grant.id)")
            #expect(done.status == 204)
        }
        #expect(answer.status == 404, "\(answer.body)")
        try await expectUntouched()
    }

    /// A bearer token of the publisher `robot`, and the fields of a request with it.
    private func robot(sending body: String) async throws -> [String] {
        try world.reload(rewriting: UploadRaceTests.bearers)
        _ = try world.grant(.publisher, to: "robot")
        // Keys are fetched at the first sign-in.
        _ = try await world.browser("vic")
        let now = world.clock.now.seconds
        let token = try world.provider.sign(
            Array(
                #"{"iss":"\#(SettingsText.issuer)","sub":"robot","aud":"api","iat":\#(now),"exp":\#(now + 60)}"#.utf8))
        return ["Authorization: Bearer \(token)", "Accept: application/json"]
            + (body.isEmpty ? [] : ["Content-Type: application/json"])
    }

    private static let bearers = ("\"client_id\"", "\"audiences\": [\"api\"], \"client_id\"")

    /// Expects the answer to a refused token: its reason, and a challenge that names the error.
    private func expectRefused(
        _ answer: TestAnswer, _ reason: String, _ sourceLocation: SourceLocation = #_sourceLocation
    ) {
        #expect(
            answer.status == 401 && answer.code == "unauthenticated" && answer.text("reason") == reason,
            "\(answer.body)", sourceLocation: sourceLocation)
        #expect(
            answer.field("WWW-Authenticate") == "Bearer realm=\"gatehouse\", error=\"invalid_token\"",
            sourceLocation: sourceLocation)
    }

    @Test(
        "a token that expires while a JSON document arrives is refused with its reason",
        arguments: [
            ("POST", "\(acme)/invitations", #"{"email":"x@acme.example","role":"organization-manager"}"#),
            ("POST", "/api/v1/invitations/accept", #"{"token":"x"}"#),
        ])
    func expiredDocument(_ method: String, _ path: String, _ body: String) async throws {
        let fields = try await robot(sending: body)
        _ = try world.grant(.manager, to: "robot")
        let answer = try await world.send(method, path, fields: fields, body: body) {
            world.clock.advance(.seconds(3600))
        }
        expectRefused(answer, "expired")
        #expect(try await world.count("invitation") == 0)
    }

    @Test("a session that ends while the content arrives is answered without a token's reason")
    func endedSession() async throws {
        let pat = try await world.browser("pat")
        _ = try world.grant(.publisher, to: "pat")
        let answer = try await pat.call("PUT", "\(acme)/inventory", #"{"workspaces":[]}"#) {
            world.clock.advance(.seconds(9 * 3600))
        }
        #expect(answer.status == 401 && answer.text("reason") == nil)
        #expect(answer.field("WWW-Authenticate") == "Bearer realm=\"gatehouse\"")
    }

    @Test("a token that a reload makes unacceptable while the content arrives writes nothing", arguments: writes)
    func unaccepted(_ method: String, _ path: String, _ body: String) async throws {
        let fields = try await robot(sending: body)
        for settings in ["\"audiences\": [\"other\"]", "\"audiences\": [\"api\"], \"algorithms\": [\"RS256\"]"] {
            try world.reload(rewriting: UploadRaceTests.bearers)
            let answer = try await world.send(method, "\(acme)/\(path)", fields: fields, body: body) {
                try world.reload(rewriting: ("\"client_id\"", settings + ", \"client_id\""))
            }
            expectRefused(answer, settings.contains("RS256") ? "algorithm_not_allowed" : "audience_mismatch")
        }
        try world.reload()
        try await expectUntouched()
    }

    @Test("a token that expires while the content arrives writes nothing", arguments: writes)
    func expired(_ method: String, _ path: String, _ body: String) async throws {
        let fields = try await robot(sending: body)
        let answer = try await world.send(method, "\(acme)/\(path)", fields: fields, body: body) {
            world.clock.advance(.seconds(3600))
        }
        expectRefused(answer, "expired")
        // The answer is that to a token which has expired before the head.
        let late = try await world.send(method, "\(acme)/\(path)", fields: fields, body: body)
        expectRefused(late, "expired")
        #expect(answer.text("detail") == late.text("detail"))
        try await expectUntouched()
    }
}
