import Audit
import Cryptography
import Databases
import GatehouseTesting
import Grants
import Identities
import JSON
import Policy
import Testing
import Time
import Tokens

@testable import Invitations

/// Invitations to Acme by its manager Carla.
struct InvitationWorld: Sendable {
    static let week: Duration = .seconds(7 * 86400)

    let access: AccessWorld
    let carla: ScriptedCredential
    var store: InvitationStore { access.invitations }
    var clock: ManualClock { access.clock }

    init() async throws {
        access = try AccessWorld()
        carla = try await access.manager()
    }

    func terms(
        by manager: ScriptedCredential? = nil, lifetime: Duration = week, perDay: Int? = 50, sendsEmail: Bool = false
    ) throws -> InvitationTerms {
        let manager = manager ?? carla
        return InvitationTerms(
            inviter: try manager.id,
            inviterEmail: access.access.state.rules.verifiedEmail(of: manager.currentClaims), lifetime: lifetime,
            perDay: perDay, sendsEmail: sendsEmail)
    }

    func invite(
        _ email: String, as role: Role = .viewer, by manager: ScriptedCredential? = nil,
        on terms: InvitationTerms? = nil
    ) async throws -> Result<IssuedInvitation, AccessRefusal> {
        let manager = manager ?? carla
        return try await store.invite(
            InvitationDraft(email, as: role), to: AccessWorld.acme, by: manager.acting(),
            on: terms ?? self.terms(by: manager), recording: AccessWorld.record(.invitationCreate))
    }

    /// Invites an address, and returns the id and the token of the link.
    func invited(
        _ email: String, as role: Role = .viewer, by manager: ScriptedCredential? = nil
    ) async throws -> (id: String, token: InvitationToken) {
        let issued = try await invite(email, as: role, by: manager).get()
        return (issued.invitation.id, try #require(issued.token))
    }

    func resend(_ id: String, on terms: InvitationTerms? = nil) async throws -> Result<IssuedInvitation, AccessRefusal>
    {
        try await store.resend(
            id, in: AccessWorld.acme, by: carla.acting(), on: terms ?? self.terms(),
            recording: AccessWorld.record(.invitationResend))
    }

    func revoke(_ id: String) async throws -> AccessRefusal? {
        try await store.revoke(
            id, in: AccessWorld.acme, by: carla.acting(), recording: AccessWorld.record(.invitationRevoke)
        ).error
    }

    func accept(
        _ token: InvitationToken, by user: ScriptedCredential, isSignedIn: Bool = true
    ) async throws -> Result<Grant, AccessRefusal> {
        try await store.accept(
            token, by: InvitationWorld.invitee(user, isSignedIn: isSignedIn),
            recording: AccessWorld.record(.invitationAccept))
    }

    static func invitee(_ user: ScriptedCredential, isSignedIn: Bool = true) -> Invitee {
        let email = user.currentClaims.payload.member("email")?.string
        return Invitee(user, email: email.map { EmailAddress($0) }, isSignedIn: isSignedIn)
    }

    func state(_ token: InvitationToken) async throws -> Invitation.State? {
        try await store.invitation(of: token)?.state
    }

    /// A user with the address of an invitation.
    func pat(_ email: String = "pat@acme.example") throws -> ScriptedCredential { try access.user("pat", email: email) }
}
