public import Audit
internal import Databases
public import Grants
public import Identities
public import Invitations
public import Policy
public import Sessions
internal import Snapshots
public import Tokens

/// The use cases of one manager in one organization. The permit was decided before and names the organization.
public struct ManagerActions: Sendable {
    /// The stores that the use cases change.
    public struct Stores: Sendable {
        let access: AccessStore
        let invitations: InvitationStore
        let sessions: SessionStore
        let denied: DeniedSignInStore

        public init(
            access: AccessStore, invitations: InvitationStore, sessions: SessionStore, denied: DeniedSignInStore
        ) {
            self.access = access
            self.invitations = invitations
            self.sessions = sessions
            self.denied = denied
        }
    }

    /// The manager who acts.
    public struct Manager: Sendable {
        let permit: Permit
        let credential: any ActorCredential
        /// The claims at the time of the request.
        let claims: VerifiedClaims
        /// The manager's name in the audit log.
        let actor: AuditActor
        let requestID: String
        let address: String

        /// - Parameters:
        ///   - claims: the claims at the time of the request.
        ///   - actor: the manager's name in the audit log.
        ///   - address: the client's address, for the audit log.
        public init(
            _ permit: Permit, credential: any ActorCredential, claims: VerifiedClaims, actor: AuditActor,
            requestID: String, address: String
        ) {
            self.permit = permit
            self.credential = credential
            self.claims = claims
            self.actor = actor
            self.requestID = requestID
            self.address = address
        }
    }

    let stores: Stores
    let manager: Manager
    /// The settings at the time of the request.
    let settings: AccessSettings
    let invitationPolicy: InvitationPolicy

    /// - Parameter settings: the settings at the time of the request; a change uses those in force in its transaction.
    public init(
        _ stores: Stores, by manager: Manager, under settings: AccessSettings, inviting policy: InvitationPolicy
    ) {
        self.stores = stores
        self.manager = manager
        self.settings = settings
        invitationPolicy = policy
    }

    public var organization: OrganizationID { manager.permit.organization }
    var access: AccessStore { stores.access }

    /// The state that decides this request.
    var state: AccessState {
        AccessState(rules: settings.rules, snapshot: access.snapshots.read().value)
    }

    /// Returns a record of an action of the manager in this organization.
    public func record(_ action: AuditAction) -> AuditRecord {
        AuditRecord(
            action, by: manager.actor, in: organization, requestID: manager.requestID, address: manager.address)
    }

    /// Returns the manager as the actor of a change.
    ///
    /// - Parameter isConfirmed: true if the manager confirms the loss of their own role.
    public func acting(_ permission: Permission, isConfirmed: Bool = false) -> AccessActor {
        AccessActor(manager.credential, permission: permission, isConfirmed: isConfirmed)
    }

    /// Returns true if the identity is the manager's own.
    public func isOwn(_ id: IdentityID) -> Bool { id == (try? IdentityID(manager.permit.identity)) }

    /// Checks the permission again. The content of a request may take minutes to arrive, and the role or the session
    /// may end before that.
    public func checkStillPermitted() async throws(ManagementError) {
        let (access, organization, actor) = (access, organization, acting(manager.permit.permission))
        let refusal = try await stored { () throws(DatabaseError) in
            try await access.database.read { transaction throws(DatabaseError) in
                try access.refusal(of: actor, in: organization, transaction)
            }
        }
        if let refusal { throw .refused(refusal) }
    }

    /// Runs a long computation, such as a long table or many rules, on a reader's thread instead of the reactor.
    public func compute<Value: Sendable>(
        _ body: @escaping @Sendable () -> Value
    ) async throws(ManagementError) -> Value {
        try await stored { () throws(DatabaseError) in try await access.database.compute(body) }
    }

    func stored<Value>(
        _ body: () async throws(DatabaseError) -> Value
    ) async throws(ManagementError) -> Value {
        do throws(DatabaseError) {
            return try await body()
        } catch {
            throw .store(error)
        }
    }

    /// Variant of `stored(_:)` for changes that may be refused.
    func decided<Value>(
        _ body: () async throws(DatabaseError) -> Result<Value, AccessRefusal>
    ) async throws(ManagementError) -> Value {
        switch try await stored(body) {
        case .success(let value): return value
        case .failure(let refusal): throw .refused(refusal)
        }
    }
}
