internal import Audit
internal import ClaimMapping
internal import Databases
internal import Grants
internal import Identities
internal import Invitations
internal import JSON
internal import Policy
internal import Sessions
internal import Snapshots
internal import Telemetry
internal import Tokens

/// Acceptance of an invitation, shared by the page and the API.
struct Acceptance: Sendable {
    let deployments: Published<Deployment>
    let service: SignInService
    let claims: VerifiedClaims
    let origin: AuditOrigin
    /// The session of the sign-in, which the organization then knows; nil for a program's token.
    let session: SessionKey?

    var invitee: Invitee {
        let caller = StandingCaller(
            deployments: deployments, sessions: service.sessions, claims: claims, session: session)
        return Invitee(caller, email: claims.payload.shownEmail, isSignedIn: session != nil)
    }

    func accept(_ token: InvitationToken) async throws(Problem) -> Grant {
        let record = AuditRecord(
            .invitationAccept, by: claims.actor, requestID: origin.requestID, address: origin.address)
        let result: Result<Grant, AccessRefusal>
        do throws(DatabaseError) {
            result = try await service.invitations.accept(token, by: invitee, recording: record)
        } catch {
            service.log.write(
                .error, "the store cannot be used", requestID: origin.requestID, fields: [("cause", "\(error)")])
            throw Problem.storeUnavailable
        }
        switch result {
        case .success(let grant): return grant
        case .failure(.notFound):
            throw Problem(.notFound, detail: "No invitation has this token. A newer link may have replaced it.")
        case .failure(let refusal): throw Problem(refusal)
        }
    }
}
