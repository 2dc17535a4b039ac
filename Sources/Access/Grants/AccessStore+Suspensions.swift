public import Audit
public import Databases
public import Identities
public import Policy
internal import Time
internal import Tokens

extension AccessStore {
    /// Suspends an identity, which overrides every role, and revokes its pending invitations. Refused as `notFound` if
    /// the organization does not know the identity.
    ///
    /// - Parameters:
    ///   - terms: the reason and the further effects.
    ///   - record: appended to the audit log with the reason and the details of the further effects.
    /// - Returns: the suspension; an existing one is returned unchanged.
    public func suspend(
        _ id: IdentityID, in organization: OrganizationID, by actor: AccessActor,
        on terms: SuspensionTerms = SuspensionTerms(), recording record: AuditRecord
    ) async throws(DatabaseError) -> Result<Suspension, AccessRefusal> {
        let (dependents, store) = (dependents, self)
        return try await keepingManager(
            preparing: { () throws(DatabaseError) -> ManagerSearch? in
                let expected = try await database.read { transaction throws(DatabaseError) in
                    try AccessStore.known(id, in: organization, transaction)?.verifiedEmails ?? []
                }
                let removal = ManagerRemoval(id: id, emails: expected.union(terms.emails))
                return try await searchManager(of: organization, without: removal)
            }
        ) { search throws(DatabaseError) in
            try await attempt(by: actor, in: organization) { own, moment, transaction throws(DatabaseError) in
                if let condition = terms.condition, try !condition(transaction) { return .refused(.changedSince) }
                let all = try AccessStore.suspensions(organization, transaction)
                if let known = all.first(where: { $0.id == id }) { return .kept(known, []) }
                guard let known = try AccessStore.known(id, in: organization, transaction) else {
                    return .refused(.notFound)
                }
                let emails = known.verifiedEmails.union(terms.emails)
                let removal = ManagerRemoval(id: id, emails: emails)
                let search = try ManagerQuery(organization, under: own.rules, without: removal, at: moment)
                    .search(unless: search, transaction)
                let check = try ManagerCheck(search, under: own.rules, at: moment, transaction)
                let suspension = Suspension(
                    organization: organization, id: id, identity: known.identity, emails: emails,
                    createdAt: Timestamp(seconds: moment.seconds), reason: terms.reason,
                    suspendedBy: try AccessStore.id(of: actor.credential.currentClaims.identity))
                try AccessStore.insert(suspension, transaction)
                if try own.isLost(transaction) { return .refused(.losesOwnRole) }
                switch try check.verdict(transaction) {
                case .kept: break
                case .lost: return .refused(.wouldLockOut)
                case .outdated: return .outdated
                }
                var record = record.about(
                    known.signIn.map(store.audited)
                        ?? AuditPerson(
                            known.identity, email: known.grants.lazy.compactMap(\.email).first, isEmailVerified: true),
                    id)
                record.reason = terms.reason
                let effect = try terms.effect?(known.identity, moment, transaction)
                if let effect { record.details += effect.details }
                try AuditLog.append(record, at: moment, transaction)
                for record in effect?.records ?? [] { try AuditLog.append(record, at: moment, transaction) }
                try dependents.end(of: known.identity, transaction)
                try dependents.end(
                    of: id, emails: emails, in: organization, because: "manager_suspended",
                    recording: record, at: moment, transaction)
                return .kept(
                    suspension, [.suspensions(organization, all + [suspension])], publish: effect?.publish)
            }
        }
    }

    private static func insert(_ suspension: Suspension, _ transaction: Transaction) throws(DatabaseError) {
        try transaction.execute(
            """
            INSERT INTO suspension (organization, identity, issuer, subject, created_at, reason, suspended_by)
            VALUES ($1, $2, $3, $4, $5, $6, $7)
            """, .text(suspension.organization.text), .text(suspension.id.text),
            .text(suspension.identity.issuer.text), .text(suspension.identity.subject.text),
            .integer(suspension.createdAt.seconds), .text(orNull: suspension.reason),
            .text(orNull: suspension.suspendedBy?.text))
        for email in suspension.emails {
            try note(email, ofSuspended: suspension.id, in: suspension.organization, transaction)
        }
    }

