internal import Audit
internal import ClaimMapping
internal import Configuration
internal import Databases
package import Endpoints
internal import Grants
package import Identities
internal import Invitations
internal import JSON
internal import Management
internal import OpenID
package import Policy
internal import Sessions
internal import Snapshots
internal import Sockets
internal import Telemetry
internal import Text
internal import Time
internal import Tokens

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
    var access: AccessStore { stores.access }
    var id: OrganizationID { permit.organization }

    /// The configuration in force now.
    package var today: RuntimeConfiguration { configurations.read().value }

    private var actions: ManagerActions {
        ManagerActions(
            ManagerActions.Stores(
                access: stores.access, invitations: stores.invitations, sessions: stores.sessions,
                denied: stores.denied),
            by: ManagerActions.Manager(
                permit, credential: caller, claims: claims, actor: claims.actor, requestID: origin.requestID,
                address: origin.address),
            under: configuration.accessSettings,
            inviting: InvitationPolicy(
                rules: today.invitations.rules, lifetime: configuration.invitations.lifetime,
                perDay: configuration.invitations.perDay, sendsEmail: configuration.mail != nil))
    }

    func record(_ action: AuditAction) -> AuditRecord { actions.record(action) }

    /// - Parameter isConfirmed: true if the caller confirms the loss of their own role.
    func acting(_ permission: Permission, isConfirmed: Bool = false) -> AccessActor {
        actions.acting(permission, isConfirmed: isConfirmed)
    }

    /// Returns true if the identity is the caller's own.
    package func isOwn(_ identity: IdentityID) -> Bool { actions.isOwn(identity) }

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
            if case .store(let cause) = error {
                factory.log.write(
                    .error, "the store cannot be used", requestID: origin.requestID, fields: [("cause", "\(cause)")])
            }
            throw Problem(error, allowedDomains: today.invitations.allowedDomains)
        }
    }

    /// Variant of `answering(_:)` for other tables of the store.
    func stored<Value>(_ body: () async throws(DatabaseError) -> Value) async throws(Problem) -> Value {
        try await answering { _ throws(ManagementError) in
            do throws(DatabaseError) {
                return try await body()
            } catch {
                throw .store(error)
            }
        }
    }

    /// Variant of `stored(_:)` for changes that may be refused.
    func decided<Value>(
        _ body: () async throws(DatabaseError) -> Result<Value, AccessRefusal>
    ) async throws(Problem) -> Value {
        switch try await stored(body) {
        case .success(let value): return value
        case .failure(let refusal): throw Problem(refusal)
        }
    }

    /// Runs a long computation, such as a long table or many rules, on a reader's thread instead of the reactor.
    package func offReactor<Value: Sendable>(_ body: @escaping @Sendable () -> Value) async throws(Problem) -> Value {
        try await answering { actions throws(ManagementError) in try await actions.compute(body) }
    }
}
