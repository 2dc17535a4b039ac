import AccessUseCases
import Audit
import Databases
import Endpoints
import GatehouseTesting
import Grants
import HTTPMessage
import Identities
import Invitations
import JSON
import Policy
import Synchronization
import Testing
import Time

@testable import Mail
@testable import Server

@Suite("Invitations")
struct InvitationTests {
    private let manager: TestBrowser
    private var world: GatewayWorld { manager.world }
    private let path = "/api/v1/organizations/acme/invitations"

    init() async throws { manager = try await GatewayWorld().browser("carla") }

    /// Invites an address and returns the id, and the token from the link.
    private func invite(_ email: String, _ role: String = "organization-viewer", by browser: TestBrowser? = nil)
        async throws -> (id: String, token: String)
    {
        let answer = try await (browser ?? manager).call("POST", path, #"{"email":"\#(email)","role":"\#(role)"}"#)
        try #require(answer.status == 201, "\(answer.body)")
        let link = try #require(answer.text("link"))
        let prefix = "\(SettingsText.origin)/invitations/accept?token="
        try #require(link.hasPrefix(prefix))
        return (try #require(answer.text("id")), String(link.dropFirst(prefix.count)))
    }

    private func accept(_ token: String, by browser: TestBrowser) async throws -> TestAnswer {
        try await browser.call("POST", "/api/v1/invitations/accept", #"{"token":"\#(token)"}"#)
    }

    @Test("an invited user accepts and gets the role")
    func accepted() async throws {
        let (id, token) = try await invite("pat@acme.example")
        let pat = try await world.browser("pat")
        #expect(try await pat.fetch("GET", summary).status == 404)
        let answer = try await accept(token, by: pat)
        #expect(
            answer.status == 200 && answer.text("organization") == "acme"
                && answer.text("role") == "organization-viewer")
        #expect(try await pat.fetch("GET", summary).status == 200)
        let listed = try await manager.fetch("GET", path).items
        #expect(listed.map { $0.member("state")?.string } == ["accepted"])
        #expect(listed.first?.member("id")?.string == id)
        let members = try await manager.fetch("GET", "/api/v1/organizations/acme/members").items
        let member = try #require(members.first { $0.member("subject")?.string == "pat" })
        #expect(member.member("sources")?.text.contains("\"kind\":\"invitation\"") == true)
        // The acceptance counts as a sign-in that the organization may know.
        #expect(member.member("last_sign_in")?.isNull == false)
        #expect(try await world.audited().suffix(2) == ["invitation_create", "invitation_accept"])
        let again = try await accept(token, by: pat)
        #expect(again.status == 409 && again.code == "conflict" && again.text("reason") == "accepted")
    }

    @Test("twenty acceptances at once make one grant and one event")
    func atOnce() async throws {
        let (_, token) = try await invite("pat@acme.example", "organization-manager")
        let pat = try await world.browser("pat")
        let (cookie, formToken, world) = (pat.cookieField, try await pat.formToken(), world)
        let statuses = try await withThrowingTaskGroup(of: Int.self) { group in
            for _ in 0..<20 {
                group.addTask {
                    try await world.send(
                        "POST", "/api/v1/invitations/accept",
                        fields: cookie + ["X-CSRF-Token: \(formToken)", "Content-Type: application/json"],
                        body: #"{"token":"\#(token)"}"#
                    ).status
                }
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(statuses.count { $0 == 200 } == 1 && statuses.count { $0 == 409 } == 19)
        #expect(try await manager.fetch("GET", "/api/v1/organizations/acme/grants").items.count == 1)
        #expect(try await world.audited().count { $0 == "invitation_accept" } == 1)
    }

    @Test("an invitation needs its verified address and a listed provider, and no suspended user accepts")
    func wrongUsers() async throws {
        let (_, token) = try await invite("vic@acme.example", "organization-manager")
        for (person, reason) in [("sam", "email_mismatch"), ("pat", "email_mismatch")] {
            let browser = try await world.browser(person)
            let answer = try await accept(token, by: browser)
            #expect(answer.status == 403 && answer.text("reason") == reason)
        }
        let (_, unverified) = try await invite("ceo@acme.example")
        let una = try await world.browser("una")
        let refused = try await accept(unverified, by: una)
        #expect(refused.status == 403 && refused.text("reason") == "email_unverified")
        let vic = try await world.browser("vic")
        let id = try world.identity("vic")
        let suspensions = "/api/v1/organizations/acme/suspensions/\(id)"
        #expect(try await manager.call("PUT", suspensions).status == 200)
        #expect(try await accept(token, by: vic).text("reason") == "suspended")
        #expect(try await manager.call("DELETE", suspensions).status == 204)
        try world.reload(
            rewriting: (
                "\"id\": \"acme\", \"name\": \"Acme\", \"providers\": [\"idp\"]",
                "\"id\": \"acme\", \"name\": \"Acme\", \"providers\": []"
            ))
        #expect(try await accept(token, by: vic).text("reason") == "provider_not_accepted")
        try world.reload()
        #expect(try await accept(token, by: vic).status == 200)
    }

    @Test("unknown, revoked, expired and replaced links are reported as such")
    func closed() async throws {
        let pat = try await world.browser("pat")
        #expect(try await accept(String(repeating: "A", count: 43), by: pat).status == 404)
        #expect(try await accept("x", by: pat).status == 404)
        let (id, first) = try await invite("pat@acme.example")
        let again = try await manager.call("POST", "\(path)/\(id)/resend")
        let second = try #require(again.text("link")?.split(separator: "=").last.map(String.init))
        #expect(again.status == 200 && second != first)
        #expect(try await accept(first, by: pat).status == 404)
        #expect(try await manager.call("DELETE", "\(path)/\(id)").status == 204)
        #expect(try await manager.call("DELETE", "\(path)/\(id)").text("reason") == "revoked")
        #expect(try await accept(second, by: pat).text("reason") == "revoked")
        let (late, third) = try await invite("pat@acme.example")
        world.clock.advance(.seconds(7 * 86400))
        try await pat.signIn("pat")
        try await manager.signIn("carla")
        #expect(try await accept(third, by: pat).text("reason") == "expired")
        #expect(try await manager.fetch("GET", "\(path)?state=expired").items.count == 1)
        #expect(try await manager.call("POST", "\(path)/\(late)/resend").text("reason") == "expired")
        #expect(try await world.services.stores.invitations.expire() == 1)
        #expect(try await world.services.stores.invitations.expire() == 0)
        #expect(try await world.audited().last == "invitation_expire")
        // The address can be invited again.
        _ = try await invite("pat@acme.example", "organization-manager")
    }

    @Test("a second invitation of an address makes no new link, and is refused for another role")
    func twice() async throws {
        let (id, _) = try await invite("New.Person@Acme.Example")
        let again = try await manager.call(
            "POST", path, #"{"email":"new.person@acme.example","role":"organization-viewer"}"#)
        #expect(again.status == 200 && again.text("id") == id && again.text("link") == nil)
        #expect(again.text("email") == "new.person@acme.example")
        let other = try await manager.call(
            "POST", path, #"{"email":"new.person@acme.example","role":"organization-manager"}"#)
        #expect(other.status == 409 && other.code == "conflict")
    }

    @Test(
        "an invalid invitation is refused with a pointer",
        arguments: [
            (#"{"email":"no-address","role":"organization-viewer"}"#, "/email"),
            (#"{"email":"a@bücher.example","role":"organization-viewer"}"#, "/email"),
            (#"{"email":"a@b@c.example","role":"organization-viewer"}"#, "/email"),
            (#"{"email":"a\r\nBcc: x@y.example","role":"organization-viewer"}"#, "/email"),
            (#"{"email":"a@acme.example","role":"inventory-publisher"}"#, "/role"),
            (#"{"email":"a@acme.example","role":"owner"}"#, "/role"), (#"{"email":"a@acme.example"}"#, "/role"),
            (#"{"email":7,"role":"organization-viewer"}"#, "/email"),
            (#"{"email":"a@acme.example","role":"organization-viewer","x":1}"#, "/x"), ("[]", ""),
        ])
    func refused(_ body: String, _ pointer: String) async throws {
        let answer = try await manager.call("POST", path, body)
        #expect(answer.status == 422 && answer.code == "invalid_request")
        #expect(answer.json?.member("errors")?.elements.first { _ in true }?.member("pointer")?.string == pointer)
    }

    @Test("invitations are limited per day and to the allowed domains")
    func bounds() async throws {
        try world.reload(
            rewriting: (
                "\"secret_key\"",
                "\"invitations\": {\"per_day\": 2, \"allowed_domains\": [\"acme.example\"]}, \"secret_key\""
            ))
        let (id, _) = try await invite("a@acme.example")
        #expect(
            try await manager.call("POST", path, #"{"email":"a@elsewhere.example","role":"organization-viewer"}"#)
                .status == 422)
        #expect(try await manager.call("POST", "\(path)/\(id)/resend").status == 200)
        let limited = try await manager.call("POST", path, #"{"email":"b@acme.example","role":"organization-viewer"}"#)
        #expect(limited.status == 429 && limited.field("Retry-After") == "86400")
        world.clock.advance(.seconds(86401))
        try await manager.signIn("carla")
        _ = try await invite("b@acme.example")
    }

    @Test("a manager's pending invitations are revoked if the manager is suspended or loses the grant")
    func inviterGone() async throws {
        for how in ["suspend", "revoke"] {
            let grant = try await world.services.stores.access.createGrant(
                .manager, to: GatewayWorld.identity("gloria"),
                in: try #require(OrganizationID("acme")),
                recording: AuditRecord(.grantCreate, by: .operator)
            ).grant
            let gloria = try await world.browser("gloria")
            let (_, token) = try await invite("pat@acme.example", by: gloria)
            if how == "suspend" {
                let id = try world.identity("gloria")
                #expect(try await manager.call("PUT", "/api/v1/organizations/acme/suspensions/\(id)").status == 200)
                #expect(try await manager.call("DELETE", "/api/v1/organizations/acme/suspensions/\(id)").status == 204)
            } else {
                #expect(try await manager.call("DELETE", "/api/v1/organizations/acme/grants/\(grant.id)").status == 204)
            }
            let pat = try await world.browser("pat")
            #expect(try await accept(token, by: pat).text("reason") == "revoked")
        }
        #expect(try await world.audited().count { $0 == "invitation_revoke" } == 2)
    }

    @Test("the store and the log contain no invitation token")
    func atRest() async throws {
        let (_, token) = try await invite("pat@acme.example")
        let rows = try await world.database.read { transaction throws(DatabaseError) in
            try transaction.all("SELECT hash FROM invitation_token") { row throws(DatabaseError) in row.blob(0) }
        }
        #expect(rows.count == 1 && rows.first?.count == 32)
        let log = world.recorded.written
        #expect(!log.contains(token))
    }

    // MARK: The page

    @Test("the link's token is removed from the URL before the sign-in, and opening the link accepts nothing")
    func page() async throws {
        let (_, token) = try await invite("pat@acme.example")
        let pat = TestBrowser(world)
        let first = try await pat.open("/invitations/accept?token=\(token)")
        #expect(first.status == 303 && first.location == "/invitations/accept")
        #expect(first.field("Referrer-Policy") == "no-referrer" && first.field("Cache-Control") == "no-store")
        #expect(!(pat.cookies["gatehouse-browser"] ?? "").contains(token))
        let offer = try await pat.open("/invitations/accept")
        #expect(offer.status == 200 && offer.body.contains("Join Acme") && offer.body.contains("p•••@acme.example"))
        #expect(!offer.body.contains("pat@acme.example") && !offer.body.contains(token))
        // A browser that did not open the link has no open invitation.
        #expect(try await TestBrowser(world).open("/invitations/accept").status == 404)
        try await pat.signIn("pat", "provider=idp&organization=acme&return_to=%2Finvitations%2Faccept")
        let mine = try await pat.open("/invitations/accept")
        #expect(mine.status == 200 && mine.body.contains("Accept the invitation"))
        #expect(try await pat.fetch("GET", summary).status == 404)
        let forged = try await pat.send(
            "POST", "/invitations/accept", fields: TestBrowser.form, body: "a=b")
        #expect(forged.status == 403)
        let accepted = try await pat.post("/invitations/accept", [])
        #expect(accepted.status == 303 && accepted.location == "/organizations/acme")
        #expect(try await pat.open("/organizations/acme").status == 200)
        #expect(try await pat.open("/invitations/accept").status == 404)
        let used = try await pat.open("/invitations/accept?token=\(token)")
        #expect(used.status == 303)
        let page = try await pat.open("/invitations/accept")
        #expect(page.status == 409 && page.body.contains("already used"))
    }

    @Test("another user sees both addresses masked, and a link to switch accounts")
    func wrongAccountPage() async throws {
        let (id, token) = try await invite("pat@acme.example")
        let sam = try await world.browser("sam")
        _ = try await sam.open("/invitations/accept?token=\(token)")
        let page = try await sam.open("/invitations/accept")
        #expect(
            page.status == 403 && page.body.contains("p•••@acme.example")
                && page.body.contains("s•••@elsewhere.example"))
        #expect(page.body.contains("switch=1"))
        #expect(try await sam.post("/invitations/accept", []).status == 403)
        let started = try await sam.begin("provider=idp&organization=acme&switch=1&return_to=%2Finvitations%2Faccept")
        #expect(started.contains("prompt=select_account"))
        #expect(try await manager.call("DELETE", "\(path)/\(id)").status == 204)
        #expect(try await sam.open("/invitations/accept").body.contains("was revoked"))
    }

    @Test("an invited user is recorded for the organization from their first sign-in")
    func seen() async throws {
        _ = try await invite("pat@acme.example")
        try await TestBrowser(world).signIn("pat")
        try await TestBrowser(world).signIn("sam")
        let id = try #require(OrganizationID("acme"))
        let people = try await world.database.read { transaction throws(DatabaseError) in
            try AccessStore.signIns(id, after: nil, limit: 100, transaction)
        }
        #expect(Set(people.map(\.identity.subject)) == ["carla", "pat"])
    }
}