    /// Ends the suspension of an identity.
    ///
    /// - Parameter condition: the change is refused as `changedSince` if this does not hold; nil for none.
    public func unsuspend(
        _ id: IdentityID, in organization: OrganizationID, by actor: AccessActor, if condition: ChangeCondition? = nil,
        recording record: AuditRecord
    ) async throws(DatabaseError) -> Result<Void, AccessRefusal> {
        let store = self
        return try await change(by: actor, in: organization) { _, moment, transaction throws(DatabaseError) in
            if let condition, try !condition(transaction) { return .refused(.changedSince) }
            guard let known = try AccessStore.suspension(of: id, in: organization, transaction) else {
                return .refused(.notFound)
            }
            try transaction.execute(
                "DELETE FROM suspension WHERE organization = $1 AND identity = $2", .text(organization.text),
                .text(id.text))
            try transaction.execute(
                "DELETE FROM suspension_email WHERE organization = $1 AND identity = $2", .text(organization.text),
                .text(id.text))
            let user = try store.audited(
                known.identity, in: organization, address: known.emails.min { $0.text < $1.text }, transaction)
            var record = record.about(user, id)
            // What a suspension of the same extent needs.
            record.details.append(("emails", known.emails.map(\.text).sorted().joined(separator: "\n")))
            if let reason = known.reason { record.details.append(("suspended_for", reason)) }
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
        of id: IdentityID, to email: EmailAddress, in organization: OrganizationID, recording record: AuditRecord
    ) async throws(DatabaseError) -> Result<Void, AccessRefusal> {
        let store = self
        let removal = ManagerRemoval(emails: [email])
        return try await keepingManager(
            preparing: { () throws(DatabaseError) -> ManagerSearch? in
                try await searchManager(of: organization, without: removal)
            }
        ) { search throws(DatabaseError) in
            try await attempt { moment, transaction throws(DatabaseError) in
                let current = try store.currentRules(of: organization, transaction)
                let search = try ManagerQuery(organization, under: current, without: removal, at: moment)
                    .search(unless: search, transaction)
                let check = try ManagerCheck(search, under: current, at: moment, transaction)
                guard try AccessStore.note(email, ofSuspended: id, in: organization, transaction) else {
                    return .refused(.notFound)
                }
                switch try check.verdict(transaction) {
                case .kept: break
                case .lost: return .refused(.wouldLockOut)
                case .outdated: return .outdated
                }
                guard let identity = try AccessStore.suspension(of: id, in: organization, transaction)?.identity else {
                    return .refused(.notFound)
                }
                let user = AuditPerson(identity, email: EmailAddress(email.text), isEmailVerified: true)
                let record = record.about(user, id)
                try AuditLog.append(record, at: moment, transaction)
                try store.dependents.end(of: identity, transaction)
                try store.dependents.end(
                    of: id, emails: [email], in: organization, because: "manager_suspended", recording: record,
                    at: moment, transaction)
                return .kept(
                    (), [.suspensions(organization, try AccessStore.suspensions(organization, transaction))])
            }
        }
    }

    /// - Returns: true if the address is new.
    @discardableResult
    private static func note(
        _ email: EmailAddress, ofSuspended id: IdentityID, in organization: OrganizationID, _ transaction: Transaction
    ) throws(DatabaseError) -> Bool {
        try transaction.execute(
            """
            INSERT INTO suspension_email (organization, identity, email)
            SELECT organization, identity, $3 FROM suspension WHERE organization = $1 AND identity = $2
            ON CONFLICT (organization, identity, email) DO NOTHING
            """, .text(organization.text), .text(id.text), .text(email.text)) > 0
    }
}
