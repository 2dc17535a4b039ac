public import Audit
public import Databases
public import Grants
public import Identities
internal import Time

/// The store of invitations and their tokens. Its tables belong to the schema of ``Grants/AccessStore``, because an
/// acceptance and the end of a manager's access change both in one transaction.
public struct InvitationStore: Sendable {
    let access: AccessStore

    public init(_ access: AccessStore) {
        self.access = access
    }

    /// Invites an address on behalf of a manager. A pending invitation of the address with an equal role is returned
    /// instead of a new one.
    public func invite(
        _ draft: InvitationDraft, to organization: OrganizationID, by manager: AccessActor,
        on terms: InvitationTerms, recording record: AuditRecord
    ) async throws(DatabaseError) -> Result<IssuedInvitation, AccessRefusal> {
        try await access.change(by: manager, in: organization) { _, moment, transaction throws(DatabaseError) in
            try InvitationTable.invite(
                draft, to: organization, on: terms, recording: record, at: moment, transaction)
        }
    }

    /// Invites an address on behalf of the operator; otherwise as the variant for managers.
    public func invite(
        _ draft: InvitationDraft, to organization: OrganizationID, byOperatorOn terms: InvitationTerms,
        recording record: AuditRecord
    ) async throws(DatabaseError) -> Result<IssuedInvitation, AccessRefusal> {
        try await access.change { moment, transaction throws(DatabaseError) in
            try InvitationTable.invite(
                draft, to: organization, on: terms, recording: record, at: moment, transaction)
        }
    }

    /// Makes a new token for a pending invitation, revokes its previous tokens, and restarts its lifetime. On behalf of
    /// a manager.
    public func resend(
        _ id: String, in organization: OrganizationID, by manager: AccessActor, on terms: InvitationTerms,
        recording record: AuditRecord
    ) async throws(DatabaseError) -> Result<IssuedInvitation, AccessRefusal> {
        try await access.change(by: manager, in: organization) { _, moment, transaction throws(DatabaseError) in
            try InvitationTable.resend(id, in: organization, on: terms, recording: record, at: moment, transaction)
        }
    }

    /// Makes a new token on behalf of the operator; otherwise as the variant for managers.
    ///
    /// - Parameters:
    ///   - id: the id of an invitation of any organization.
    ///   - organizations: the configured organizations. An invitation of any other organization is reported as not
    ///     found.
    public func resend(
        _ id: String, inOneOf organizations: [OrganizationID], byOperatorOn terms: InvitationTerms,
        recording record: AuditRecord
    ) async throws(DatabaseError) -> Result<IssuedInvitation, AccessRefusal> {
        try await access.change { moment, transaction throws(DatabaseError) in
            guard let known = try InvitationTable.invitation(id, at: moment, transaction),
                organizations.contains(known.organization)
            else { return .refused(.notFound) }
            return try InvitationTable.resend(
                id, in: known.organization, on: terms, recording: record, at: moment, transaction)
        }
    }

    /// Revokes a pending invitation on behalf of a manager; its links lead to a page that says so.
    public func revoke(
        _ id: String, in organization: OrganizationID, by manager: AccessActor, recording record: AuditRecord
    ) async throws(DatabaseError) -> Result<Void, AccessRefusal> {
        let result = try await access.change(by: manager, in: organization) {
            _, moment, transaction throws(DatabaseError) in
            let known = try InvitationTable.invitation(id, at: moment, transaction)
            return try InvitationTable.revoke(
                known?.organization == organization ? known : nil, recording: record, at: moment, transaction)
        }
        return result.map { _ in }
    }

    /// Revokes a pending invitation of any organization on behalf of the operator.
    ///
    /// - Returns: the invitation before the change.
    public func revoke(
        _ id: String, byOperatorRecording record: AuditRecord
    ) async throws(DatabaseError) -> Result<Invitation, AccessRefusal> {
        try await access.change { moment, transaction throws(DatabaseError) in
            let known = try InvitationTable.invitation(id, at: moment, transaction)
            return try InvitationTable.revoke(known, recording: record, at: moment, transaction)
        }
    }

    /// Marks expired invitations and records them in the audit log, at most `limit` per call.
    ///
    /// - Returns: the number of invitations that expired.
    @discardableResult
    public func expire(atMost limit: Int = 200) async throws(DatabaseError) -> Int {
        let result = try await access.change { moment, transaction throws(DatabaseError) -> ChangeOutcome<Int> in
            let over = try InvitationTable.invitations(
                "state = 'pending' AND \(InvitationTable.hasRunOut(at: "$1")) LIMIT $2", .integer(moment.seconds),
                .integer(limit), at: moment, transaction)
            // A refusal writes nothing and notifies no waiter.
            guard !over.isEmpty else { return .refused(.notFound) }
            for invitation in over { try InvitationTable.expire(invitation, at: moment, transaction) }
            return .kept(over.count)
        }
        return (try? result.get()) ?? 0
    }
}
