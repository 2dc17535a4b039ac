internal import Databases
package import Endpoints
package import Grants
package import Invitations
internal import Policy
package import RuntimeConfiguration
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

    /// Checks the permission again. The content of a request may take minutes to arrive, and the role or the session
    /// may end before that.
    package func checkStillPermitted(_ context: RequestContext, _ permitted: PermittedCaller) async throws(Problem) {
        try await management(context, permitted).checkStillPermitted()
    }

    /// Checks again that the caller's session has not ended, or that the token is still valid.
    package func checkStillValid(_ context: RequestContext, _ caller: Caller) async throws(Problem) {
        let (standing, database, now) = (standing(caller), stores.database, stores.now())
        let isValid = try await context.stored { () throws(DatabaseError) in
            try await database.read { transaction throws(DatabaseError) in
                try standing.isValid(at: now, transaction)
            }
        }
        guard isValid else { throw standing.refused }
    }

    /// The caller's authority, which is checked again in each transaction of a write.
    ///
    /// - Parameter permitted: the caller with the permission that the write needs.
    package func authorization(_ permitted: PermittedCaller) -> ActorAuthorization {
        ActorAuthorization(
            stores.access, of: standing(permitted.caller).acting(permitted.permit.permission),
            in: permitted.permit.organization)
    }

    /// The caller, who is checked again later.
    package func standing(_ caller: Caller) -> StandingCaller {
        StandingCaller(caller, under: configurations, stores)
    }
}
