internal import Audit
package import Endpoints
internal import Grants
internal import Identities
package import Invitations
internal import Policy
internal import Sessions
package import Snapshots
package import Telemetry

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

    /// Returns the check of a publisher's permission for the transactions of each write.
    func authorization(_ permitted: PermittedCaller) -> PublisherAuthorization {
        let permit = permitted.permit
        return PublisherAuthorization(
            access: stores.access, publisher: standing(permitted.caller).acting(permit.permission),
            organization: permit.organization)
    }

    private func standing(_ caller: Caller) -> StandingCaller {
        StandingCaller(
            configurations: configurations, sessions: stores.sessions, claims: caller.claims,
            session: caller.session?.session)
    }
}
