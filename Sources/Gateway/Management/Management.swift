internal import Audit
internal import ClaimMapping
internal import Databases
internal import Grants
internal import JSON
internal import Organizations
internal import Policy
internal import Sessions
internal import Snapshots
internal import Telemetry
internal import Time
internal import Tokens

/// What somebody does with an organization's members, invitations and mappings: the same by page and by API. What it
/// may be was decided before; the organization comes from the permit.
struct Management: Sendable {
    /// As it was when the request came.
    let deployment: Deployment
    /// As it is when a change is decided.
    let deployments: Published<Deployment>
    let organization: Deployment.Organization
    let service: SignInService
    let permit: Permit
    let caller: StandingCaller
    let origin: AuditOrigin

    /// Of the caller.
    var claims: VerifiedClaims { caller.claims }
    var access: AccessStore { service.access }
    var id: OrganizationID { permit.organization }

    func record(_ action: AuditAction) -> AuditRecord {
        AuditRecord(
            action, by: claims.actor, in: id, requestID: origin.requestID, address: origin.address)
    }

    /// The caller, for the transaction of what they do.
    ///
    /// - Parameter isConfirmed: whether their own role may go by it.
    func acting(_ permission: Permission, isConfirmed: Bool = false) -> ActingIdentity {
        caller.acting(permission, in: id, isConfirmed: isConfirmed)
    }

    /// The settings that are in force now.
    var today: Deployment { deployments.read().value }

    /// How people who were seen are judged, by the settings of when it is asked.
    var peopleRules: PeopleRules { Deployment.peopleRules(of: deployments) }

    /// The content of a request may take minutes to arrive; a role may be taken away meanwhile, and a session may end.
    func checkStillPermitted() async throws(Problem) {
        let (access, id, identity) = (access, id, acting(permit.permission))
        let refusal = try await stored { () throws(DatabaseError) in
            try await service.database.read { transaction throws(DatabaseError) in
                try access.refusal(of: identity, in: id, transaction)
            }
        }
        if let refusal { throw Problem(refusal) }
    }

    /// Whether this is whoever asks.
    func isOwn(_ identity: IdentityID) -> Bool {
        identity == (try? IdentityID(issuer: permit.identity.issuer, subject: permit.identity.subject))
    }

    /// What cannot be stored or read is one answer, and one line in the log.
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

    /// Works something out on a thread that reads, for what would hold up a reactor: long tables, many rows.
    func offReactor<Value: Sendable>(_ body: @escaping @Sendable () -> Value) async throws(Problem) -> Value {
        try await stored { () throws(DatabaseError) in try await service.database.compute(body) }
    }

    /// The same for what may be refused.
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
    /// Why access is not changed, and what to do about it.
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
