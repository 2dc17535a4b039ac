import Audit
import Cryptography
import Databases
import GatehouseTesting
import Grants
import Identities
import Policy
import Testing
import Time

@testable import Invitations

@Suite("The states of an invitation")
struct InvitationStateTests {
    private let world: InvitationWorld
    private let acme = AccessWorld.acme

    init() async throws { world = try await InvitationWorld() }

    @Test("a new invitation is pending, and is found by its token and in its organization alone")
    func pending() async throws {
        let issued = try await world.invite("New.Person@acme.example", as: .manager).get()
        let (token, id) = (try #require(issued.token), issued.invitation.id)
        #expect(issued.isNew && issued.invitation.state == .pending && issued.invitation.delivery == .link)
        #expect(issued.invitation.expiresAt == world.clock.now + InvitationWorld.week)
        #expect(try issued.invitation.inviter == world.carla.id)
        #expect(issued.invitation.inviterEmail == "carla@acme.example")
        #expect(try await world.store.invitation(of: token) == issued.invitation)
        #expect(try await world.store.invitation(id, in: acme) == issued.invitation)
        #expect(try await world.store.invitation(id, in: AccessWorld.globex) == nil)
        #expect(try await world.store.invitation(of: InvitationToken.make()) == nil)
        #expect(try await world.store.counts()[.pending] == 1)
    }

    @Test("an address has one pending invitation, whatever its case; another role is refused")
    func once() async throws {
        let first = try await world.invite("pat@acme.example").get()
        let again = try await world.invite("PAT@Acme.Example").get()
        #expect(!again.isNew && again.token == nil && again.invitation.id == first.invitation.id)
        #expect(try await world.invite("pat@acme.example", as: .manager).error == .invitedOtherwise(.viewer))
        #expect(try await world.invite("pat+x@acme.example", as: .manager).get().isNew)
        #expect(try await world.access.events().map(\.action) == ["invitation_create", "invitation_create"])
    }

    @Test("of many invitations of one address at once, one is new")
    func atOnce() async throws {
        let world = world
        let issued = try await withThrowingTaskGroup(of: IssuedInvitation.self) { group in
            for _ in 0..<20 { group.addTask { try await world.invite("pat@acme.example").get() } }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(issued.count { $0.isNew } == 1 && issued.count { $0.token != nil } == 1)
        #expect(Set(issued.map(\.invitation.id)).count == 1)
        #expect(try await world.access.place.count("invitation_token") == 1)
        #expect(try await world.access.place.count("invitation_sending") == 1)
    }

    @Test("an invitation expires with its last second, and the address can be invited again")
    func expires() async throws {
        let (id, token) = try await world.invited("pat@acme.example")
        world.clock.advance(InvitationWorld.week - .seconds(1))
        #expect(try await world.state(token) == .pending)
        world.clock.advance(.seconds(1))
        #expect(try await world.state(token) == .expired)
        #expect(try await world.store.counts() == [.pending: 0, .accepted: 0, .revoked: 0, .expired: 1])
        for state in Invitation.State.allCases {
            let listed = try await world.store.invitations(of: acme, in: state, before: nil, limit: 9)
            #expect(listed.count == (state == .expired ? 1 : 0))
        }
        #expect(try await world.revoke(id) == .closed(.expired))
        #expect(try await world.resend(id).error == .closed(.expired))
        #expect(try await world.accept(token, by: world.pat()).error == .closed(.expired))
        // The new invitation marks the old one, so that one of them is pending.
        #expect(try await world.invite("pat@acme.example", as: .manager).get().isNew)
        #expect(try await world.access.events().map(\.action).suffix(2) == ["invitation_expire", "invitation_create"])
        #expect(try await world.store.expire() == 0)
    }

    @Test("expiry is recorded once for each invitation, in batches")
    func swept() async throws {
        for number in 0..<5 { _ = try await world.invited("p\(number)@acme.example") }
        #expect(try await world.store.expire() == 0)
        world.clock.advance(InvitationWorld.week)
        #expect(try await world.store.expire(atMost: 3) == 3)
        #expect(try await world.store.expire(atMost: 3) == 2)
        #expect(try await world.store.expire(atMost: 3) == 0)
        #expect(try await world.access.events().count { $0.action == "invitation_expire" } == 5)
    }

    @Test("an invitation of a clock that was ahead has expired; a minute is no such time", arguments: [60, 61])
    func ahead(seconds: Int) async throws {
        world.clock.setCalendar(ahead: .seconds(seconds))
        let (id, token) = try await world.invited("pat@acme.example")
        world.clock.setCalendar(ahead: .zero)
        let expected: Invitation.State = seconds > 60 ? .expired : .pending
        #expect(try await world.state(token) == expected)
        #expect(try await world.store.counts()[expected] == 1)
        #expect(try await world.store.expire() == (seconds > 60 ? 1 : 0))
        #expect(try await world.revoke(id) == (seconds > 60 ? .closed(.expired) : nil))
    }

    @Test("an invitation that is sent again restarts its time, and ends all of its links")
    func resent() async throws {
        let (id, first) = try await world.invited("pat@acme.example", as: .manager)
        world.clock.advance(.seconds(6 * 86400))
        let again = try await world.resend(id).get()
        let second = try #require(again.token)
        #expect(!again.isNew && again.invitation.id == id && again.invitation.role == .manager)
        #expect(again.invitation.expiresAt == world.clock.now + InvitationWorld.week)
        #expect(try await world.store.invitation(of: first) == nil)
        #expect(try await world.accept(first, by: world.pat()).error == .notFound)
        world.clock.advance(.seconds(6 * 86400))
        #expect(try await world.accept(second, by: world.pat()).get().role == .manager)
        #expect(try await world.resend(id).error == .closed(.accepted))
        #expect(try await world.resend("none").error == .notFound)
    }

    @Test("a revoked invitation stays so, and its links say so")
    func revoked() async throws {
        let (id, token) = try await world.invited("pat@acme.example")
        #expect(try await world.revoke(id) == nil)
        #expect(try await world.revoke(id) == .closed(.revoked))
        #expect(try await world.state(token) == .revoked)
        #expect(try await world.accept(token, by: world.pat()).error == .closed(.revoked))
        #expect(try await world.resend(id).error == .closed(.revoked))
        world.clock.advance(.seconds(30 * 86400))
        #expect(try await world.state(token) == .revoked)
        #expect(try await world.store.expire() == 0)
        #expect(try await world.revoke("none") == .notFound)
    }

    @Test("a manager of another organization neither revokes an invitation nor sends it again")
    func elsewhere() async throws {
        let (id, token) = try await world.invited("pat@acme.example")
        let glenn = try world.access.user("glenn", groups: ["globex-managers"])
        let revoked = try await world.store.revoke(
            id, in: AccessWorld.globex, by: glenn.acting(), recording: AccessWorld.record(.invitationRevoke))
        #expect(revoked.error == .notFound)
        let resent = try await world.store.resend(
            id, in: AccessWorld.globex, by: glenn.acting(), on: world.terms(),
            recording: AccessWorld.record(.invitationResend))
        #expect(resent.error == .notFound)
        #expect(try await world.state(token) == .pending)
    }

    @Test("only a manager invites, sends again and revokes, at the time of the transaction")
    func permission() async throws {
        let (id, _) = try await world.invited("pat@acme.example")
        let vic = try world.access.user("vic", groups: ["viewers"])
        let carla = world.carla
        for (user, refusal) in [
            (vic, AccessRefusal.notPermitted(isMember: true)), (carla, .signedOut),
            (try world.access.user("x"), .notPermitted(isMember: false)),
        ] {
            for step in 0..<3 {
                let credential = ScriptedCredential(user.currentClaims)
                if refusal == .signedOut {
                    credential.meanwhile { _ throws(DatabaseError) in credential.end() }
                }
                let before = try await world.access.place.content()
                let error =
                    switch step {
                    case 0: try await world.invite("x@acme.example", by: credential).error
                    case 1:
                        try await world.store.resend(
                            id, in: acme, by: credential.acting(), on: world.terms(),
                            recording: AccessWorld.record(.invitationResend)
                        ).error
                    default:
                        try await world.store.revoke(
                            id, in: acme, by: credential.acting(), recording: AccessWorld.record(.invitationRevoke)
                        ).error
                    }
                #expect(error == refusal)
                #expect(try await world.access.place.content() == before)
            }
        }
    }

    @Test("the operator sends again and revokes in every configured organization")
    func operatorActions() async throws {
        let terms = InvitationTerms.ofOperator(lifetime: InvitationWorld.week)
        let record = AccessWorld.record(.invitationCreate)
        let issued = try await world.store.invite(
            InvitationDraft("pat@acme.example", as: .manager), to: acme, byOperatorOn: terms,
            recording: record
        ).get()
        #expect(issued.invitation.inviter == nil && issued.invitation.inviterEmail == nil)
        let id = issued.invitation.id
        let unconfigured = try await world.store.resend(
            id, inOneOf: [AccessWorld.globex], byOperatorOn: terms, recording: record)
        #expect(unconfigured.error == .notFound)
        let again = try await world.store.resend(
            id, inOneOf: [AccessWorld.globex, acme], byOperatorOn: terms, recording: record)
        #expect(try again.get().token != nil)
        #expect(try await world.store.revoke(id, byOperatorRecording: record).get().id == id)
        #expect(try await world.store.revoke(id, byOperatorRecording: record).error == .closed(.revoked))
    }

    @Test("pages go on behind the last invitation, and an address is looked up in every organization")
    func lists() async throws {
        for number in 0..<5 {
            _ = try await world.invited("pat\(number)@acme.example")
            world.clock.advance(.seconds(number == 2 ? 0 : 1))
        }
        var (seen, last): ([Invitation], (at: Int64, id: String)?) = ([], nil)
        while true {
            let page = try await world.store.invitations(of: acme, in: nil, before: last, limit: 2)
            guard let end = page.last else { break }
            (seen, last) = (seen + page, (end.createdAt.seconds, end.id))
        }
        #expect(seen.map(\.id) == (try await world.store.invitations(acme)).map(\.id) && seen.count == 5)
        let (store, clock) = (world.store, world.clock)
        let inviting = try await store.access.database.read { transaction throws(DatabaseError) in
            try InvitationTable.organizations(inviting: "PAT0@acme.example", at: clock.now, transaction)
        }
        #expect(inviting == [acme])
        clock.advance(InvitationWorld.week)
        let later = try await store.access.database.read { transaction throws(DatabaseError) in
            try InvitationTable.organizations(inviting: "pat0@acme.example", at: clock.now, transaction)
        }
        #expect(later.isEmpty)
    }
}
