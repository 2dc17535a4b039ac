internal import Audit
internal import Databases
package import Endpoints
package import Grants
package import Invitations
package import Policy
package import RuntimeConfiguration
internal import Sessions
package import Snapshots
package import Telemetry
package import Time
internal import Tokens

/// The acceptances of invitations, shared by the pages and the API.
package struct Acceptances: Sendable {
    let configurations: Published<RuntimeConfiguration>
    let stores: Stores
    let log: Log

    package init(configurations: Published<RuntimeConfiguration>, stores: Stores, log: Log) {
        self.configurations = configurations
        self.stores = stores
        self.log = log
    }

    package var now: Timestamp { stores.now() }

    /// The acceptance of a caller, with a session or a program's token.
    package func acceptance(_ context: RequestContext, _ caller: Caller) -> Acceptance {
        Acceptance(
            all: self, claims: caller.claims, origin: context.origin, session: caller.session?.session)
    }

    /// The invitation with a token; nil if there is none.
    package func invitation(
        of token: InvitationToken, _ context: RequestContext
    ) async throws(Problem) -> Invitation? {
        try await context.stored { () throws(DatabaseError) in try await stores.invitations.invitation(of: token) }
    }
}

/// The acceptance of an invitation by one caller.
package struct Acceptance: Sendable {
    let all: Acceptances
    let claims: VerifiedClaims
    let origin: AuditOrigin
    /// The session of the sign-in, which the organization then knows; nil for a program's token.
    let session: Session?

    private var invitee: Invitee {
        let caller = StandingCaller(
            configurations: all.configurations, sessions: all.stores.sessions, claims: claims, session: session)
        return Invitee(caller, email: claims.payload.shownEmail, isSignedIn: session != nil)
    }

    /// The reason why an invitation is not for the caller; nil if it is.
    package func mismatch(with invitation: Invitation) async throws(Problem) -> InvitationMismatch? {
        try await all.log.stored(requestID: origin.requestID) { () throws(DatabaseError) in
            try await all.stores.invitations.mismatch(of: invitation, with: invitee)
        }
    }

    package func accept(_ token: InvitationToken) async throws(Problem) -> Grant {
        let record = AuditRecord(
            .invitationAccept, by: claims.actor, requestID: origin.requestID, address: origin.address)
        let result = try await all.log.stored(requestID: origin.requestID) { () throws(DatabaseError) in
            try await all.stores.invitations.accept(token, by: invitee, recording: record)
        }
        switch result {
        case .success(let grant): return grant
        case .failure(.notFound):
            throw Problem(.notFound, detail: "No invitation has this token. A newer link may have replaced it.")
        case .failure(let refusal): throw Problem(refusal)
        }
    }
}
