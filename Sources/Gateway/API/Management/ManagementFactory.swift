internal import Audit
internal import Databases
package import Endpoints
internal import Grants
internal import Identities
internal import Inventory
package import Invitations
internal import Policy
internal import Sessions
package import Snapshots
package import Telemetry
internal import WorkspaceMetrics

/// Makes the management operations of a request from its context and its permitted caller.
package struct ManagementFactory: Sendable {
    let configurations: Published<RuntimeConfiguration>
    let stores: Stores
    let outboxSignal: OutboxSignal
    let checkpoints: AuditCheckpoints
    let log: Log

    package init(
        configurations: Published<RuntimeConfiguration>, stores: Stores, outboxSignal: OutboxSignal,
        checkpoints: AuditCheckpoints,
        log: Log
    ) {
        self.configurations = configurations
        self.stores = stores
        self.outboxSignal = outboxSignal
        self.checkpoints = checkpoints
        self.log = log
    }

    package func management(_ context: RequestContext, _ permitted: PermittedCaller) -> ManagementRequest {
        ManagementRequest(
            configuration: context.configuration, configurations: configurations, organization: permitted.organization,
            factory: self, permit: permitted.permit, caller: standing(permitted.caller), origin: context.origin)
    }

    /// The permission is checked again: the content of a request may take minutes to arrive, and a role may
    /// be revoked or a session may end before that.
    package func checkStillPermitted(_ context: RequestContext, _ permitted: PermittedCaller) async throws(Problem) {
        try await management(context, permitted).checkStillPermitted()
    }

    /// The check of a publisher's permission in the transactions of each write.
    func authorization(_ permitted: PermittedCaller) -> WriteAuthorization {
        let permit = permitted.permit
        let identity = standing(permitted.caller).acting(permit.permission)
        let (access, organization) = (stores.access, permit.organization)
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
            configurations: configurations, sessions: stores.sessions, claims: caller.claims,
            session: caller.session?.session.key)
    }
}
