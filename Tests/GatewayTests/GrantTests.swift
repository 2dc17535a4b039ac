import Audit
import Databases
import Grants
import JSON
import Organizations
import Snapshots
import Testing
import Time

@testable import Gateway

@Suite("Grants and suspensions")
struct GrantTests {
    let world: SignInWorld
    let acme: OrganizationID
    private let summary = "/api/v1/organizations/acme/summary"

    init() throws {
        world = try SignInWorld()
        acme = try #require(OrganizationID("acme"))
    }

    private func grant(_ role: Role, to subject: String, issuer: String = SignInWorld.issuer) throws -> Grant {
        try world.service.access.createGrantBlocking(
            role, to: issuer, subject, in: acme, source: .operator,
            recording: AuditRecord(.grantCreate, by: .operator, in: acme)
        ).grant
    }

    private func revoke(_ id: String, isForced: Bool = false) throws
        -> Result<Grant, AccessRefusal>
    {
        try world.service.access.revokeGrantBlocking(
            id, in: nil, isForced: isForced, isManager: world.deployments.read().value.isManagerByClaims,
            recording: AuditRecord(.grantRevoke, by: .operator))
    }

    @Test("a grant counts from the next request on, and so does its end")
    func counts() async throws {
        let browser = TestBrowser(world)
        try await browser.signIn("sam")
        #expect(try await browser.fetch("GET", summary).status == 404)
        let grant = try grant(.viewer, to: "sam")
        #expect(try await browser.fetch("GET", summary).status == 200)
        let role = try await browser.fetch("GET", "/api/v1/me").json?.member("roles")?.elements.first { _ in true }
        #expect(role?.member("source")?.string == "grant")
        #expect(try self.grant(.viewer, to: "sam").id == grant.id)
        _ = try revoke(grant.id).get()
        #expect(try await browser.fetch("GET", summary).status == 404)
    }

    @Test("a grant is of an issuer and a subject, and counts only while the organization lists the provider")
    func bound() async throws {
        let browser = TestBrowser(world)
        try await browser.signIn("sam")
        _ = try grant(.manager, to: "sam", issuer: "https://other.example")
        #expect(try await browser.fetch("GET", summary).status == 404)
        _ = try grant(.manager, to: "sam")
        #expect(try await browser.fetch("GET", summary).status == 200)
        try world.reload(
            rewriting: (
                "\"id\": \"acme\", \"name\": \"Acme\", \"providers\": [\"idp\"]",
                "\"id\": \"acme\", \"name\": \"Acme\", \"providers\": []"
            ))
        #expect(try await browser.fetch("GET", summary).status == 404)
    }

    @Test("what a mapping and grants permit adds up")
    func together() async throws {
        let browser = TestBrowser(world)
        try await browser.signIn("vic")
        #expect(try await browser.fetch("GET", "/api/v1/organizations/acme/inventory").status == 403)
        _ = try grant(.publisher, to: "vic")
        #expect(try await browser.fetch("GET", "/api/v1/organizations/acme/inventory").status == 200)
        #expect(try await browser.fetch("GET", summary).status == 200)
    }

    @Test("the last manager grant is taken by force only")
    func lockOut() async throws {
        let (first, second) = (try grant(.manager, to: "a"), try grant(.manager, to: "b"))
        _ = try revoke(first.id).get()
        #expect(try revoke(second.id) == .failure(.wouldLockOut))
        #expect(try world.service.access.grantsBlocking(acme).map(\.id) == [second.id])
        #expect(try revoke("none") == .failure(.notFound))
        // Somebody whom a mapping makes manager was seen, and counts for thirty days.
        try await TestBrowser(world).signIn("carla")
        world.clock.advance(.seconds(31 * 86400))
        #expect(try revoke(second.id) == .failure(.wouldLockOut))
        try await TestBrowser(world).signIn("carla")
        _ = try revoke(second.id).get()
        world.clock.advance(.seconds(31 * 86400))
        let third = try grant(.manager, to: "c")
        _ = try revoke(third.id, isForced: true).get()
        #expect(try world.service.access.grantsBlocking(nil).isEmpty)
    }

    @Test("a suspension overrides mapping and grant, for the identity and for its verified address")
    func suspension() async throws {
        let (manager, twin) = (TestBrowser(world), TestBrowser(world))
        try await manager.signIn("carla")
        try await twin.signIn("una")
        _ = try grant(.viewer, to: "carla")
        _ = try grant(.viewer, to: "una")
        func suspend(_ subject: String, _ email: String?) async throws {
            let id = try IdentityID(issuer: "x", subject: subject).text
            _ = try await world.database.write { transaction throws(DatabaseError) in
                try transaction.execute(
                    "INSERT INTO suspension VALUES ('acme', $1, $2, $3, $4, 0)", .text(id), .text(SignInWorld.issuer),
                    .text(subject), .text(orNull: email))
            }
            try world.service.access.refresh()
        }
        #expect(try await manager.fetch("GET", summary).status == 200)
        try await suspend("somebody", "ceo@acme.example")
        #expect(try await manager.fetch("GET", summary).status == 404)
        // Una says that she has the same address, and nobody has verified it.
        #expect(try await twin.fetch("GET", summary).status == 200)
        try await suspend("una", nil)
        #expect(try await twin.fetch("GET", summary).status == 404)
        let page = try await manager.open("/organizations/acme")
        #expect(page.status == 404 && !page.body.contains("suspended"))
    }

    @Test("every change is in the audit log")
    func recorded() async throws {
        let grant = try grant(.manager, to: "a")
        #expect(try revoke(grant.id) == .failure(.wouldLockOut))
        _ = try revoke(grant.id, isForced: true).get()
        let organization = acme
        let events = try await world.database.read { transaction throws(DatabaseError) in
            try AuditLog.events(of: organization, AuditLog.Query(), transaction)
        }
        let actions = try events.map { try JSONDocument(parsing: $0.json).root.member("action")?.string }
        #expect(actions == ["grant_revoke", "grant_create"])
    }
}
