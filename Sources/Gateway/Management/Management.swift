internal import Audit
internal import ClaimMapping
internal import Databases
internal import Grants
internal import Identities
internal import JSON
internal import Policy
internal import Sessions
internal import Snapshots
internal import Telemetry
internal import Time
internal import Tokens

/// Operations on an organization's members, invitations and mappings, shared by the pages and the API. The permit was
/// decided before and names the organization.
struct Management: Sendable {
    /// The deployment at the time of the request.
    let deployment: Deployment
    /// The source of the deployment at the time of a change.
    let deployments: Published<Deployment>
    let organization: Deployment.Organization
    let service: SignInService
    let permit: Permit
    let caller: StandingCaller
    let origin: AuditOrigin

    /// The caller's claims.
    var claims: VerifiedClaims { caller.claims }
    var access: AccessStore { service.access }
    var id: OrganizationID { permit.organization }

    func record(_ action: AuditAction) -> AuditRecord {
        AuditRecord(
            action, by: claims.actor, in: id, requestID: origin.requestID, address: origin.address)
    }

    /// The caller's identity, for the transaction of a change.
    ///
    /// - Parameter isConfirmed: true if the caller confirms the loss of their own role.
    func acting(_ permission: Permission, isConfirmed: Bool = false) -> AccessActor {
        caller.acting(permission, isConfirmed: isConfirmed)
    }

    /// The deployment in force now.
    var today: Deployment { deployments.read().value }

    /// The state that decides this request.
    var state: AccessState {
        AccessState(rules: deployment.accessRules, snapshot: access.snapshots.read().value)
    }

    /// The permission is checked again: the content of a request may take minutes to arrive, and meanwhile a role may
    /// be revoked or a session may end.
    func checkStillPermitted() async throws(Problem) {
        let (access, id, identity) = (access, id, acting(permit.permission))
        let refusal = try await stored { () throws(DatabaseError) in
            try await service.database.read { transaction throws(DatabaseError) in
                try access.refusal(of: identity, in: id, transaction)
            }
        }
        if let refusal { throw Problem(refusal) }
    }

    /// Returns true if the identity is the caller's own.
    func isOwn(_ identity: IdentityID) -> Bool {
        identity == (try? IdentityID(permit.identity))
    }

    /// A store failure gets one problem, and one line in the log.
    func stored<Value>(
        _ body: () async throws(DatabaseError) -> Value
    ) async throws(Problem) -> Value {
        do throws(DatabaseError) {
            return try await body()
        } catch {
            service.log.write(
                .error, "the store cannot be used", requestID: origin.requestID, fields: [("cause", "\(error)")])
            throw Problem(.unavailable, detail: "The store cannot be reached. Try again in a moment.")
        }
    }

    /// Runs a long computation, such as a long table or many rules, on a reader's thread instead of the reactor.
    func offReactor<Value: Sendable>(_ body: @escaping @Sendable () -> Value) async throws(Problem) -> Value {
        try await stored { () throws(DatabaseError) in try await service.database.compute(body) }
    }

    /// Variant of `stored(_:)` for operations that may be refused.
    func decided<Value>(
        _ body: () async throws(DatabaseError) -> Result<Value, AccessRefusal>
    ) async throws(Problem) -> Value {
        switch try await stored(body) {
        case .success(let value): return value
        case .failure(let refusal): throw Problem(refusal)
        }
    }
}

extension Problem {
    /// The reason why access was not changed, and what to do about it.
    init(_ refusal: AccessRefusal) {
        switch refusal {
        case .notFound: self.init(.notFound, detail: "Nothing of this id is known here.")
        case .signedOut:
            self.init(.unauthenticated, detail: "Your session has ended. Sign in to continue.")
        case .wouldLockOut:
            self.init(
                .wouldLockOut,
                detail: "Nobody could manage the organization any more. Make somebody else a manager first.")
        case .notPermitted(let isMember):
            self.init(
                isMember ? .permissionMissing : .organizationNotFound,
                detail: "Your role in this organization was taken away, or does not permit this any more.")
        case .losesOwnRole:
            self.init(.conflict, detail: "This takes your own role away. Add ?confirm=self where you mean it.")
        case .changedMeanwhile:
            self.init(
                .preconditionFailed,
                detail: "Somebody changed the rows meanwhile. Look at them anew, then change them.")
        case .tooMany:
            self.init(
                .conflict,
                detail: "An organization has at most \(AccessStore.mostMappings) rows here, and "
                    + "\(AccessStore.mostPatterns) of them may be patterns. Remove some first.")
        case .invitedOtherwise(let role):
            self.init(
                .conflict,
                detail: "This address is invited already, as \(role.rawValue). Revoke that invitation first.",
                reason: "pending")
        case .tooManyToday(let seconds):
            self.init(.rateLimited, detail: "The organization has sent as many invitations today as it may.")
            retryAfter = seconds
        case .closed(let state):
            self.init(
                .conflict,
                detail: "The invitation is \(state.rawValue) already. Ask a manager for a new one, or make one.",
                reason: state.rawValue)
        case .notInvited(let mismatch):
            self.init(.permissionMissing, detail: mismatch.advice, reason: mismatch.rawValue)
        }
    }
}

extension InvitationMismatch {
    var advice: String {
        switch self {
        case .provider: "The organization does not take sign-ins of your identity provider. Sign in through its own."
        case .emailUnverified:
            "Your identity provider does not say that your e-mail address is yours. Have it verified there."
        case .email: "The invitation is for another e-mail address. Sign in as whoever it is for."
        case .suspended: "You may not accept invitations of this organization. Ask one of its managers."
        }
    }
}
