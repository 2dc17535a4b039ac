internal import Audit
internal import ClaimMapping
internal import Databases
internal import Grants
internal import Identities
internal import JSON
internal import Sessions
internal import Snapshots
internal import Telemetry
internal import Time
internal import Tokens

/// Acceptance of an invitation, shared by the page and the API.
struct Acceptance: Sendable {
    let deployments: Published<Deployment>
    let service: SignInService
    let claims: VerifiedClaims
    let origin: AuditOrigin
    /// The session of the sign-in, which the organization then knows; nil for a program's token.
    let session: SessionKey?

    /// The deployment at this moment, since a request may take minutes to arrive.
    private var deployment: Deployment { deployments.read().value }

    var invitee: Invitee {
        let root = claims.payload
        return Invitee(
            issuer: claims.identity.issuer.text, subject: claims.identity.subject.text,
            verifiedEmail: deployment.emailTrust(of: claims.provider).verifiedEmail(of: claims.known),
            email: root.shownEmail?.spelling)
    }

    /// Returns true if the organization accepts sign-ins of this provider; nil if the organization no longer exists.
    func isAccepted(_ organization: OrganizationID) -> Bool? {
        deployment.organization(organization.text)?.accepts(claims.provider)
    }

    func accept(_ token: InvitationToken) async throws(Problem) -> Grant {
        let now = service.now()
        let record = AuditRecord(
            .invitationAccept, by: claims.actor, requestID: origin.requestID, address: origin.address)
        let caller = StandingCaller(
            deployments: deployments, sessions: service.sessions, claims: claims, session: session)
        let result: Result<Grant, AccessRefusal>
        do throws(DatabaseError) {
            result = try await service.access.accept(
                token, by: invitee, isAccepted: isAccepted, isSignedIn: caller.isSignedIn,
                seen: { id in
                    guard self.session != nil, let organization = self.deployment.organization(id.text) else {
                        return nil
                    }
                    return self.deployment.personSeen(
                        self.claims, in: organization, with: self.service.access.snapshots.read().value, at: now)
                }, recording: record)
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
