public import Audit
public import Databases
public import Organizations
internal import Text
public import Time

/// Who opens an invitation's link, signed in.
public struct Invitee: Sendable {
    public let issuer: String
    public let subject: String
    /// In lower case, where it is verified.
    public let verifiedEmail: String?
    /// As it was sent, verified or not.
    public let email: String?

    public init(issuer: String, subject: String, verifiedEmail: String?, email: String?) {
        self.issuer = issuer
        self.subject = subject
        self.verifiedEmail = verifiedEmail
        self.email = email
    }
}

extension AccessStore {
    /// The invitation of a link, whatever its state; `nil` for a token that leads to none.
    public func invitation(of token: InvitationToken) async throws(DatabaseError) -> Invitation? {
        let moment = now()
        return try await database.read { transaction throws(DatabaseError) in
            try AccessStore.invitation(of: token, at: moment, transaction)
        }
    }

    /// Why the invitation is not for somebody; `nil` where it is.
    public func mismatch(
        of invitation: Invitation, with invitee: Invitee, isAccepted: Bool
    ) async throws(DatabaseError) -> InvitationMismatch? {
        try await database.read { transaction throws(DatabaseError) in
            try AccessStore.mismatch(of: invitation, with: invitee, isAccepted: isAccepted, transaction)
        }
    }

    /// State, address, suspension, grant and audit event, all in one transaction: of several acceptances at once one is
    /// the first. That somebody else tried is recorded too.
    ///
    /// - Parameters:
    ///   - isAccepted: whether the invitee's provider is one that the organization lists; `nil` where there is no such
    ///     organization.
    ///   - isSignedIn: whether the invitee's session or token still counts.
    ///   - seen: kept with it, so that the organization knows them.
    ///   - record: appended to the audit log with it.
    public func accept(
        _ token: InvitationToken, by invitee: Invitee, isAccepted: @escaping @Sendable (OrganizationID) -> Bool?,
        isSignedIn: @escaping @Sendable (Timestamp, Transaction) throws(DatabaseError) -> Bool,
        seen: @escaping @Sendable (OrganizationID) -> PersonSeen?, recording record: AuditRecord
    ) async throws(DatabaseError) -> Result<Grant, AccessRefusal> {
        let decided = try await change {
            moment, transaction throws(DatabaseError) -> ChangeOutcome<Result<Grant, AccessRefusal>> in
            guard try isSignedIn(moment, transaction) else { return .refused(.signedOut) }
            guard let invitation = try AccessStore.invitation(of: token, at: moment, transaction),
                let isAccepted = isAccepted(invitation.organization)
            else { return .refused(.notFound) }
            guard invitation.state == .pending else { return .refused(.closed(invitation.state)) }
            let organization = invitation.organization
            if let mismatch = try AccessStore.mismatch(
                of: invitation, with: invitee, isAccepted: isAccepted, transaction)
            {
                var record = record
                (record.outcome, record.reason) = (.denied, mismatch.rawValue)
                try AccessStore.append(record, about: invitation, at: moment, transaction)
                return .kept(.failure(.notInvited(mismatch)), [])
            }
            try AccessStore.set(.accepted, invitation.id, transaction)
            let known = try AccessStore.grants(of: invitee.issuer, invitee.subject, in: organization, transaction)
                .first { $0.role == invitation.role }
            let grant: Grant
            if let known {
                grant = known
            } else {
                grant = Grant(
                    id: try AccessStore.makeID(at: moment), organization: organization, issuer: invitee.issuer,
                    subject: invitee.subject, email: invitation.email, role: invitation.role, source: .invitation,
                    createdAt: Timestamp(seconds: moment.seconds))
                try AccessStore.insert(grant, transaction)
            }
            if let person = seen(organization) { try AccessStore.note(person, transaction) }
            var record = record
            record.details.append(("grant", grant.id))
            try AccessStore.append(record, about: invitation, at: moment, transaction)
            return .kept(.success(grant), [.granted(grant)])
        }
        return decided.flatMap { $0 }
    }

    private static func invitation(
        of token: InvitationToken, at moment: Timestamp, _ transaction: Transaction
    ) throws(DatabaseError) -> Invitation? {
        guard let hash = try? token.hash else { throw DatabaseError(.failed, cause: "a token cannot be hashed") }
        return try invitations(
            "id = (SELECT invitation FROM invitation_token WHERE hash = $1)", .blob(hash), at: moment, transaction
        ).first
    }

    private static func mismatch(
        of invitation: Invitation, with invitee: Invitee, isAccepted: Bool, _ transaction: Transaction
    ) throws(DatabaseError) -> InvitationMismatch? {
        guard isAccepted else { return .provider }
        guard invitee.verifiedEmail.isExactly(invitation.email) else {
            return invitee.verifiedEmail == nil && (invitee.email?.asciiLowercased()).isExactly(invitation.email)
                ? .emailUnverified : .email
        }
        let isSuspended = try isSuspended(
            invitee.issuer, invitee.subject, invitee.verifiedEmail, in: invitation.organization, transaction)
        return isSuspended ? .suspended : nil
    }
}
