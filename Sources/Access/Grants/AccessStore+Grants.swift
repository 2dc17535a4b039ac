public import Audit
internal import Cryptography
public import Databases
public import Organizations
internal import Snapshots
internal import Time

extension AccessStore {
    /// Stores a role for an identity, once: the same one again is the grant that there is.
    ///
    /// - Parameter record: appended to the audit log with it, the grant's id as its target.
    /// - Returns: the grant, and whether it is new.
    public func createGrantBlocking(
        _ role: Role, to issuer: String, _ subject: String, in organization: OrganizationID, source: Grant.Source,
        recording record: AuditRecord
    ) throws(DatabaseError) -> (grant: Grant, isNew: Bool) {
        let moment = now()
        let id: String
        do {
            id = Base64URL.encode(try RandomBytes.make(12))
        } catch {
            throw DatabaseError(.failed, cause: "no random bytes: \(error)")
        }
        let snapshots = snapshots
        let result: Result<(Grant, Bool), Never> = try database.decideBlocking { transaction throws(DatabaseError) in
            let known = try AccessStore.grants(organization, transaction).first {
                $0.issuer == issuer && $0.subject == subject && $0.role == role
            }
            if let known { return .commit((known, false)) }
            let grant = Grant(
                id: id, organization: organization, issuer: issuer, subject: subject, email: nil, role: role,
                source: source, createdAt: Timestamp(seconds: moment.seconds))
            try transaction.execute(
                """
                INSERT INTO access_grant (id, organization, issuer, subject, email, role, source, created_at)
                VALUES ($1, $2, $3, $4, NULL, $5, $6, $7)
                """, .text(id), .text(organization.text), .text(issuer), .text(subject), .text(role.rawValue),
                .text(source.rawValue), .integer(moment.seconds))
            var record = record
            record.target = id
            record.details += [("issuer", issuer), ("subject", subject), ("role", role.rawValue)]
            try AuditLog.append(record, at: moment, transaction)
            let snapshot = try AccessStore.read(transaction)
            return .commit((grant, true), publish: { snapshots.publish(snapshot) })
        }
        let (grant, isNew) = result.get()
        return (grant, isNew)
    }

    /// Takes a stored role away, for commands.
    ///
    /// - Parameters:
    ///   - organization: `nil` for whichever has it.
    ///   - isForced: even where nobody could manage the organization any more.
    public func revokeGrantBlocking(
        _ id: String, in organization: OrganizationID?, isForced: Bool, isManager: @escaping ManagerByClaims,
        recording record: AuditRecord
    ) throws(DatabaseError) -> Result<Grant, AccessRefusal> {
        let (moment, snapshots) = (now(), snapshots)
        return try database.decideBlocking { transaction throws(DatabaseError) in
            let result = try AccessStore.revoke(
                id, in: organization, isForced: isForced, isManager: isManager, recording: record, at: moment,
                transaction)
            switch result {
            case .failure(let refusal): return .refuse(refusal)
            case .success(let grant):
                let snapshot = try AccessStore.read(transaction)
                return .commit(grant, publish: { snapshots.publish(snapshot) })
            }
        }
    }

    /// All grants of an organization, or of all.
    public func grantsBlocking(_ organization: OrganizationID?) throws(DatabaseError) -> [Grant] {
        try database.readBlocking { transaction throws(DatabaseError) in
            try AccessStore.grants(organization, transaction)
        }
    }
}
