import GatehouseTesting
import Identities
import JSON
import Testing

@testable import Server

@Suite("The API for several invitations and for reasons")
struct InvitingAPITests {
    private let manager: TestBrowser
    private var world: GatewayWorld { manager.world }

    init() async throws { manager = try await GatewayWorld().browser("carla") }

    private func invite(_ body: String) async throws -> TestAnswer {
        try await manager.call("POST", "\(acme)/invitations", body)
    }

    private func outcomes(_ answer: TestAnswer) -> [String] {
        answer.items.map { item in
            let code = item.member("code")?.string.map { " \($0)" } ?? ""
            return "\(item.member("outcome")?.string ?? "")\(code)"
        }
    }

    @Test("each address gets an item with its outcome, and new ones the invitation and the link")
    func outcomes() async throws {
        _ = try await world.browser("vic")
        _ = try await invite(#"{"email":"pending@acme.example","role":"organization-viewer"}"#)
        _ = try await invite(#"{"email":"other@acme.example","role":"organization-manager"}"#)
        let answer = try await invite(
            #"{"emails":["new@acme.example","vic@acme.example","pending@acme.example","other@acme.example","bob@acme","NEW@acme.example"],"role":"organization-viewer"}"#
        )
        #expect(answer.status == 200, "\(answer.body)")
        #expect(
            outcomes(answer) == [
                "created", "member", "pending", "refused conflict", "refused invalid_request",
            ])
        #expect(
            answer.items.map { $0.member("email")?.string } == [
                "new@acme.example", "vic@acme.example", "pending@acme.example", "other@acme.example", "bob@acme",
            ])
        for item in answer.items {
            #expect(
                item.members.map(\.name) == ["email", "outcome", "code", "detail", "invitation", "link"])
        }
        let first = try #require(answer.items.first)
        #expect(first.member("link")?.string?.hasPrefix("\(SettingsText.origin)/invitations/accept?token=") == true)
        #expect(first.member("invitation")?.member("state")?.string == "pending")
        #expect(answer.items.dropFirst().allSatisfy { $0.member("link")?.isNull == true })
        #expect(answer.items[2].member("invitation")?.member("email")?.string == "pending@acme.example")
        #expect(answer.items[1].member("invitation")?.isNull == true)
    }

    @Test("the daily limit and the allowed domains refuse items, not the whole")
    func limits() async throws {
        try world.reload(
            rewriting: (
                "\"public_url\"",
                "\"invitations\": {\"per_day\": 1, \"allowed_domains\": [\"acme.example\"]}, \"public_url\""
            ))
        let answer = try await invite(
            #"{"emails":["a@acme.example","x@else.example","b@acme.example"],"role":"organization-manager"}"#)
        #expect(answer.status == 200)
        #expect(outcomes(answer) == ["created", "refused permission_missing", "refused rate_limited"])
        #expect(try await world.audited().filter { $0 == "invitation_create" }.count == 1)
    }

    @Test("with a mail server the items have no links")
    func mail() async throws {
        let world = try GatewayWorld(
            SettingsText(
                settings: #", "mail": {"from": "a@acme.example", "smtp": "smtp://127.0.0.1:1"}"#))
        let manager = try await world.browser("carla")
        let answer = try await manager.call(
            "POST", "\(acme)/invitations", #"{"emails":["a@acme.example"],"role":"organization-viewer"}"#)
        #expect(answer.items.map { $0.member("link")?.isNull } == [true])
        #expect(answer.items.first?.member("invitation")?.member("delivery")?.member("state")?.string == "queued")
    }

    @Test(
        "a list that cannot be decided is refused as a whole",
        arguments: [
            (#"{"emails":[],"role":"organization-viewer"}"#, "/emails"),
            (#"{"emails":"a@acme.example","role":"organization-viewer"}"#, "/emails"),
            (#"{"emails":["a@acme.example",1],"role":"organization-viewer"}"#, "/emails/1"),
            (#"{"emails":["a@acme.example"],"role":"owner"}"#, "/role"),
            (#"{"emails":["a@acme.example"],"role":"inventory-publisher"}"#, "/role"),
            (#"{"emails":["a@acme.example"]}"#, "/role"),
            (#"{"emails":["a@acme.example"],"email":"a@acme.example","role":"organization-viewer"}"#, "/email"),
        ])
    func refused(body: String, pointer: String) async throws {
        let answer = try await invite(body)
        #expect(answer.status == 422 && answer.code == "invalid_request")
        let pointers = answer.json?.member("errors").map { Array($0.elements) }?.map { $0.member("pointer")?.string }
        #expect(pointers == [pointer])
        #expect(try await world.count("invitation") == 0)
    }

    @Test("up to 50 addresses are taken")
    func fifty() async throws {
        func body(_ count: Int) -> String {
            let list = (1...count).map { "\"p\($0)@acme.example\"" }.joined(separator: ",")
            return "{\"emails\":[\(list)],\"role\":\"organization-viewer\"}"
        }
        #expect(try await invite(body(51)).status == 422)
        #expect(try await world.count("invitation") == 0)
        #expect(try await invite(body(50)).items.count == 50)
    }

    @Test("an address without a full domain is refused, alone and in a list")
    func incomplete() async throws {
        let answer = try await invite(#"{"email":"bob@acme","role":"organization-viewer"}"#)
        #expect(answer.status == 422 && answer.body.contains("This isn't a full address"))
    }

    // MARK: Reasons

    @Test("a suspension has a reason of up to 500 characters, or none")
    func reason() async throws {
        _ = try await world.browser("vic")
        let path = "\(acme)/suspensions/\(try world.identity("vic"))"
        let long = String(repeating: "é", count: 500)
        for (body, status) in [
            (#"{"reason":"\#(long)x"}"#, 422), (#"{"reason":1}"#, 422), (#"{"why":"x"}"#, 422), ("[]", 422), ("{", 400),
        ] {
            #expect(try await manager.call("PUT", path, body).status == status, "\(body)")
        }
        #expect(try await manager.fetch("GET", "\(acme)/suspensions").items.isEmpty)
        let other = try await manager.call(
            "PUT", path, "reason=x", fields: ["Content-Type: text/plain"])
        #expect(other.status == 415 || other.status == 400)
        #expect(try await manager.call("PUT", path, #"{"reason":"\#(long)"}"#).text("reason") == long)
        let listed = try await manager.fetch("GET", "\(acme)/suspensions").items
        #expect(listed.map { $0.member("reason")?.string } == [long])
        let events = try await manager.fetch("GET", "\(acme)/audit-events?action=suspension_create").items
        #expect(events.map { $0.member("reason")?.string } == [long])
    }

    @Test(
        "a suspension without content, or with an empty or null reason, has none",
        arguments: [nil, "{}", #"{"reason":null}"#, #"{"reason":""}"#])
    func withoutReason(body: String?) async throws {
        _ = try await world.browser("vic")
        let answer = try await manager.call("PUT", "\(acme)/suspensions/\(try world.identity("vic"))", body)
        #expect(answer.status == 200 && answer.json?.member("reason")?.isNull == true)
    }
}
