import GatehouseTesting
import Grants
import Identities
import Invitations
import Testing
import Time

@testable import Management

@Suite("Inviting by a manager")
struct InvitingTests {
    private let world: ManagementWorld

    init() async throws { world = try await ManagementWorld() }

    private func invite(
        _ email: String, as role: Role = .viewer, on policy: InvitationPolicy
    ) async throws -> ManagementError? {
        let actions = try world.actions(inviting: policy)
        return await error { _ = try await actions.invite(InvitationDraft(email, as: role)) }
    }

    @Test("an invitation is not sent again once its domain is not allowed any more")
    func resend() async throws {
        let id = try await world.actions().invite(InvitationDraft("a@old.example", as: .viewer)).invitation.id
        let actions = try world.actions(inviting: ManagementWorld.policy(domains: ["new.example"]))
        let before = try await world.access.place.content()
        #expect(await error { _ = try await actions.resend(id) }.isDomainNotAllowed)
        #expect(try await world.access.place.content() == before)
        #expect(await error { _ = try await actions.resend("none") }.refusal == .notFound)
        #expect(await error { try await actions.revokeInvitation(id) }.isSuccess, "it can be revoked")
    }

    @Test("lifetime, limit and delivery are those of the policy, and the inviter is the manager")
    func terms() async throws {
        let policy = ManagementWorld.policy(perDay: 1, sendsEmail: true)
        let issued = try await world.actions(inviting: policy).invite(
            InvitationDraft("a@acme.example", as: .manager))
        #expect(issued.token == nil && issued.invitation.delivery == .queued)
        #expect(issued.invitation.expiresAt == world.access.clock.now + .seconds(7 * 86400))
        #expect(try issued.invitation.inviter == world.carla.id)
        #expect(issued.invitation.inviterEmail == "carla@acme.example")
        #expect(try await invite("b@acme.example", on: policy).refusal == .tooManyToday(retryAfter: 86400))
        #expect(try await invite("a@acme.example", as: .viewer, on: policy).refusal == .invitedOtherwise(.manager))
        let known = try await world.actions(inviting: policy).invite(
            InvitationDraft("A@acme.example", as: .manager))
        #expect(!known.isNew && known.invitation.id == issued.invitation.id)
    }
}
