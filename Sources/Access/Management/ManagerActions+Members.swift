internal import Audit
internal import ClaimMapping
internal import Databases
public import Grants
public import Identities
public import Policy
internal import Sessions

extension ManagerActions {
    /// Returns a page of the members.
    ///
    /// - Parameter after: the last member of the previous page.
    public func members(
        by order: MemberOrder, after: IdentityID?, limit: Int
    ) async throws(ManagementError) -> [Member] {
        try await stored { () throws(DatabaseError) in
            try await access.members(of: organization, by: order, after: after, limit: limit)
        }
    }

    /// Returns a page of the grants, ordered by id.
    ///
    /// - Parameter after: the id of the last grant of the previous page.
    public func grants(after: String, limit: Int) async throws(ManagementError) -> [Grant] {
        try await stored { () throws(DatabaseError) in
            try await access.grants(of: organization, after: after, limit: limit)
        }
    }

    /// Returns a page of the suspensions, ordered by identity id.
    ///
    /// - Parameter after: the last identity of the previous page.
    public func suspensions(after: IdentityID?, limit: Int) async throws(ManagementError) -> [Suspension] {
        try await stored { () throws(DatabaseError) in
            try await access.suspensions(of: organization, after: after, limit: limit)
        }
    }

    /// Revokes a grant.
    ///
    /// - Parameter isConfirmed: true if the manager confirms the loss of their own role.
    public func revoke(_ grant: String, isConfirmed: Bool) async throws(ManagementError) {
        _ = try await decided { () throws(DatabaseError) in
            try await access.revoke(
                grant, in: organization, by: acting(.writeMembers, isConfirmed: isConfirmed),
                recording: record(.grantRevoke))
        }
    }

    /// Suspends an identity that the organization knows.
    ///
    /// - Parameters:
    ///   - reason: the manager's words; nil for none.
    ///   - emails: addresses that are suspended in addition to the verified ones.
    ///   - endsSessions: true if the identity's sessions end too; those of a user without a role here go on.
    ///   - isConfirmed: true if the manager confirms their own suspension.
    ///   - condition: checked in the transaction; nil for none.
    public func suspend(
        _ id: IdentityID, reason: String? = nil, emails: Set<EmailAddress> = [], endsSessions: Bool = false,
        isConfirmed: Bool, if condition: ChangeCondition? = nil
    ) async throws(ManagementError) -> Suspension {
        var terms = SuspensionTerms(reason: reason, emails: emails, if: condition)
        if endsSessions, let records = try await sessionEnds(of: id)?.records {
            let sessions = stores.sessions
            terms.effect = { identity, moment, transaction throws(DatabaseError) in
                let ended = try sessions.endAll(of: identity, recording: [], at: moment, transaction)
                let details = [("sessions", String(ended.count))]
                let counted = records.map { record in
                    var record = record
                    record.details += details
                    return record
                }
                return SuspensionEffect(details: details, records: counted, publish: { ended.publish() })
            }
        }
        let agreed = terms
        return try await decided { () throws(DatabaseError) in
            try await access.suspend(
                id, in: organization, by: acting(.writeMembers, isConfirmed: isConfirmed), on: agreed,
                recording: record(.suspensionCreate))
        }
    }

    /// Ends the suspension of an identity.
    ///
    /// - Parameter condition: checked in the transaction; nil for none.
    public func unsuspend(_ id: IdentityID, if condition: ChangeCondition? = nil) async throws(ManagementError) {
        try await decided { () throws(DatabaseError) in
            try await access.unsuspend(
                id, in: organization, by: acting(.writeMembers), if: condition, recording: record(.suspensionDelete))
        }
    }

    /// Ends all sessions of a user who has a role here, or had one and is suspended. A user who merely signed in once
    /// is outside this organization's authority. Each organization in which the user has a role gets an audit event.
    public func endSessions(of id: IdentityID) async throws(ManagementError) {
        guard let (identity, records) = try await sessionEnds(of: id) else { throw .refused(.notFound) }
        let (organization, sessions) = (organization, stores.sessions)
        try await decided { () throws(DatabaseError) in
            try await access.change(by: acting(.writeMembers), in: organization) {
                _, moment, transaction throws(DatabaseError) in
                let ended = try sessions.endAll(of: identity, recording: records, at: moment, transaction)
                return .kept((), publish: { ended.publish() })
            }
        }
    }

    /// Returns the identity whose sessions the organization may end, with the records of that for all organizations in
    /// which the user has a role. Returns nil if the user has no role here, and had none.
    private func sessionEnds(
        of id: IdentityID
    ) async throws(ManagementError) -> (identity: Identity, records: [AuditRecord])? {
        let (organization, settings, state) = (organization, settings, state)
        // Claims are opened and evaluated here: too long for a reactor.
        let known = try await stored { () throws(DatabaseError) in
            try await access.database.read { transaction throws(DatabaseError) -> (AuditPerson, [OrganizationID])? in
                guard let known = try AccessStore.known(id, in: organization, transaction) else { return nil }
                let claims = known.signIn.flatMap(settings.claims)
                let own = claims.flatMap { state.entitlement(of: $0, in: organization) }
                guard !known.grants.isEmpty || own?.role != nil || own?.reason == .suspended else { return nil }
                let user = try access.audited(known.identity, in: organization, transaction)
                return (user, claims.map { state.entitlements(of: $0).map(\.organization) } ?? [])
            }
        }
        guard let (user, others) = known else { return nil }
        let records = Set([organization] + others).sorted().map { organization in
            var record = record(.sessionEnd).about(user, id)
            record.organization = organization
            return record
        }
        return (user.identity, records)
    }
}
