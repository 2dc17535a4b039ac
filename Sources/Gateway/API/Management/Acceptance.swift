internal import Audit
internal import ClaimMapping
internal import Databases
package import Endpoints
package import Grants
internal import Identities
package import Invitations
internal import JSON
package import Policy
package import Sessions
package import Snapshots
package import Telemetry
package import Tokens

/// Acceptance of an invitation, shared by the page and the API.
package struct Acceptance: Sendable {
    let configurations: Published<RuntimeConfiguration>
    let stores: Stores
    let log: Log
    let claims: VerifiedClaims
    let origin: AuditOrigin
    /// The session of the sign-in, which the organization then knows; nil for a program's token.
    let session: Session?

    package init(
        configurations: Published<RuntimeConfiguration>, stores: Stores, log: Log, claims: VerifiedClaims,
        origin: AuditOrigin,
        session: Session?
    ) {
        self.configurations = configurations
        self.stores = stores
        self.log = log
        self.claims = claims
        self.origin = origin
        self.session = session
    }

    package var invitee: Invitee {
        let caller = StandingCaller(
            configurations: configurations, sessions: stores.sessions, claims: claims, session: session)
        return Invitee(caller, email: claims.payload.shownEmail, isSignedIn: session != nil)
    }

    package func accept(_ token: InvitationToken) async throws(Problem) -> Grant {
        let record = AuditRecord(
            .invitationAccept, by: claims.actor, requestID: origin.requestID, address: origin.address)
        let result: Result<Grant, AccessRefusal>
        do throws(DatabaseError) {
            result = try await stores.invitations.accept(token, by: invitee, recording: record)
        } catch {
            throw log.problem(error, requestID: origin.requestID)
        }
        switch result {
        case .success(let grant): return grant
        case .failure(.notFound):
            throw Problem(.notFound, detail: "No invitation has this token. A newer link may have replaced it.")
        case .failure(let refusal): throw Problem(refusal)
        }
    }
}
