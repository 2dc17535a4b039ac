import AccessUseCases
import Audit
import ClaimMapping
import Databases
import Endpoints
import GatehouseTesting
import Grants
import Identities
import Invitations
import JSON
import OpenID
import RuntimeConfiguration
import Sessions
import SignInFlow
import Snapshots
import Testing
import Time

@testable import Server

/// The effects of a calendar clock that is ahead, and what remains of them after its correction.
@Suite("A clock that was ahead and is corrected")
struct WrongClockTests {
    private let world: GatewayWorld
    private let acme: OrganizationID

    init() throws {
        world = try GatewayWorld()
        acme = try #require(OrganizationID("acme"))
    }

    private func whileAhead<Result>(
        _ error: Duration = .seconds(365 * 86400), _ body: () async throws -> Result
    ) async rethrows -> Result {
        world.clock.setCalendar(ahead: error)
        defer { world.clock.setCalendar(ahead: .zero) }
        return try await body()
    }

    @Test("keys are used for at most a day beyond their lifetime")
    func keys() async throws {
        let remote = try #require(world.configuration.signIn.remotes.values.first)
        await whileAhead { await remote.refreshAhead() }
        #expect(remote.keys != nil)
        world.outbound.cutOff("/jwks", "/.well-known/openid-configuration")
        world.clock.advance(.seconds(23 * 3600))
        #expect(remote.keys != nil)
        world.clock.advance(.seconds(25 * 3600))
        #expect(remote.keys == nil)
    }

    @Test("a session from the future has ended and is not counted; a minute ahead is tolerated")
    func sessions() async throws {
        let (browser, near) = (TestBrowser(world), TestBrowser(world))
        _ = try await whileAhead { try await browser.signIn("carla") }
        _ = try await whileAhead(.seconds(50)) { try await near.signIn("carla") }
        let lifetimes = world.configuration.signIn.lifetimes
        #expect(try await world.services.stores.sessions.countActive(under: lifetimes) == 1)
        let listed = try await near.fetch("GET", "/api/v1/me").json?.member("sessions")?.elements.map { $0 }
        #expect(listed?.count == 1)
        #expect(try await browser.fetch("GET", "/api/v1/me").status == 401)
        #expect(browser.cookies["gatehouse"] == nil)
    }

    @Test("a session used or renewed in the future still idles out and is renewed")
    func useAndRenewal() async throws {
        let browser = try await world.browser("carla")
        let lifetimes = world.configuration.signIn.lifetimes
        _ = try await world.database.write { [world] transaction throws(DatabaseError) in
            try transaction.execute(
                "UPDATE session SET used_at = $1", .integer(world.clock.now.seconds + 365 * 86400))
        }
        world.forgetSessions()
        #expect(try await browser.fetch("GET", "/api/v1/me").status == 401)
        #expect(try await world.services.stores.sessions.countActive(under: lifetimes) == 0)

        let other = try await world.browser("carla")
        _ = try await world.database.write { [world] transaction throws(DatabaseError) in
            try transaction.execute(
                "UPDATE session SET renewed_at = $1", .integer(world.clock.now.seconds + 365 * 86400))
        }
        world.forgetSessions()
        // Without a refresh token only a sign-in renews the claims.
        #expect(try await other.fetch("GET", "/api/v1/me").status == 401)
    }

    @Test("a sign-in started in the future cannot be completed")
    func attempt() async throws {
        let browser = TestBrowser(world)
        let link = try await whileAhead { try await browser.begin() }
        #expect(try await browser.open(try browser.consent("carla", at: link)).status == 400)
        #expect(browser.cookies["gatehouse"] == nil)
    }

    private func invite(_ email: String, sendsEmail: Bool = false) async throws -> IssuedInvitation {
        try await world.services.stores.invitations.invite(
            try InvitationDraft(email, as: .viewer), to: acme,
            byOperatorOn: InvitationTerms(
                inviter: nil, inviterEmail: nil, lifetime: .seconds(7 * 86400), perDay: 50, sendsEmail: sendsEmail),
            recording: AuditRecord(.invitationCreate, by: .operator, in: acme)
        ).get()
    }

    @Test("an invitation from the future is expired, recorded as such, and blocks no other")
    func invitations() async throws {
        let issued = try await whileAhead { try await invite("pat@acme.example") }
        let token = try #require(issued.token)
        #expect(try await world.services.stores.invitations.invitation(of: token)?.state == .expired)
        #expect(try await world.services.stores.invitations.counts()[.expired] == 1)
        #expect(try await world.services.stores.invitations.expire() == 1)
        let again = try await invite("pat@acme.example")
        #expect(again.isNew)
        #expect(
            try await world.services.stores.invitations.invitation(of: try #require(again.token))?.state == .pending)
    }

    @Test("an email leased or delayed in the future is due")
    func emails() async throws {
        _ = try await invite("pat@acme.example", sendsEmail: true)
        let email = try await whileAhead(.seconds(86400)) {
            try await world.services.outbox.take(for: .seconds(600))
        }
        #expect(email != nil)
        #expect(try await world.services.outbox.take(for: .seconds(600)) != nil)
        #expect(try await world.services.outbox.take(for: .seconds(600)) == nil)
    }

    @Test("a manager seen, or a sign-in denied, in the future does not count")
    func seen() async throws {
        try await whileAhead { _ = try await TestBrowser(world).signIn("carla") }
        #expect(try await !hasManager())
        try await TestBrowser(world).signIn("carla")
        #expect(try await hasManager())

        try await whileAhead { _ = try await TestBrowser(world).signIn("sam", "organization=acme") }
        let acme = try #require(OrganizationID("acme"))
        let listed = try await world.services.stores.denied.list(of: acme, before: nil, limit: 9, now: world.clock.now)
        #expect(listed.items.isEmpty)
    }

    private func hasManager() async throws -> Bool {
        try await world.services.stores.access.hasManager(acme)
    }
}
