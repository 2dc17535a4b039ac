public import Audit
public import Databases
public import Identities
internal import Snapshots
internal import Text
internal import Time

extension AccessStore {
    /// Suspends an identity, which overrides every role, and revokes its pending invitations. Refused as `notFound` if
    /// the organization does not know the identity.
    ///
    /// - Returns: the suspension; an existing one is returned unchanged.
    public func suspend(
        _ identity: IdentityID, in organization: OrganizationID, by manager: ActingIdentity, under rules: PeopleRules,
        recording record: AuditRecord
    ) async throws(DatabaseError) -> Result<Suspension, AccessRefusal> {
        try await judgePeople(of: organization, by: rules)
        return try await change(by: manager, in: organization) { own, moment, transaction throws(DatabaseError) in
            let all = try AccessStore.suspensions(organization, transaction)
            if let known = all.first(where: { $0.identity == identity }) { return .kept(known, []) }
            guard let known = try AccessStore.known(identity, in: organization, transaction) else {
                return .refused(.notFound)
            }
            let had = try AccessStore.hasManager(
                organization, under: own.rows, by: rules, at: moment, transaction)
            let suspension = Suspension(
                organization: organization, identity: identity, issuer: known.issuer, subject: known.subject,
                emails: known.verifiedEmails, createdAt: Timestamp(seconds: moment.seconds))
            try transaction.execute(
                """
                INSERT INTO suspension (organization, identity, issuer, subject, created_at)
                VALUES ($1, $2, $3, $4, $5)
                """, .text(organization.text), .text(identity.text), .text(known.issuer), .text(known.subject),
                .integer(moment.seconds))
            for email in known.verifiedEmails {
                try AccessStore.note(email.text, ofSuspended: identity, in: organization, transaction)
            }
            if try own.isLost(transaction) { return .refused(.losesOwnRole) }
            if had,
                try !AccessStore.hasManager(organization, under: own.rows, by: rules, at: moment, transaction)
            {
                return .refused(.wouldLockOut)
            }
            var record = record
            record.target = identity.text
            record.details += [("issuer", known.issuer), ("subject", known.subject)]
            try AuditLog.append(record, at: moment, transaction)
            try AccessStore.revokeInvitations(
                of: identity, emails: known.verifiedEmails, in: organization, because: "manager_suspended",
                recording: record, at: moment, transaction)
            return .kept(suspension, [.suspensions(organization, all + [suspension])])
        }
    }

    /// Ends the suspension of an identity.
    public func unsuspend(
        _ identity: IdentityID, in organization: OrganizationID, by manager: ActingIdentity,
        recording record: AuditRecord
    ) async throws(DatabaseError) -> Result<Void, AccessRefusal> {
        try await change(by: manager, in: organization) { _, moment, transaction throws(DatabaseError) in
            let count = try transaction.execute(
                "DELETE FROM suspension WHERE organization = $1 AND identity = $2", .text(organization.text),
                .text(identity.text))
            guard count > 0 else { return .refused(.notFound) }
            try transaction.execute(
                "DELETE FROM suspension_email WHERE organization = $1 AND identity = $2", .text(organization.text),
                .text(identity.text))
            var record = record
            record.target = identity.text
            try AuditLog.append(record, at: moment, transaction)
            return .kept(
                (), [.suspensions(organization, try AccessStore.suspensions(organization, transaction))])
        }
    }

    /// Adds a verified address to a suspension, and revokes the pending invitations of that identity and address. Every
    /// identity with the address is suspended too. Refused if the organization would be left without a manager.
    ///
    /// - Returns: `notFound` if the identity is not suspended, or the address is suspended already.
    public func extendSuspension(
        of identity: IdentityID, to email: String, in organization: OrganizationID, under rules: PeopleRules,
        recording record: AuditRecord
    ) async throws(DatabaseError) -> Result<Void, AccessRefusal> {
        try await judgePeople(of: organization, by: rules)
        let snapshots = snapshots
        return try await change { moment, transaction throws(DatabaseError) in
            let rows = snapshots.read().value.mappings(of: organization)
            let had = try AccessStore.hasManager(organization, under: rows, by: rules, at: moment, transaction)
            guard try AccessStore.note(email, ofSuspended: identity, in: organization, transaction) else {
                return .refused(.notFound)
            }
            if had, try !AccessStore.hasManager(organization, under: rows, by: rules, at: moment, transaction) {
                return .refused(.wouldLockOut)
            }
            var record = record
            record.target = identity.text
            record.details.append(("email", email))
            try AuditLog.append(record, at: moment, transaction)
            try AccessStore.revokeInvitations(
                of: identity, emails: [ExactText(email)], in: organization, because: "manager_suspended",
                recording: record, at: moment, transaction)
            return .kept((), [.suspensions(organization, try AccessStore.suspensions(organization, transaction))])
        }
    }

    /// - Returns: true if the address is new.
    @discardableResult
    private static func note(
        _ email: String, ofSuspended identity: IdentityID, in organization: OrganizationID, _ transaction: Transaction
    ) throws(DatabaseError) -> Bool {
        try transaction.execute(
            """
            INSERT INTO suspension_email (organization, identity, email)
            SELECT organization, identity, $3 FROM suspension WHERE organization = $1 AND identity = $2
            ON CONFLICT (organization, identity, email) DO NOTHING
            """, .text(organization.text), .text(identity.text), .text(email)) > 0
    }
}
