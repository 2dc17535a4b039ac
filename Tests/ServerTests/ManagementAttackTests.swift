import AccessUseCases
import Audit
import Cryptography
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
import Time

@testable import Server

/// Attacks on the management of an organization, and accidents.
@Suite("Attacks on management")
struct ManagementAttackTests {
    private let manager: TestBrowser
    private var world: GatewayWorld { manager.world }

    init() async throws { manager = try await GatewayWorld().browser("carla") }

    /// A viewer whose address, which is Vic's, is not known yet, and Vic, a manager.
    private func twins() async throws -> (viewer: TestBrowser, manager: TestBrowser) {
        _ = try world.grant(.viewer, to: "twin")
        let twin = try await world.browser("twin")
        try await world.execute("DELETE FROM person_seen WHERE subject = 'twin'")
        _ = try world.grant(.manager, to: "vic")
        return (twin, try await world.browser("vic"))
    }

    // MARK: Identities

    @Test("canonically equivalent subjects are two users")
    func equivalent() async throws {
        let (composed, decomposed) = ("jos\u{E9}", "jose\u{301}")
        _ = try world.grant(.manager, to: composed)
        let id = try #require(OrganizationID("acme"))
        func named(_ subject: String) -> Identity {
            GatewayWorld.identity(subject)
        }
        let access = world.services.stores.access.snapshots.read().value
        #expect(access.roles(of: named(composed), in: id) == [.manager])
        #expect(access.roles(of: named(decomposed), in: id).isEmpty)
        let path = "\(acme)/suspensions/\(try world.identity(composed))"
        #expect(try await manager.call("PUT", path).status == 200)
        let now = world.services.stores.access.snapshots.read().value
        #expect(now.isSuspended(named(composed), verifiedEmail: nil, in: id))
        #expect(!now.isSuspended(named(decomposed), verifiedEmail: nil, in: id))
        // The Greek varia is a grave accent to Swift.
        let body = #"{"email":"a`b@acme.example","role":"organization-viewer"}"#
        let link = try await manager.call("POST", "\(acme)/invitations", body).text("link")
        let token = try #require(link?.split(separator: "=").last)
        let accepted = try await world.browser("varia").call(
            "POST", "/api/v1/invitations/accept", "{\"token\":\"\(token)\"}")
        #expect(accepted.status == 403 && accepted.text("reason") == "email_mismatch", "\(accepted.body)")
    }

    // MARK: A manager's own role

    @Test("a manager who suspends a user with the manager's own address must confirm it")
    func ownAddress() async throws {
        _ = try world.grant(.manager, to: "deputy")
        let twin = try world.grant(.viewer, to: "twin")
        _ = try world.grant(.manager, to: "vic")
        let vic = try await world.browser("vic")
        _ = try await world.browser("twin")
        let path = "\(acme)/suspensions/\(try world.identity("twin"))"
        #expect(try await vic.call("PUT", path).code == "conflict")
        #expect(try await vic.call("PUT", "\(path)?confirm=self").status == 200)
        #expect(try await vic.fetch("GET", "\(acme)/summary").status == 404)
        #expect(try await manager.call("DELETE", "\(acme)/grants/\(twin.id)").status == 204)
    }

    @Test("revoking an extra role of one's own needs no confirmation")
    func extraRole() async throws {
        let extra = try world.grant(.viewer, to: "carla")
        #expect(try await manager.call("DELETE", "\(acme)/grants/\(extra.id)").status == 204)
    }

    // MARK: Suspensions

    @Test("a suspension covers every verified address of the user, known then or learned later")
    func addresses() async throws {
        let (vic, twin) = (try await world.browser("vic"), try await world.browser("twin"))
        _ = try world.grant(.viewer, to: "twin")
        // The address is known only by the grant when the suspension is made.
        _ = try world.grant(.viewer, to: "unseen")
        try await world.execute("UPDATE access_grant SET email = 'vic@acme.example' WHERE subject = 'unseen'")
        let path = "\(acme)/suspensions"
        #expect(try await manager.call("PUT", "\(path)/\(try world.identity("unseen"))").status == 200)
        #expect(try await vic.fetch("GET", "\(acme)/summary").status == 404)
        #expect(try await manager.call("DELETE", "\(path)/\(try world.identity("unseen"))").status == 204)
        #expect(try await vic.fetch("GET", "\(acme)/summary").status == 200)
        // The address is unknown when the suspension is made, and learned from the next request.
        #expect(try await twin.fetch("GET", "\(acme)/summary").status == 200)
        try await world.execute("DELETE FROM person_seen WHERE subject = 'twin'")
        #expect(try await manager.call("PUT", "\(path)/\(try world.identity("twin"))").status == 200)
        #expect(try await vic.fetch("GET", "\(acme)/summary").status == 200)
        #expect(try await twin.fetch("GET", "\(acme)/summary").status == 404)
        #expect(try await vic.fetch("GET", "\(acme)/summary").status == 404)
        #expect(try await manager.fetch("GET", path).items.first?.member("email")?.string == "vic@acme.example")
        try world.services.stores.access.refresh()
        #expect(try await vic.fetch("GET", "\(acme)/summary").status == 404)
        #expect(try await world.audited().last == "suspension_extend")
        #expect(try await manager.call("DELETE", "\(path)/\(try world.identity("twin"))").status == 204)
        #expect(try await vic.fetch("GET", "\(acme)/summary").status == 200)
    }

