public import Audit
public import Databases
public import Organizations
internal import Snapshots
internal import Time

/// Whether somebody's last-seen claims map to manager under today's rows, at a provider that the organization lists.
public typealias ManagerByClaims = @Sendable (PersonSeen) -> Bool

extension AccessStore {
    /// How old claims may be that count for not being locked out.
    static let memory: Int64 = 30 * 86400

    /// Takes a stored role away; counts from the next request on.
    ///
    /// - Parameters:
    ///   - organization: `nil` for whichever has it, which only operators may ask.
    ///   - isForced: even where nobody could manage the organization any more.
    ///   - record: appended to the audit log with it, with the grant as its target.
    static func revoke(
        _ id: String, in organization: OrganizationID?, isForced: Bool, isManager: @escaping ManagerByClaims,
        recording record: AuditRecord, at moment: Timestamp, _ transaction: Transaction
    ) throws(DatabaseError) -> Result<Grant, AccessRefusal> {
        let found = try grants(organization, transaction).first { $0.id == id }
        guard let grant = found else { return .failure(.notFound) }
        try transaction.execute("DELETE FROM access_grant WHERE id = $1", .text(id))
        if grant.role == .manager, !isForced,
            try !hasManager(grant.organization, isManager: isManager, at: moment, transaction)
        {
            return .failure(.wouldLockOut)
        }
        var record = record
        record.organization = grant.organization
        record.target = id
        record.details += [("issuer", grant.issuer), ("subject", grant.subject), ("role", grant.role.rawValue)]
        try AuditLog.append(record, at: moment, transaction)
        return .success(grant)
    }

    /// Whether at least one identity that is not shut out holds a manager grant, or was seen lately with claims that map
    /// to manager.
    static func hasManager(
        _ organization: OrganizationID, isManager: ManagerByClaims, at moment: Timestamp, _ transaction: Transaction
    ) throws(DatabaseError) -> Bool {
        let shutOut = try suspensions(organization, transaction)
        let ids = Set(shutOut.map(\.identity))
        let emails = Set(shutOut.compactMap(\.email))
        let hasGrant = try grants(organization, transaction).contains { grant in
            guard grant.role == .manager, let id = try? IdentityID(issuer: grant.issuer, subject: grant.subject) else {
                return false
            }
            return !ids.contains(id)
        }
        if hasGrant { return true }
        return try people(organization, transaction).contains { person in
            person.seenAt.seconds > moment.seconds - memory && !ids.contains(person.identity)
                && !(person.verifiedEmail.map(emails.contains) ?? false) && isManager(person)
        }
    }

    // MARK: What managers do

    public func revoke(
        _ id: String, in organization: OrganizationID, isManager: @escaping ManagerByClaims,
        recording record: AuditRecord
    ) async throws(DatabaseError) -> Result<Grant, AccessRefusal> {
        try await change { moment, transaction throws(DatabaseError) in
            try AccessStore.revoke(
                id, in: organization, isForced: false, isManager: isManager, recording: record, at: moment, transaction)
        }
    }

    /// Shuts an identity out, whatever it would earn; `notFound` where nobody of this name is known.
    ///
    /// - Returns: the suspension, which may have been there before.
    public func suspend(
        _ identity: IdentityID, in organization: OrganizationID, isManager: @escaping ManagerByClaims,
        recording record: AuditRecord
    ) async throws(DatabaseError) -> Result<Suspension, AccessRefusal> {
        try await change { moment, transaction throws(DatabaseError) in
            let known = try AccessStore.suspensions(organization, transaction).first { $0.identity == identity }
            if let known { return .success(known) }
            guard let (issuer, subject, email) = try AccessStore.known(identity, organization, transaction) else {
                return .failure(.notFound)
            }
            let had = try AccessStore.hasManager(organization, isManager: isManager, at: moment, transaction)
            let suspension = Suspension(
                organization: organization, identity: identity, issuer: issuer, subject: subject, email: email,
                createdAt: Timestamp(seconds: moment.seconds))
            try transaction.execute(
                """
                INSERT INTO suspension (organization, identity, issuer, subject, email, created_at)
                VALUES ($1, $2, $3, $4, $5, $6)
                """, .text(organization.text), .text(identity.text), .text(issuer), .text(subject),
                .text(orNull: email), .integer(moment.seconds))
            if had, try !AccessStore.hasManager(organization, isManager: isManager, at: moment, transaction) {
                return .failure(.wouldLockOut)
            }
            var record = record
            record.target = identity.text
            record.details += [("issuer", issuer), ("subject", subject)]
            try AuditLog.append(record, at: moment, transaction)
            return .success(suspension)
        }
    }

    /// Lets an identity in again.
    public func unsuspend(
        _ identity: IdentityID, in organization: OrganizationID, recording record: AuditRecord
    ) async throws(DatabaseError) -> Result<Void, AccessRefusal> {
        try await change { moment, transaction throws(DatabaseError) in
            let count = try transaction.execute(
                "DELETE FROM suspension WHERE organization = $1 AND identity = $2", .text(organization.text),
                .text(identity.text))
            guard count > 0 else { return .failure(.notFound) }
            var record = record
            record.target = identity.text
            try AuditLog.append(record, at: moment, transaction)
            return .success(())
        }
    }

    /// Who an identity is, by what the organization knows: somebody who was seen, or who has a grant.
    private static func known(
        _ identity: IdentityID, _ organization: OrganizationID, _ transaction: Transaction
    ) throws(DatabaseError) -> (issuer: String, subject: String, email: String?)? {
        if let person = try people(organization, transaction).first(where: { $0.identity == identity }) {
            return (person.issuer, person.subject, person.verifiedEmail)
        }
        for grant in try grants(organization, transaction) {
            let id = try? IdentityID(issuer: grant.issuer, subject: grant.subject)
            if id == identity { return (grant.issuer, grant.subject, nil) }
        }
        return nil
    }

    /// One transaction; what is refused leaves nothing behind, and what is kept is published before the answer.
    private func change<Value: Sendable>(
        _ body: @escaping @Sendable (Timestamp, Transaction) throws(DatabaseError) -> Result<Value, AccessRefusal>
    ) async throws(DatabaseError) -> Result<Value, AccessRefusal> {
        let (moment, snapshots) = (now(), snapshots)
        return try await database.decide { transaction throws(DatabaseError) in
            switch try body(moment, transaction) {
            case .failure(let refusal): return .refuse(refusal)
            case .success(let value):
                let snapshot = try AccessStore.read(transaction)
                return .commit(value, publish: { snapshots.publish(snapshot) })
            }
        }
    }
}
