import Audit
import Databases
import GatehouseTesting
import Grants
import Identities
import Policy
import Snapshots
import Testing

@testable import Invitations

@Suite("The acceptance of an invitation")
struct AcceptanceTests {
    private let world: InvitationWorld
    private let acme = AccessWorld.acme

    init() async throws { world = try await InvitationWorld() }

    private func role(_ user: ScriptedCredential) -> Role? {
        world.access.access.state.entitlement(of: user.currentClaims, in: acme)?.role
    }

    @Test("the invited user gets the role at once, and the organization knows the user from then on")
    func accepted() async throws {
        let (id, token) = try await world.invited("pat@acme.example", as: .manager)
        let pat = try world.pat("Pat@Acme.Example")
        #expect(role(pat) == nil)
        let grant = try await world.accept(token, by: pat).get()
        #expect(role(pat) == .manager && grant.source == .invitation && grant.email == "pat@acme.example")
        #expect(try await world.state(token) == .accepted)
        let event = try #require(try await world.access.events().last)
        #expect(event.action == "invitation_accept" && event.target == id && event.detail("grant") == grant.id)
        let members = try await world.access.access.members(of: acme, by: .name, after: nil, limit: 9)
        #expect(members.first { $0.identity == pat.identity }?.signIn?.verifiedEmail == "pat@acme.example")
        #expect(try await world.accept(token, by: pat).error == .closed(.accepted))
    }

    @Test("a machine that accepts leaves no sign-in")
    func machine() async throws {
        let (_, token) = try await world.invited("pat@acme.example")
        let pat = try world.pat()
        _ = try await world.accept(token, by: pat, isSignedIn: false).get()
        #expect(role(pat) == .viewer)
        #expect(try await world.access.place.count("person_seen WHERE subject = 'pat'") == 0)
    }

    @Test("without a sealing key the role is given, and no sign-in is kept")
    func unsealed() async throws {
        let (_, token) = try await world.invited("pat@acme.example")
        world.access.reload(try AccessWorld.settings(key: nil))
        _ = try await world.accept(token, by: world.pat()).get()
        #expect(try role(world.pat()) == .viewer)
        #expect(try await world.access.place.count("person_seen WHERE subject = 'pat'") == 0)
    }

