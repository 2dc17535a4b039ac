import Audit
import GatehouseTesting
import Grants
import Identities
import Policy
import Testing

@testable import Invitations

@Suite("Pending invitations of a manager")
struct InviterTests {
    private let world: InvitationWorld

    init() async throws { world = try await InvitationWorld() }

    private func gus(_ email: String? = "gus@acme.example") async throws -> (user: ScriptedCredential, grant: Grant) {
        let gus = try await world.access.signedIn("gus", email: email)
        return (gus, try await world.access.grant(.manager, to: gus.identity))
    }

    private func revoke(_ grant: Grant) async throws {
        _ = try await world.access.access.revoke(
            grant.id, in: AccessWorld.acme, by: world.carla.acting(), recording: AccessWorld.record(.grantRevoke)
        ).get()
    }

    private func suspend(_ user: ScriptedCredential) async throws {
        _ = try await world.access.suspend(user.id, by: world.carla.acting()).get()
    }

    @Test("they are revoked with the manager's grant, and others' are not")
    func revoked() async throws {
        let (gus, grant) = try await gus()
        let own = try await world.invited("one@acme.example", by: gus).token
        let others = try await world.invited("two@acme.example").token
        let accepted = try await world.invited("pat@acme.example", by: gus).token
        _ = try await world.accept(accepted, by: world.pat()).get()
        let viewer = try await world.access.grant(.viewer, to: gus.identity)
        try await revoke(viewer)
        #expect(try await world.state(own) == .pending, "another role ends no invitation")
        try await revoke(grant)
        #expect(try await world.state(own) == .revoked)
        #expect(try await world.state(others) == .pending)
        #expect(try await world.state(accepted) == .accepted)
        let events = try await world.access.events().filter { $0.action == "invitation_revoke" }
        #expect(events.map(\.reason) == ["manager_revoked"] && events.first?.detail("email") == "one@acme.example")
    }

    @Test("they are revoked by a suspension of the manager, or of another account with the address")
    func suspended() async throws {
        for (round, isTwin) in [false, true].enumerated() {
            let (gus, _) = try await gus()
            let target =
                isTwin
                ? try await world.access.signedIn("twin", groups: ["viewers"], email: "GUS@acme.example") : gus
            let own = try await world.invited("p\(round)@acme.example", by: gus).token
            try await suspend(target)
            #expect(try await world.state(own) == .revoked)
            _ = try await world.access.access.unsuspend(
                target.id, in: AccessWorld.acme, by: world.carla.acting(),
                recording: AccessWorld.record(.suspensionDelete)
            ).get()
            #expect(try await world.state(own) == .revoked, "the end of a suspension brings no invitation back")
        }
    }

    @Test("they are revoked if a suspension is extended to the manager's address")
    func extended() async throws {
        let (gus, _) = try await gus()
        let own = try await world.invited("one@acme.example", by: gus).token
        let others = try await world.invited("two@acme.example").token
        let pat = try await world.access.signedIn("pat", groups: ["viewers"])
        try await suspend(pat)
        _ = try await world.access.access.extendSuspension(
            of: pat.id, to: "gus@acme.example", in: AccessWorld.acme, recording: AccessWorld.record(.suspensionExtend)
        ).get()
        #expect(try await world.state(own) == .revoked)
        #expect(try await world.state(others) == .pending)
        #expect(
            try await world.access.events().last { $0.action == "invitation_revoke" }?.reason == "manager_suspended")
    }

    @Test("an address that is not verified ends no invitation")
    func unverified() async throws {
        let (gus, _) = try await gus()
        let own = try await world.invited("one@acme.example", by: gus).token
        let fake = try await world.access.signedIn(
            "fake", groups: ["viewers"], email: "gus@acme.example", isVerified: false)
        try await suspend(fake)
        #expect(try await world.state(own) == .pending)
    }

    @Test("a refused revocation or suspension ends no invitation")
    func refused() async throws {
        let own = try await world.invited("one@acme.example").token
        #expect(try await world.access.suspend(world.carla.id, by: world.carla.acting()).error == .losesOwnRole)
        #expect(
            try await world.access.suspend(world.carla.id, by: world.carla.acting(isConfirmed: true)).error
                == .wouldLockOut)
        #expect(try await world.state(own) == .pending)
        #expect(try await world.access.events().allSatisfy { $0.action != "invitation_revoke" })
    }

    @Test("invitations to another organization, and the operator's, stay")
    func elsewhere() async throws {
        let (gus, grant) = try await gus()
        let glenn = ScriptedCredential(
            try world.access.claims("gus", groups: ["globex-managers"], email: "gus@acme.example"))
        let globex = try await world.store.invite(
            InvitationDraft("one@acme.example", as: .viewer), to: AccessWorld.globex, by: glenn.acting(),
            on: world.terms(by: gus), recording: AccessWorld.record(.invitationCreate, in: AccessWorld.globex)
        ).get()
        let operators = try await world.store.invite(
            InvitationDraft("two@acme.example", as: .viewer), to: AccessWorld.acme,
            byOperatorOn: .ofOperator(lifetime: InvitationWorld.week),
            recording: AccessWorld.record(.invitationCreate)
        ).get()
        try await revoke(grant)
        try await suspend(gus)
        #expect(try await world.state(#require(globex.token)) == .pending)
        #expect(try await world.state(#require(operators.token)) == .pending)
    }
}
