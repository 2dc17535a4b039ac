import AccessUseCases
import Audit
import Databases
import Endpoints
import GatehouseTesting
import Grants
import Identities
import JSON
import Policy
import Snapshots
import Testing
import Time

@testable import Server

@Suite("Grants and suspensions")
struct GrantTests {
    let world: GatewayWorld
    let acme: OrganizationID

    init() throws {
        world = try GatewayWorld()
        acme = try #require(OrganizationID("acme"))
    }

    private func revoke(_ id: String, isForced: Bool = false) async throws -> Result<Grant, AccessRefusal> {
        try await world.services.stores.access.revoke(
            id, isForced: isForced, recording: AuditRecord(.grantRevoke, by: .operator))
    }

    @Test("a grant and its revocation take effect at the next request")
    func counts() async throws {
        let browser = try await world.browser("sam")
        #expect(try await browser.fetch("GET", summary).status == 404)
        let grant = try world.grant(.viewer, to: "sam")
        #expect(try await browser.fetch("GET", summary).status == 200)
        let role = try await browser.fetch("GET", "/api/v1/me").json?.member("roles")?.elements.first { _ in true }
        #expect(role?.member("source")?.string == "grant")
        #expect(try world.grant(.viewer, to: "sam").id == grant.id)
        _ = try await revoke(grant.id).get()
        #expect(try await browser.fetch("GET", summary).status == 404)
    }

    @Test("a grant belongs to an issuer and a subject, and needs a provider that the organization lists")
    func bound() async throws {
        let browser = try await world.browser("sam")
        _ = try world.grant(.manager, to: "sam", issuer: "https://other.example")
        #expect(try await browser.fetch("GET", summary).status == 404)
        _ = try world.grant(.manager, to: "sam")
        #expect(try await browser.fetch("GET", summary).status == 200)
        try world.reload(
            rewriting: (
                "\"id\": \"acme\", \"name\": \"Acme\", \"providers\": [\"idp\"]",
                "\"id\": \"acme\", \"name\": \"Acme\", \"providers\": []"
            ))
        #expect(try await browser.fetch("GET", summary).status == 404)
    }

    @Test("permissions of a mapping and of grants are combined")
    func together() async throws {
        let browser = try await world.browser("vic")
        #expect(try await browser.fetch("GET", "/api/v1/organizations/acme/inventory").status == 403)
        _ = try world.grant(.publisher, to: "vic")
        #expect(try await browser.fetch("GET", "/api/v1/organizations/acme/inventory").status == 200)
        #expect(try await browser.fetch("GET", summary).status == 200)
    }

    @Test("the last manager grant is revoked only by force")
    func lockOut() async throws {
        let (first, second) = (try world.grant(.manager, to: "a"), try world.grant(.manager, to: "b"))
        _ = try await revoke(first.id).get()
        #expect(try await revoke(second.id) == .failure(.wouldLockOut))
        #expect(try await world.services.stores.access.grants(acme).map(\.id) == [second.id])
        #expect(try await revoke("none") == .failure(.notFound))
        // A user whom a mapping makes manager was seen, and counts for thirty days.
        try await TestBrowser(world).signIn("carla")
        world.clock.advance(.seconds(31 * 86400))
        #expect(try await revoke(second.id) == .failure(.wouldLockOut))
        try await TestBrowser(world).signIn("carla")
        _ = try await revoke(second.id).get()
        world.clock.advance(.seconds(31 * 86400))
        let third = try world.grant(.manager, to: "c")
        _ = try await revoke(third.id, isForced: true).get()
        #expect(try await world.services.stores.access.grants(nil).isEmpty)
    }

    @Test("managers of an unlisted provider or with a suspended address do not prevent a lockout")
    func noManagerLeft() async throws {
        let manager = try await world.browser("carla")
        let own = try world.identity("carla")
        func leave() async throws -> TestAnswer {
            try await manager.call("PUT", "/api/v1/organizations/acme/suspensions/\(own)?confirm=self")
        }
        _ = try world.grant(.manager, to: "deputy", issuer: "https://other.example")
        #expect(try await leave().code == "would_lock_out")
        // Una claims the suspended address; once it is verified, she is suspended with Carla.
        let una = try world.grant(.manager, to: "una")
        try await TestBrowser(world).signIn("una")
        let identity = try world.identity("una")
        func setVerifiedEmail(_ email: String?) async throws {
            _ = try await world.database.write { transaction throws(DatabaseError) in
                try transaction.execute(
                    "UPDATE person_seen SET verified_email = $1 WHERE identity = $2", .text(orNull: email),
                    .text(identity))
            }
        }
        try await setVerifiedEmail("ceo@acme.example")
        #expect(try await leave().code == "would_lock_out")
        try await setVerifiedEmail(nil)
        #expect(try await leave().status == 200)
        #expect(try await revoke(una.id) == .failure(.wouldLockOut))
    }