    @Test("a user suspended by a newly learned address loses their pending invitations")
    func invitationsOfLearnedAddress() async throws {
        let (twin, vic) = try await twins()
        let body = #"{"email":"friend@acme.example","role":"organization-manager"}"#
        #expect(try await vic.call("POST", "\(acme)/invitations", body).status == 201)
        #expect(try await manager.call("PUT", "\(acme)/suspensions/\(try world.identity("twin"))").status == 200)
        #expect(try await manager.fetch("GET", "\(acme)/invitations?state=pending").items.count == 1)
        #expect(try await twin.fetch("GET", "\(acme)/summary").status == 404)
        #expect(try await vic.fetch("GET", "\(acme)/summary").status == 404)
        #expect(try await manager.fetch("GET", "\(acme)/invitations?state=revoked").items.count == 1)
    }

    @Test("a newly learned address does not suspend the last manager")
    func lastAddress() async throws {
        let (twin, vic) = try await twins()
        #expect(try await manager.call("PUT", "\(acme)/suspensions/\(try world.identity("twin"))").status == 200)
        let own = "\(acme)/suspensions/\(try world.identity("carla"))?confirm=self"
        #expect(try await manager.call("PUT", own).status == 200)
        // Twin has Vic's address, and Vic is the only manager left.
        #expect(try await twin.fetch("GET", "\(acme)/summary").status == 404)
        #expect(try await vic.fetch("GET", "\(acme)/summary").status == 200)
        let warning = "has the address of the organization's last manager"
        #expect(await world.logged().contains(warning))
        // One warning per minute is enough.
        for _ in 0..<5 { _ = try await twin.fetch("GET", "\(acme)/summary") }
        #expect(await world.logged().ranges(of: warning).count == 1)
    }

    @Test("an unverified address neither revokes another manager's invitations nor names the inviter")
    func unverifiedInviter() async throws {
        _ = try world.grant(.manager, to: "una")
        let una = try await world.browser("una")
        let body = #"{"email":"x@acme.example","role":"organization-viewer"}"#
        let invited = try await una.call("POST", "\(acme)/invitations", body)
        let id = try world.identity("una")
        #expect(invited.status == 201 && invited.text("invited_by") == id)
        // Carla has that address too, verified.
        let own = "\(acme)/suspensions/\(try world.identity("carla"))?confirm=self"
        #expect(try await manager.call("PUT", own).status == 200)
        #expect(try await una.fetch("GET", "\(acme)/invitations").items.first?.member("state")?.string == "pending")
    }

    // MARK: Members

    @Test("members list the sources of a role, even if claims are unreadable or a provider is unlisted")
    func members() async throws {
        func members() async throws -> [String: JSONValue] {
            let items = try await manager.fetch("GET", "\(acme)/members").items
            return Dictionary(
                items.map { ($0.member("subject")?.string ?? "", $0) }, uniquingKeysWith: { first, _ in first })
        }
        _ = try await world.browser("sam", "organization=acme")
        let row = #"{"claim_name":"email","claim_value":"sam@elsewhere.example","role":"organization-viewer"}"#
        let added = try await manager.call("POST", "\(acme)/claim-mappings", row)
        let sam = try #require(try await members()["sam"])
        let id = try #require(added.text("id"))
        #expect(sam.member("sources")?.text.contains(id) == true)
        // The grant is for a provider that the organization does not list.
        _ = try world.grant(.manager, to: "elsewhere", issuer: "https://other.example")
        #expect(try await members()["elsewhere"] == nil)
        // The claims are sealed by a removed key.
        _ = try world.grant(.viewer, to: "sam")
        try await world.execute(
            "UPDATE person_seen SET claims = \(TestSQL.blob([0])), rules = '' WHERE subject = 'sam'")
        #expect(try await members()["sam"]?.member("sources")?.count == 1)
    }

