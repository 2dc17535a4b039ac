internal import Audit
internal import ClaimMapping
internal import Databases
internal import Grants
internal import JSON
internal import Organizations
internal import Telemetry
internal import Time
internal import Tokens

/// Taking an invitation up: the same by page and by API.
struct Acceptance: Sendable {
    let deployment: Deployment
    let service: SignInService
    let claims: VerifiedClaims
    let origin: AuditOrigin
    /// Whether the claims are those of a sign-in, which the organization then knows; a program's token is none.
    let isSignIn: Bool

    var invitee: Invitee {
        let root = claims.claims.root
        return Invitee(
            issuer: claims.identity.issuer, subject: claims.identity.subject,
            verifiedEmail: deployment.emailTrust(of: claims.provider).verifiedEmail(of: root),
            email: root.shownEmail)
    }

    func isAccepted(_ organization: OrganizationID) -> Bool {
        deployment.organization(organization.text)?.accepts(claims.provider) ?? false
    }

    func accept(_ token: InvitationToken) async throws(Problem) -> Grant {
        let now = service.now()
        let record = AuditRecord(
            .invitationAccept, by: claims.actor, requestID: origin.requestID, address: origin.address)
        let result: Result<Grant, AccessRefusal>
        do throws(DatabaseError) {
            result = try await service.access.accept(
                token, by: invitee, isAccepted: isAccepted,
                seen: { id in
                    guard self.isSignIn, let organization = self.deployment.organization(id.text) else { return nil }
                    return self.deployment.personSeen(self.claims, in: organization, at: now)
                }, recording: record)
        } catch {
            service.log.write(
                .error, "the store cannot be used", requestID: origin.requestID, fields: [("cause", "\(error)")])
            throw Problem(.unavailable, detail: "The store cannot be reached. Try again in a moment.")
        }
        switch result {
        case .success(let grant): return grant
        case .failure(.notFound):
            throw Problem(.notFound, detail: "No invitation has this token. It may have been sent anew since.")
        case .failure(let refusal): throw Problem(refusal)
        }
    }
}
