import Audit
import GatehouseTesting
import Grants
import Identities
import Testing
import Time

@testable import Invitations

@Suite("The daily limit of invitations")
struct SendingLimitTests {
    private let world: InvitationWorld

    init() async throws { world = try await InvitationWorld() }

    private func invite(_ number: Int, perDay: Int? = 2) async throws -> AccessRefusal? {
        try await world.invite("p\(number)@acme.example", on: world.terms(perDay: perDay)).error
    }

    @Test("links and resent links count, and the wait ends a day after the oldest")
    func limit() async throws {
        let issued = try await world.invite("p0@acme.example", on: world.terms(perDay: 2)).get()
        world.clock.advance(.seconds(3600))
        #expect(try await world.resend(issued.invitation.id, on: world.terms(perDay: 2)).error == nil)
        world.clock.advance(.seconds(600))
        #expect(try await invite(1) == .tooManyToday(retryAfter: 86400 - 4200))
        let resent = try await world.resend(issued.invitation.id, on: world.terms(perDay: 2))
        #expect(resent.error == .tooManyToday(retryAfter: 86400 - 4200))
        world.clock.advance(.seconds(86400 - 4201))
        #expect(try await invite(1) == .tooManyToday(retryAfter: 1))
        world.clock.advance(.seconds(1))
        #expect(try await invite(1) == nil)
        #expect(try await invite(2) == .tooManyToday(retryAfter: 3600))
    }

    @Test("a refused resend leaves the links as they are")
    func refusedResend() async throws {
        let issued = try await world.invite("p0@acme.example", on: world.terms(perDay: 1)).get()
        #expect(try await world.resend(issued.invitation.id, on: world.terms(perDay: 1)).error != nil)
        #expect(try await world.state(#require(issued.token)) == .pending)
    }

    @Test("an invitation that is pending already does not count, and a refusal neither")
    func uncounted() async throws {
        for _ in 0..<2 { #expect(try await invite(0) == nil) }
        #expect(try await world.access.place.count("invitation_sending") == 1)
        #expect(try await invite(1) == nil)
        for number in 2...3 { #expect(try await invite(number) != nil) }
        #expect(try await world.access.place.count("invitation_sending") == 2)
    }

    @Test("the limit is that of the invitation: none for the operator, and zero refuses all")
    func other() async throws {
        for number in 0..<5 { #expect(try await invite(number, perDay: nil) == nil) }
        #expect(try await invite(9, perDay: 0) == .tooManyToday(retryAfter: 86400))
        #expect(try await invite(9, perDay: -1) == .tooManyToday(retryAfter: 86400))
        #expect(try await invite(9, perDay: 1) == nil)
        // A lower limit counts what was sent under a higher one.
        #expect(try await invite(10, perDay: 3) == nil)
        #expect(try await invite(11, perDay: 1) == .tooManyToday(retryAfter: 86400))
    }

    @Test("each organization has its own limit")
    func organizations() async throws {
        #expect(try await invite(0, perDay: 1) == nil)
        let glenn = try world.access.user("glenn", groups: ["globex-managers"])
        let result = try await world.store.invite(
            InvitationDraft("x@acme.example", as: .viewer), to: AccessWorld.globex, by: glenn.acting(),
            on: world.terms(by: glenn, perDay: 1),
            recording: AccessWorld.record(.invitationCreate, in: AccessWorld.globex))
        #expect(result.error == nil)
    }

    @Test("times of a clock that was ahead do not use up the limit", arguments: [61, 1_000_000, 4_000_000_000])
    func ahead(seconds: Int64) async throws {
        try await world.access.place.execute(
            "INSERT INTO invitation_sending VALUES ('acme', \(world.clock.now.seconds + seconds))")
        #expect(try await invite(0, perDay: 1) == nil)
        #expect(try await world.access.place.count("invitation_sending") == 1)
    }
}