    @Test("a manager ends the sessions of members only")
    func sessions() async throws {
        let late = try await world.browser("sue")
        _ = try world.grant(.viewer, to: "sue")
        #expect(try await manager.call("DELETE", "\(acme)/members/\(try world.identity("sue"))/sessions").status == 204)
        #expect(try await late.fetch("GET", "/api/v1/me").status == 401)
        // Gloria signed in for Acme once and has no role there.
        let gloria = try await world.browser("gloria", "organization=acme")
        _ = try world.grant(.manager, to: "gloria", in: "globex")
        #expect(
            try await manager.call("DELETE", "\(acme)/members/\(try world.identity("gloria"))/sessions").status == 404)
        #expect(try await gloria.fetch("GET", "/api/v1/organizations/globex/summary").status == 200)
        // With a role in both organizations, both get an event.
        _ = try world.grant(.viewer, to: "gloria")
        #expect(
            try await manager.call("DELETE", "\(acme)/members/\(try world.identity("gloria"))/sessions").status == 204)
        #expect(try await world.audited("globex").last == "session_end")
    }

    // MARK: Invitations

    @Test("the accepted invitation is the one shown, even if another link was opened since")
    func otherLink() async throws {
        func invite(_ role: String) async throws -> String {
            let body = #"{"email":"pat@acme.example","role":"\#(role)"}"#
            let answer = try await manager.call("POST", "\(acme)/invitations", body)
            return String(try #require(answer.text("link")?.split(separator: "=").last))
        }
        let pat = try await world.browser("pat")
        let first = try await invite("organization-viewer")
        _ = try await pat.open("/invitations/accept?token=\(first)")
        let shown = try await pat.open("/invitations/accept").body
        let id = try #require(shown.firstMatch(of: /name="invitation" value="([\w-]+)"/)).output.1
        #expect(try await manager.call("DELETE", "\(acme)/invitations/\(id)").status == 204)
        let second = try await invite("organization-manager")
        _ = try await pat.open("/invitations/accept?token=\(second)")
        let answer = try await pat.post("/invitations/accept", [("invitation", String(id))])
        #expect(answer.status == 303 && answer.location == "/invitations/accept")
        #expect(try await pat.fetch("GET", "\(acme)/summary").status == 404)
        let page = try await pat.open("/invitations/accept").body
        let now = try #require(page.firstMatch(of: /name="invitation" value="([\w-]+)"/)).output.1
        #expect(
            try await pat.post("/invitations/accept", [("invitation", String(now))]).location == "/organizations/acme")
    }

    @Test("an acceptance by the wrong user is recorded once per attempt")
    func refusedAcceptance() async throws {
        let body = #"{"email":"pat@acme.example","role":"organization-viewer"}"#
        let answer = try await manager.call("POST", "\(acme)/invitations", body)
        let token = try #require(answer.text("link")?.split(separator: "=").last)
        let sam = try await world.browser("sam")
        #expect(try await sam.call("POST", "/api/v1/invitations/accept", #"{"token":"\#(token)"}"#).status == 403)
        let events = try await manager.fetch("GET", "\(acme)/audit-events?action=invitation_accept").items
        #expect(events.map { $0.member("outcome")?.string } == ["denied"])
        #expect(events.first?.member("reason")?.string == "email_mismatch")
    }

    // MARK: Hostile text

    @Test("an address with a NUL counts as missing and causes no failure")
    func nul() async throws {
        let nul = try await world.browser("nul", "organization=acme")
        #expect(try await nul.fetch("GET", "/api/v1/me").json?.member("identity")?.member("email")?.isNull == true)
        _ = try world.grant(.manager, to: "nul")
        let body = #"{"email":"x@acme.example","role":"organization-viewer"}"#
        #expect(try await nul.call("POST", "\(acme)/invitations", body).status == 201)
        let cursor = Base64URL.encode(Array("1 \0".utf8))
        #expect(try await manager.fetch("GET", "\(acme)/denied-sign-ins?cursor=\(cursor)").status == 400)
        #expect(try await manager.fetch("GET", "\(acme)/denied-sign-ins?limit=1&limit=2").status == 400)
    }

    @Test("a HEAD request records no export, and an export is recorded with its filters")
    func exports() async throws {
        let fields = ["Accept: text/csv"]
        #expect(try await manager.send("HEAD", "\(acme)/audit-events", fields: fields).status == 200)
        #expect(try await !world.audited().contains("audit_export"))
        #expect(try await manager.send("GET", "\(acme)/audit-events?actor=carla", fields: fields).status == 200)
        let event = try await manager.fetch("GET", "\(acme)/audit-events?action=audit_export").items.first { _ in true }
        #expect(event?.member("details")?.member("actor")?.string == "carla")
    }
}
