public import Audit
public import Databases
public import Organizations
internal import Time

extension AccessStore {
    /// Shuts an identity out, whatever it would earn, and ends the invitations that it has pending; `notFound` where
    /// nobody of this name is known.
    ///
    /// - Returns: the suspension, which may have been there before.
    public func suspend(
        _ identity: IdentityID, in organization: OrganizationID, by rules: ManagerRules,
        recording record: AuditRecord
    ) async throws(DatabaseError) -> Result<Suspension, AccessRefusal> {
        try await change { moment, transaction throws(DatabaseError) in
            let all = try AccessStore.suspensions(organization, transaction)
            if let known = all.first(where: { $0.identity == identity }) { return .kept(known, []) }
            guard let (issuer, subject, email) = try AccessStore.known(identity, organization, transaction) else {
                return .refused(.notFound)
            }
            let had = try AccessStore.hasManager(organization, by: rules, at: moment, transaction)
            let suspension = Suspension(
                organization: organization, identity: identity, issuer: issuer, subject: subject, email: email,
                createdAt: Timestamp(seconds: moment.seconds))
            try transaction.execute(
                """
                INSERT INTO suspension (organization, identity, issuer, subject, email, created_at)
                VALUES ($1, $2, $3, $4, $5, $6)
                """, .text(organization.text), .text(identity.text), .text(issuer), .text(subject),
                .text(orNull: email), .integer(moment.seconds))
            if had, try !AccessStore.hasManager(organization, by: rules, at: moment, transaction) {
                return .refused(.wouldLockOut)
            }
            var record = record
            record.target = identity.text
            record.details += [("issuer", issuer), ("subject", subject)]
            try AuditLog.append(record, at: moment, transaction)
            try AccessStore.revokeInvitations(
                of: identity, email: email, in: organization, because: "manager_suspended", recording: record,
                at: moment, transaction)
            return .kept(suspension, [.suspensions(organization, all + [suspension])])
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
            guard count > 0 else { return .refused(.notFound) }
            var record = record
            record.target = identity.text
            try AuditLog.append(record, at: moment, transaction)
            return .kept(
                (), [.suspensions(organization, try AccessStore.suspensions(organization, transaction))])
        }
    }

    /// Who an identity is, by what the organization knows: somebody who was seen, or who has a grant.
    private static func known(
        _ identity: IdentityID, _ organization: OrganizationID, _ transaction: Transaction
    ) throws(DatabaseError) -> (issuer: String, subject: String, email: String?)? {
        if let person = try person(identity, in: organization, transaction) {
            return (person.issuer, person.subject, person.verifiedEmail)
        }
        for grant in try grants(organization, transaction) {
            let id = try? IdentityID(issuer: grant.issuer, subject: grant.subject)
            // An address from an accepted invitation was verified then.
            if id == identity { return (grant.issuer, grant.subject, grant.email) }
        }
        return nil
    }
}
