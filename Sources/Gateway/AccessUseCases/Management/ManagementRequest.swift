internal import Audit
internal import Databases
package import Endpoints
internal import Grants
package import HTTPMessage
package import Identities
internal import Management
package import Policy
package import RuntimeConfiguration
internal import Snapshots
internal import Tokens
package import Web

/// A manager's use cases in one request, shared by the pages and the API: ``Management/ManagerActions`` with problems
/// in place of errors.
package struct ManagementRequest: Sendable {
    /// The configuration at the time of the request.
    package let configuration: RuntimeConfiguration
    /// The source of the configuration at the time of a change.
    let configurations: Published<RuntimeConfiguration>
    package let organization: RuntimeConfiguration.Organization
    let factory: ManagementFactory
    package let permit: Permit
    let caller: StandingCaller
    let origin: AuditOrigin

    var stores: Stores { factory.stores }
    /// The caller's claims.
    var claims: VerifiedClaims { caller.claims }
    package var id: OrganizationID { permit.organization }

    /// The configuration in force now.
    package var today: RuntimeConfiguration { configurations.read().value }

    var actions: ManagerActions {
        ManagerActions(
            ManagerActions.Stores(
                access: stores.access, invitations: stores.invitations, sessions: stores.sessions,
                denied: stores.denied),
            by: ManagerActions.Manager(
                permit, credential: caller, claims: claims,
                actor: .person(claims.audited(under: configuration.accessRules)),
                requestID: origin.requestID, address: origin.address),
            under: configuration.accessSettings,
            inviting: configuration.invitationPolicy(current: today))
    }

    /// Returns true if the identity is the caller's own.
    package func isOwn(_ identity: IdentityID) -> Bool { actions.isOwn(identity) }

    /// Returns true if this organization has suspended an identity or its verified address.
    package func isSuspended(_ identity: Identity, _ verifiedEmail: EmailAddress?) -> Bool {
        stores.access.state.snapshot.isSuspended(identity, verifiedEmail: verifiedEmail, in: id)
    }

    func checkStillPermitted() async throws(Problem) {
        try await answering { actions throws(ManagementError) in try await actions.checkStillPermitted() }
    }

    /// Runs a use case. A store failure gets one problem, and one line in the log.
    func answering<Value>(
        _ body: (ManagerActions) async throws(ManagementError) -> Value
    ) async throws(Problem) -> Value {
        do throws(ManagementError) {
            return try await body(actions)
        } catch {
            if case .store(let cause) = error { throw factory.log.problem(cause, requestID: origin.requestID) }
            throw Problem(error, of: caller)
        }
    }

    /// Performs an operation on another table of the store.
    func stored<Value>(_ body: () async throws(DatabaseError) -> Value) async throws(Problem) -> Value {
        try await factory.log.stored(requestID: origin.requestID, body)
    }

    /// Runs a long computation, such as a long table or many rules, on a reader's thread instead of the reactor.
    package func offReactor<Value: Sendable>(_ body: @escaping @Sendable () -> Value) async throws(Problem) -> Value {
        try await answering { actions throws(ManagementError) in try await actions.compute(body) }
    }

    /// Renders a page on a reader's thread: long tables would delay a reactor.
    package func show(_ page: some DocumentPage, _ status: Status = .ok) async throws(Problem) -> Reply {
        try await offReactor { .page(status, page.document) }
    }
}
