public import Audit
public import Databases
public import Identities
internal import Time

extension AccessStore {
    /// Stores a role for an identity. If the grant exists already, it is returned.
    ///
    /// - Parameter record: appended to the audit log in the transaction, with the grant's id as its target.
    /// - Returns: the grant, and whether it is new.
    public func createGrantBlocking(
        _ role: Role, to issuer: String, _ subject: String, in organization: OrganizationID, source: Grant.Source,
        recording record: AuditRecord
    ) throws(DatabaseError) -> (grant: Grant, isNew: Bool) {
        let result: Result<(Grant, Bool), AccessRefusal> = try changeBlocking {
            moment, transaction throws(DatabaseError) in
            let known = try AccessStore.grants(of: issuer, subject, in: organization, transaction)
            if let known = known.first(where: { $0.role == role }) { return .kept((known, false), []) }
            let grant = Grant(
                id: try AccessStore.makeID(at: moment), organization: organization, issuer: issuer, subject: subject,
                email: nil,
                role: role, source: source, createdAt: Timestamp(seconds: moment.seconds))
            try AccessStore.insert(grant, transaction)
            var record = record
            record.target = grant.id
            record.details += [("issuer", issuer), ("subject", subject), ("role", role.rawValue)]
            try AuditLog.append(record, at: moment, transaction)
            return .kept((grant, true), [.granted(grant)])
        }
        do throws(AccessRefusal) {
            let (grant, isNew) = try result.get()
            return (grant, isNew)
        } catch {
            throw DatabaseError(.failed, cause: "a grant was refused: \(error)")
        }
    }

    static func insert(_ grant: Grant, _ transaction: Transaction) throws(DatabaseError) {
        try transaction.execute(
            """
            INSERT INTO access_grant (id, organization, issuer, subject, email, role, source, created_at, identity)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
            """, .text(grant.id), .text(grant.organization.text), .text(grant.issuer), .text(grant.subject),
            .text(orNull: grant.email), .text(grant.role.rawValue), .text(grant.source.rawValue),
            .integer(grant.createdAt.seconds), .text(try identity(grant.issuer, grant.subject).text))
    }

    /// Revokes a grant, for command-line use.
    ///
    /// - Parameters:
    ///   - organization: nil for any organization.
    ///   - isForced: whether to revoke the grant even if the organization is left without a manager.
    public func revokeGrantBlocking(
        _ id: String, in organization: OrganizationID?, isForced: Bool, under rules: PeopleRules,
        recording record: AuditRecord
    ) throws(DatabaseError) -> Result<Grant, AccessRefusal> {
        let known = try database.readBlocking { transaction throws(DatabaseError) in
            try AccessStore.grant(id, transaction)
        }
        if let known, !isForced { try judgePeopleBlocking(of: known.organization, by: rules) }
        return try changeBlocking { moment, transaction throws(DatabaseError) in
            try AccessStore.revoke(
                id, in: organization, isForced: isForced, under: rules, keeping: nil, recording: record, at: moment,
                transaction)
        }
    }

    /// Revokes a grant; takes effect with the next request. Pending invitations of a revoked manager are revoked too.
    public func revoke(
        _ id: String, in organization: OrganizationID, by manager: ActingIdentity, under rules: PeopleRules,
        recording record: AuditRecord
    ) async throws(DatabaseError) -> Result<Grant, AccessRefusal> {
        try await judgePeople(of: organization, by: rules)
        return try await change(by: manager, in: organization) { own, moment, transaction throws(DatabaseError) in
            try AccessStore.revoke(
                id, in: organization, isForced: false, under: rules, keeping: own, recording: record, at: moment,
                transaction)
        }
    }

    private static func revoke(
        _ id: String, in organization: OrganizationID?, isForced: Bool, under rules: PeopleRules,
        keeping own: OwnRole?, recording record: AuditRecord, at moment: Timestamp, _ transaction: Transaction
    ) throws(DatabaseError) -> ChangeOutcome<Grant> {
        guard let grant = try grant(id, transaction), organization == nil || grant.organization == organization else {
            return .refused(.notFound)
        }
        try transaction.execute("DELETE FROM access_grant WHERE id = $1", .text(id))
        if let own, try own.isLost(transaction) { return .refused(.losesOwnRole) }
        if grant.role == .manager, !isForced,
            try !hasManager(grant.organization, under: own?.rows, by: rules, at: moment, transaction)
        {
            return .refused(.wouldLockOut)
        }
        var record = record
        record.organization = grant.organization
        record.target = id
        record.details += [("issuer", grant.issuer), ("subject", grant.subject), ("role", grant.role.rawValue)]
        try AuditLog.append(record, at: moment, transaction)
        if grant.role == .manager,
            let inviter = try? IdentityID(Identity(issuer: Issuer(grant.issuer), subject: Subject(grant.subject)))
        {
            try revokeInvitations(
                of: inviter, in: grant.organization, because: "manager_revoked", recording: record,
                at: moment, transaction)
        }
        return .kept(grant, [.revoked(grant)])
    }

    /// Returns the grants of an organization, or of all if it is nil.
    public func grantsBlocking(_ organization: OrganizationID?) throws(DatabaseError) -> [Grant] {
        try database.readBlocking { transaction throws(DatabaseError) in
            try AccessStore.grants(organization, transaction)
        }
    }
}