    @Test("a suspension overrides mappings and grants, for the identity and its verified address")
    func suspension() async throws {
        let (manager, twin) = (TestBrowser(world), TestBrowser(world))
        try await manager.signIn("carla")
        try await twin.signIn("una")
        _ = try world.grant(.viewer, to: "carla")
        _ = try world.grant(.viewer, to: "una")
        func suspend(_ subject: String, _ email: String?) async throws {
            let id = try IdentityID(Identity(issuer: Issuer("x"), subject: Subject(subject))).text
            _ = try await world.database.write { transaction throws(DatabaseError) in
                try transaction.execute(
                    """
                    INSERT INTO suspension (organization, identity, issuer, subject, created_at)
                    VALUES ('acme', $1, $2, $3, 0)
                    """, .text(id), .text(SettingsText.issuer), .text(subject))
                guard let email else { return }
                try transaction.execute(
                    "INSERT INTO suspension_email VALUES ('acme', $1, $2)", .text(id), .text(email))
            }
            try world.services.stores.access.refresh()
        }
        #expect(try await manager.fetch("GET", summary).status == 200)
        try await suspend("absent", "ceo@acme.example")
        #expect(try await manager.fetch("GET", summary).status == 404)
        // Una claims that address too, but it is not verified.
        #expect(try await twin.fetch("GET", summary).status == 200)
        try await suspend("una", nil)
        #expect(try await twin.fetch("GET", summary).status == 404)
        let page = try await manager.open("/organizations/acme")
        #expect(page.status == 404 && !page.body.contains("suspended"))
    }

    @Test("every change is recorded")
    func recorded() async throws {
        let grant = try world.grant(.manager, to: "a")
        #expect(try await revoke(grant.id) == .failure(.wouldLockOut))
        _ = try await revoke(grant.id, isForced: true).get()
        let organization = acme
        let events = try await world.database.read { transaction throws(DatabaseError) in
            try AuditLog.events(of: organization, AuditLog.Query(), transaction)
        }
        let actions = try events.map { try JSONDocument(parsing: $0.json).root.member("action")?.string }
        #expect(actions == ["grant_revoke", "grant_create"])
    }

    @Test("managers see all members with the sources of their access, suspend them and reinstate them")
    func members() async throws {
        let (manager, viewer, outsider) = (TestBrowser(world), TestBrowser(world), TestBrowser(world))
        try await manager.signIn("carla")
        try await viewer.signIn("vic")
        try await outsider.signIn("sam", "organization=acme")
        let given = try world.grant(.viewer, to: "never-seen")
        let path = "/api/v1/organizations/acme"
        func members() async throws -> [JSONValue] {
            try #require(try await manager.fetch("GET", "\(path)/members").json?.member("items")).elements.map { $0 }
        }
        let all = try await members()
        #expect(Set(all.compactMap { $0.member("subject")?.string }) == ["carla", "vic", "never-seen"])
        let vic = try #require(all.first { $0.member("subject")?.string == "vic" })
        #expect(vic.member("role")?.string == "organization-viewer")
        #expect(vic.member("sources")?.text.contains("\"mapping\":\"file:2\"") == true)
        #expect(vic.member("last_sign_in")?.string == "2027-01-15T08:00:00Z")
        let id = try #require(vic.member("identity_id")?.string)

        let token = ["X-CSRF-Token: \(try await manager.formToken())"]
        #expect(try await viewer.fetch("GET", "\(path)/members").status == 200)
        let theirs = ["X-CSRF-Token: \(try await viewer.formToken())"]
        #expect(try await viewer.fetch("PUT", "\(path)/suspensions/\(id)", fields: theirs).code == "permission_missing")
        #expect(try await manager.fetch("PUT", "\(path)/suspensions/\(id)").code == "request_forgery")
        #expect(try await manager.fetch("PUT", "\(path)/suspensions/\(id)", fields: token).status == 200)
        #expect(try await viewer.fetch("GET", summary).status == 404)
        #expect(try await members().count == 2)
        #expect(try await manager.fetch("GET", "\(path)/suspensions").json?.member("items")?.count == 1)
        #expect(try await manager.fetch("DELETE", "\(path)/suspensions/\(id)", fields: token).status == 204)
        #expect(try await manager.fetch("DELETE", "\(path)/suspensions/\(id)", fields: token).status == 404)
        #expect(try await viewer.fetch("GET", summary).status == 200)

        #expect(try await manager.fetch("DELETE", "\(path)/members/\(id)/sessions", fields: token).status == 204)
        #expect(try await viewer.fetch("GET", "/api/v1/me").status == 401)
        #expect(try await manager.fetch("DELETE", "\(path)/grants/\(given.id)", fields: token).status == 204)
        #expect(
            try await manager.fetch("DELETE", "/api/v1/organizations/globex/grants/\(given.id)", fields: token).status
                == 404)

        // A manager's own role ends only with a confirmation, and not if no manager would be left.
        let own = try world.identity("carla")
        #expect(try await manager.fetch("PUT", "\(path)/suspensions/\(own)", fields: token).code == "conflict")
        let last = try await manager.fetch("PUT", "\(path)/suspensions/\(own)?confirm=self", fields: token)
        #expect(last.code == "would_lock_out")
        #expect(try await manager.fetch("GET", summary).status == 200)
        _ = try world.grant(.manager, to: "deputy")
        #expect(try await manager.fetch("PUT", "\(path)/suspensions/\(own)?confirm=self", fields: token).status == 200)
        #expect(try await manager.fetch("GET", summary).status == 404)
    }
}
