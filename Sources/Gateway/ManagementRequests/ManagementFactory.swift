internal import Audit
internal import Databases
internal import Grants
internal import Identities
internal import Inventory
internal import Policy
internal import Sessions
internal import Snapshots
internal import WorkspaceMetrics

/// Makes the management operations of a request from its context and its permitted caller.
struct ManagementFactory: Sendable {
    let deployments: Published<Deployment>
    let service: SignInService

    func management(_ context: RequestContext, _ permitted: PermittedCaller) -> ManagementRequest {
        ManagementRequest(
            deployment: context.deployment, deployments: deployments, organization: permitted.organization,
            service: service, permit: permitted.permit, caller: standing(permitted.caller), origin: context.origin)
    }

    /// The permission is checked again: the content of a request may take minutes to arrive, and meanwhile a role may
    /// be revoked or a session may end.
    func checkStillPermitted(_ context: RequestContext, _ permitted: PermittedCaller) async throws(Problem) {
        try await management(context, permitted).checkStillPermitted()
    }

    /// The check of a publisher's permission in the transactions of each write.
    func authorization(_ permitted: PermittedCaller) -> WriteAuthorization {
        let permit = permitted.permit
        let identity = standing(permitted.caller).acting(permit.permission)
        let (access, organization) = (service.access, permit.organization)
        return WriteAuthorization { transaction throws(DatabaseError) in
            switch try access.refusal(of: identity, in: organization, transaction) {
            case nil: nil
            case .signedOut: .signedOut
            case .notPermitted(let isMember): .notPermitted(isMember: isMember)
            case .some: .notPermitted(isMember: false)
            }
        }
    }

    private func standing(_ caller: Caller) -> StandingCaller {
        StandingCaller(
            deployments: deployments, sessions: service.sessions, claims: caller.claims,
            session: caller.session?.session.key)
    }
}
