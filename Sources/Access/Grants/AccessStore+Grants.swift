public import Audit
public import Databases
public import Identities
public import Policy
public import Time

extension AccessStore {
    /// Stores a role for an identity, on behalf of the operator. If the grant exists already, it is returned.
    ///
    /// - Parameter record: appended to the audit log in the transaction, with the user as its target and the grant's id in its details.
    /// - Returns: the grant, and whether it is new.
    public func createGrant(
        _ role: Role, to identity: Identity, in organization: OrganizationID, recording record: AuditRecord
    ) async throws(DatabaseError) -> (grant: Grant, isNew: Bool) {
        let result: Result<(Grant, Bool), AccessRefusal> = try await change {
            moment, transaction throws(DatabaseError) in
            let (grant, isNew) = try AccessStore.grant(
                role, to: identity, in: organization, email: nil, source: .operator, at: moment, transaction)
            guard isNew else { return .kept((grant, false), []) }
            try AuditLog.append(try record.about(grant, self, transaction), at: moment, transaction)
            return .kept((grant, true), [.granted(grant)])
        }
        switch result {
        case .success(let (grant, isNew)): return (grant, isNew)
        case .failure(let refusal): throw DatabaseError(.failed, cause: "a grant was refused: \(refusal)")
        }
    }

    /// Stores a role in a transaction, unless the identity has it already. A new grant must be published as a change.
    public static func grant(
        _ role: Role, to identity: Identity, in organization: OrganizationID, email: EmailAddress?,
        source: Grant.Source, at moment: Timestamp, _ transaction: Transaction
    ) throws(DatabaseError) -> (grant: Grant, isNew: Bool) {
        let known = try grants(of: identity, in: organization, transaction).first { $0.role == role }
        if let known { return (known, false) }
        let grant = Grant(
            id: try makeID(at: moment), organization: organization, identity: identity, email: email, role: role,
            source: source, createdAt: Timestamp(seconds: moment.seconds))
        let own = try id(of: identity)
        let texts = PersonTexts(name: nil, email: email, subject: identity.subject, id: own)
        try transaction.execute(
            """
            INSERT INTO access_grant
                (id, organization, issuer, subject, email, role, source, created_at, identity, sort, search)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
            """, .text(grant.id), .text(grant.organization.text), .text(identity.issuer.text),
            .text(identity.subject.text), .text(orNull: email?.spelling), .text(role.rawValue),
            .text(source.rawValue), .integer(grant.createdAt.seconds), .text(own.text), .text(texts.sort),
            .text(texts.search))
        return (grant, true)
    }

    /// Revokes a grant of any organization, on behalf of the operator.
    ///
    /// - Parameter isForced: whether to revoke the grant even if the organization is left without a manager.
    public func revoke(
        _ id: String, isForced: Bool, recording record: AuditRecord
    ) async throws(DatabaseError) -> Result<Grant, AccessRefusal> {
        let store = self
        return try await revoking(id, in: nil, isForced: isForced) { search throws(DatabaseError) in
            try await store.attempt { moment, transaction throws(DatabaseError) in
                guard let grant = try AccessStore.grant(id, transaction) else { return .refused(.notFound) }
                let current = try store.currentRules(of: grant.organization, transaction)
                return try store.revoke(
                    grant, isForced: isForced, search, under: current, recording: record, at: moment, transaction)
            }
        }
    }

    /// Revokes a grant; takes effect with the next request. Pending invitations of a revoked manager are revoked too.
    public func revoke(
        _ id: String, in organization: OrganizationID, by actor: AccessActor, recording record: AuditRecord
    ) async throws(DatabaseError) -> Result<Grant, AccessRefusal> {
        let store = self
        return try await revoking(id, in: organization, isForced: false) { search throws(DatabaseError) in
            try await store.attempt(by: actor, in: organization) { own, moment, transaction throws(DatabaseError) in
                guard let grant = try AccessStore.grant(id, transaction), grant.organization == organization else {
                    return .refused(.notFound)
                }
                return try store.revoke(
                    grant, isForced: false, search, under: own.rules, keeping: own, recording: record, at: moment,
                    transaction)
            }
        }
    }

    /// Prepares each attempt by a search for a manager who remains, if the grant is a manager's.
    ///
    /// - Parameter organization: a grant of another organization causes no search there; nil for any organization.
    private func revoking(
        _ id: String, in organization: OrganizationID?, isForced: Bool,
        _ attempt: (ManagerSearch?) async throws(DatabaseError) -> Result<Grant, AccessRefusal>?
    ) async throws(DatabaseError) -> Result<Grant, AccessRefusal> {
        try await keepingManager(
            preparing: { () throws(DatabaseError) -> ManagerSearch? in
                let known = try await database.read { transaction throws(DatabaseError) in
                    try AccessStore.grant(id, transaction)
                }
                guard let known, known.role == .manager, !isForced,
                    organization == nil || organization == known.organization
                else { return nil }
                return try await searchManager(of: known.organization, without: ManagerRemoval(grant: id))
            }, attempt)
    }

    /// - Parameter search: nil if the transaction searches itself.
    private func revoke(
        _ grant: Grant, isForced: Bool, _ search: ManagerSearch?, under current: CurrentRules,
        keeping own: ActorRole? = nil, recording record: AuditRecord, at moment: Timestamp, _ transaction: Transaction
    ) throws(DatabaseError) -> ChangeOutcome<Grant> {
        var remaining: ManagerSearch?
        if grant.role == .manager, !isForced {
            let removal = ManagerRemoval(grant: grant.id)
            remaining = try ManagerQuery(grant.organization, under: current, without: removal, at: moment)
                .search(unless: search, transaction)
        }
        try transaction.execute("DELETE FROM access_grant WHERE id = $1", .text(grant.id))
        if let own, try own.isLost(transaction) { return .refused(.losesOwnRole) }
        if let remaining {
            let check = try ManagerCheck(remaining, under: current, at: moment, isRequired: true, transaction)
            switch try check.verdict(transaction) {
            case .kept: break
            case .lost: return .refused(.wouldLockOut)
            case .outdated: return .outdated
            }
        }
        var record = try record.about(grant, self, transaction)
        record.organization = grant.organization
        try AuditLog.append(record, at: moment, transaction)
        try dependents.end(of: grant.identity, transaction)
        if grant.role == .manager {
            try dependents.end(
                of: try AccessStore.id(of: grant.identity), emails: [], in: grant.organization,
                because: "manager_revoked", recording: record, at: moment, transaction)
        }
        return .kept(grant, [.revoked(grant)])
    }

    /// Returns the grants of an organization, or of all if it is nil.
    public func grants(_ organization: OrganizationID?) async throws(DatabaseError) -> [Grant] {
        try await database.read { transaction throws(DatabaseError) in
            try AccessStore.grants(organization, transaction)
        }
    }
}

extension AuditRecord {
    /// Returns the record of an action on a grant: the target is the user who has it.
    fileprivate func about(
        _ grant: Grant, _ store: AccessStore, _ transaction: Transaction
    ) throws(DatabaseError) -> AuditRecord {
        var record = self
        record.details += [("grant", grant.id), ("role", grant.role.rawValue)]
        return record.about(
            try store.audited(grant.identity, in: grant.organization, address: grant.email, transaction),
            try AccessStore.id(of: grant.identity))
    }
}