    @Test("of many acceptances at once, by one account or several, one gives a grant")
    func atOnce() async throws {
        let (_, token) = try await world.invited("pat@acme.example", as: .manager)
        let world = world
        let users = try (0..<24).map { try world.access.user("pat\($0 % 8)", email: "pat@acme.example") }
        let errors = try await withThrowingTaskGroup(of: AccessRefusal?.self) { group in
            for user in users { group.addTask { try await world.accept(token, by: user).error } }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(errors.count { $0 == nil } == 1 && errors.count { $0 == .closed(.accepted) } == 23)
        #expect(try await world.access.place.count("access_grant") == 1)
        #expect(try await world.access.events().count { $0.action == "invitation_accept" } == 1)
    }

    @Test("an acceptance and a revocation at once have one outcome")
    func revokedAtOnce() async throws {
        for number in 0..<20 {
            let email = "p\(number)@acme.example"
            let (id, token) = try await world.invited(email)
            let user = try world.access.user("p\(number)", email: email)
            async let accepting = world.accept(token, by: user)
            async let revoking = world.revoke(id)
            let (accepted, revoked) = try await (accepting.error == nil, revoking == nil)
            #expect(accepted != revoked)
            #expect((role(user) != nil) == accepted)
            #expect(try await world.state(token) == (accepted ? .accepted : .revoked))
        }
    }

    @Test("the wrong user is refused with the reason, each attempt is recorded, and nothing is given")
    func mismatches() async throws {
        let (_, token) = try await world.invited("pat@acme.example", as: .manager)
        let users: [(ScriptedCredential, InvitationMismatch)] = [
            (try world.access.user("a", email: "other@acme.example"), .email),
            (try world.access.user("b"), .email),
            (try world.access.user("c", email: "pat@acme.example", isVerified: false), .emailUnverified),
            (try world.access.user("d", email: "other@acme.example", isVerified: false), .email),
            (try world.access.user("e", email: "pat@acme.example", isElsewhere: true), .provider),
            (try world.access.user("f", email: "pat@acme.example "), .email),
            (try world.access.user("g", email: "pa\u{301}t@acme.example"), .email),
        ]
        let invitation = try #require(try await world.store.invitation(of: token))
        for (user, reason) in users {
            #expect(try await world.store.mismatch(of: invitation, with: InvitationWorld.invitee(user)) == reason)
            #expect(try await world.accept(token, by: user).error == .notInvited(reason), "\(user.identity)")
            #expect(role(user) == nil)
        }
        let denied = try await world.access.events().filter { $0.outcome == "denied" }
        #expect(denied.map(\.reason) == users.map(\.1.rawValue))
        #expect(try await world.access.place.count("access_grant") == 0)
        #expect(try await world.access.place.count("person_seen WHERE subject <> 'carla'") == 0)
        #expect(try await world.state(token) == .pending)
        let pat = try world.pat()
        #expect(try await world.store.mismatch(of: invitation, with: InvitationWorld.invitee(pat)) == nil)
        #expect(try await world.accept(token, by: pat).error == nil)
    }

    @Test("a grave accent and a Greek varia are two addresses")
    func octets() async throws {
        let (_, token) = try await world.invited("a`b@acme.example")
        let varia = try world.access.user("varia", email: "a\u{1FEF}b@acme.example")
        #expect(try await world.accept(token, by: varia).error == .notInvited(.email))
        let grave = try world.access.user("grave", email: "A`b@acme.example")
        #expect(try await world.accept(token, by: grave).error == nil)
    }

    @Test("a suspended user accepts nothing, by identity or by address, and the role waits", arguments: [true, false])
    func suspended(byAddress: Bool) async throws {
        let (_, token) = try await world.invited("pat@acme.example")
        let pat = try world.pat()
        let target =
            byAddress
            ? try await world.access.signedIn("twin", groups: ["viewers"], email: "PAT@acme.example")
            : try await world.access.signedIn("pat", groups: ["viewers"])
        _ = try await world.access.suspend(target.id, by: world.carla.acting()).get()
        #expect(try await world.accept(token, by: pat).error == .notInvited(.suspended))
        #expect(try await world.access.place.count("access_grant") == 0)
        _ = try await world.access.access.unsuspend(
            target.id, in: acme, by: world.carla.acting(), recording: AccessWorld.record(.suspensionDelete)
        ).get()
        #expect(try await world.accept(token, by: pat).error == nil)
    }

    @Test("the settings and the session at the time of the transaction decide")
    func meanwhile() async throws {
        let (_, first) = try await world.invited("first@acme.example")
        let (_, token) = try await world.invited("pat@acme.example")
        let (pat, access) = (try world.pat(), world.access)
        let count = try await access.readings {
            _ = try await world.accept(first, by: access.user("first", email: "first@acme.example")).get()
        }
        for (settings, refusal) in [
            (try AccessWorld.settings(listing: [AccessWorld.other]), AccessRefusal.notInvited(.provider)),
            (try AccessWorld.settings(listing: nil), .notFound),
        ] {
            access.meanwhile(atReading: count) { access.reload(settings) }
            #expect(try await world.accept(token, by: pat).error == refusal)
            access.reload(try AccessWorld.settings())
        }
        let other = try access.claims("pat", email: "other@acme.example")
        let own = pat.currentClaims
        pat.meanwhile { _ throws(DatabaseError) in pat.renew(with: other) }
        #expect(try await world.accept(token, by: pat).error == .notInvited(.email))
        pat.renew(with: own)
        pat.meanwhile { _ throws(DatabaseError) in pat.end() }
        #expect(try await world.accept(token, by: pat).error == .signedOut)
        #expect(role(pat) == nil)
    }

    @Test("an address that the provider's domain makes verified is accepted")
    func trusted() async throws {
        let (_, token) = try await world.invited("pat@acme.example")
        let claims = try world.access.claims("pat", more: ["email": #""pat@acme.example""#])
        let pat = ScriptedCredential(claims)
        #expect(try await world.accept(token, by: pat).error == .notInvited(.emailUnverified))
        world.access.reload(try AccessWorld.settings(trusting: ["acme.example"]))
        #expect(try await world.accept(token, by: pat).error == nil)
    }

    @Test("a user who has the role already accepts without a second grant")
    func granted() async throws {
        let pat = try world.pat()
        let known = try await world.access.grant(.viewer, to: pat.identity)
        let (_, token) = try await world.invited("pat@acme.example")
        #expect(try await world.accept(token, by: pat).get() == known)
        #expect(try await world.access.place.count("access_grant") == 1)
    }
}
