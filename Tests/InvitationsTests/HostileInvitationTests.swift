import Audit
import Databases
import GatehouseTesting
import Grants
import Identities
import Testing
import Time

@testable import Invitations

@Suite("Invitations that another program wrote")
struct HostileInvitationTests {
    private let world: InvitationWorld

    init() async throws { world = try await InvitationWorld() }

    @Test(
        "an invitation that does not parse is an error, and gives nothing",
        arguments: [
            "role = 'root'", "role = ''", "state = 'open'", "delivery = 'x'", "organization = 'A B'", "inviter = 'x'",
            "inviter = ''",
        ])
    func unreadable(change: String) async throws {
        let (id, token) = try await world.invited("pat@acme.example")
        try await world.access.place.execute("UPDATE invitation SET \(change)")
        await #expect(throws: DatabaseError.self) { _ = try await world.store.invitation(of: token) }
        await #expect(throws: DatabaseError.self) { _ = try await world.accept(token, by: world.pat()) }
        await #expect(throws: DatabaseError.self) { _ = try await world.resend(id) }
        await #expect(throws: DatabaseError.self) { _ = try await world.revoke(id) }
        #expect(try await world.access.place.count("access_grant") == 0)
    }

    @Test("an invitation moved to another address or organization is that one's alone")
    func moved() async throws {
        let (_, token) = try await world.invited("pat@acme.example")
        try await world.access.place.execute("UPDATE invitation SET email = 'PAT@ACME.EXAMPLE '")
        #expect(try await world.accept(token, by: world.pat()).error == .notInvited(.email))
        try await world.access.place.execute("UPDATE invitation SET email = 'pat@acme.example', organization = 'gone'")
        #expect(try await world.accept(token, by: world.pat()).error == .notFound)
    }

    @Test(
        "times and counts may be any number", arguments: [Int64.max, Int64.min, -1, 0],
        ["expires_at", "issued_at", "attempts", "next_attempt_at"])
    func times(number: Int64, column: String) async throws {
        let (id, token) = try await world.invited("pat@acme.example")
        _ = try await world.invite("q@acme.example", on: world.terms(sendsEmail: true)).get()
        try await world.access.place.execute("UPDATE invitation SET \(column) = \(number)")
        try await world.access.place.execute("UPDATE invitation_sending SET at = \(number)")
        let state = try await world.state(token)
        #expect(state == .pending || state == .expired)
        #expect(try await world.store.invitations(of: AccessWorld.acme, in: nil, before: nil, limit: 9).count == 2)
        #expect(try await world.store.counts().values.reduce(0, +) == 2)
        // The number of attempts has an end, which is an error and no crash.
        _ = try? await Outbox(world.store).take(for: .seconds(60))
        #expect(try await world.store.expire() == (state == .expired ? 2 : 0))
        #expect(try await world.resend(id).error == (state == .expired ? .closed(.expired) : nil))
        #expect(try await world.invite("new@acme.example").get().isNew)
    }

    @Test("an invitation of any time is listed", arguments: [Int64.max, Int64.min, -1, 0])
    func anyTime(number: Int64) async throws {
        _ = try await world.invited("pat@acme.example")
        try await world.access.place.execute("UPDATE invitation SET created_at = \(number)")
        _ = try await world.invited("gus@acme.example")
        for state in [nil, Invitation.State.pending] {
            let listed = try await world.store.invitations(of: AccessWorld.acme, in: state, before: nil, limit: 9)
            #expect(Set(listed.map(\.email)) == ["pat@acme.example", "gus@acme.example"])
        }
    }

    @Test("the store keeps what every store keeps")
    func conformance() async throws {
        let (access, carla) = (world.access, world.carla)
        let terms = try world.terms()
        @Sendable func invite(_ store: InvitationStore, _ number: Int) async throws -> AccessRefusal? {
            access.clock.setCalendar(ahead: .seconds(number))
            return try await store.invite(
                InvitationDraft("p\(number)@acme.example", as: .viewer), to: AccessWorld.acme,
                by: carla.acting(), on: terms, recording: AccessWorld.record(.invitationCreate)
            ).error
        }
        try await StoreConformance(
            schemas: AccessWorld.schemas, listed: [5, 4, 3, 2, 1].map { "p\($0)@acme.example" },
            damage: [
                "role = 'root'", "state = 'x'", "expires_at = 9223372036854775807", "created_at = -1", "inviter = ''",
                "delivery = ''", "organization = ''", "issued_at = 9223372036854775807",
            ].map { "UPDATE invitation SET \($0) WHERE email = 'p3@acme.example'" },
            open: { database in InvitationStore(try AccessWorld.store(in: database, at: access.clock)) },
            write: { store, number in
                // A damaged row of the address refuses a new invitation, and no other.
                do { _ = try await invite(store, number) } catch is DatabaseError {}
            },
            read: { store in
                try await store.invitations(of: AccessWorld.acme, in: nil, before: nil, limit: 9)
                    .map(\.email.text)
            },
            refuse: { store in
                // Refused after the invitation was marked as expired: its limit is reached.
                let known = try await store.invitations(of: AccessWorld.acme, in: nil, before: nil, limit: 9)
                access.clock.setCalendar(ahead: InvitationWorld.week + .seconds(9))
                let none = InvitationTerms(
                    inviter: nil, inviterEmail: nil, lifetime: InvitationWorld.week, perDay: 0, sendsEmail: false)
                let result = try await store.invite(
                    InvitationDraft(known[0].email.text, as: .viewer), to: AccessWorld.acme,
                    by: carla.acting(), on: none, recording: AccessWorld.record(.invitationCreate))
                return result.error == .tooManyToday(retryAfter: 86400)
            }
        ).verify()
    }
}
