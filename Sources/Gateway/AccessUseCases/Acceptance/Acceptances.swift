internal import Audit
internal import Databases
package import Endpoints
package import Grants
package import Invitations
package import Policy
internal import RuntimeConfiguration
internal import Sessions
package import Time
internal import Tokens

/// The acceptances of invitations, shared by the pages and the API.
package struct Acceptances: Sendable {
    private let management: ManagementFactory
    private var stores: Stores { management.stores }

    package init(management: ManagementFactory) {
        self.management = management
    }

    package var now: Timestamp { stores.now() }

    /// Returns the caller as a possible invitee. The organization then knows a session's sign-in, and not the use of a
    /// program's token.
    private func invitee(_ caller: Caller, _ standing: StandingCaller) -> Invitee {
        Invitee(
            standing, email: caller.claims.payload.shownEmail,
            isSignedIn: caller.session != nil)
    }

    /// The invitation with a token; nil if there is none.
    package func invitation(
        of token: InvitationToken, _ context: RequestContext
    ) async throws(Problem) -> Invitation? {
        try await context.stored { () throws(DatabaseError) in try await stores.invitations.invitation(of: token) }
    }

    /// The reason why an invitation is not for the caller; nil if it is.
    package func mismatch(
        of invitation: Invitation, with caller: Caller, _ context: RequestContext
    ) async throws(Problem) -> InvitationMismatch? {
        let invitee = invitee(caller, management.standing(caller))
        return try await context.stored { () throws(DatabaseError) in
            try await stores.invitations.mismatch(of: invitation, with: invitee)
        }
    }

    package func accept(
        _ token: InvitationToken, by caller: Caller, _ context: RequestContext
    ) async throws(Problem) -> Grant {
        let (standing, origin) = (management.standing(caller), context.origin)
        let invitee = invitee(caller, standing)
        let record = AuditRecord(
            .invitationAccept, by: caller.actor(under: context.configuration.accessRules), requestID: origin.requestID,
            address: origin.address)
        let result = try await context.stored { () throws(DatabaseError) in
            try await stores.invitations.accept(token, by: invitee, recording: record)
        }
        switch result {
        case .success(let grant): return grant
        case .failure(.notFound):
            throw Problem(.notFound, detail: "No invitation has this token. A newer link may have replaced it.")
        case .failure(let refusal): throw Problem(refusal, of: standing)
        }
    }
}
