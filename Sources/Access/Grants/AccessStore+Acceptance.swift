public import Audit
public import Databases
public import Identities
internal import Text
public import Time

/// A signed-in user who opens an invitation's link.
public struct Invitee: Sendable {
    public let issuer: String
    public let subject: String
    /// The verified address in lower case; nil if there is none.
    public let verifiedEmail: String?
    /// The address as the provider sent it, verified or not.
    public let email: String?

    public init(issuer: String, subject: String, verifiedEmail: String?, email: String?) {
        self.issuer = issuer
        self.subject = subject
        self.verifiedEmail = verifiedEmail
        self.email = email
    }
}

extension AccessStore {
    /// Returns the invitation of a link, in any state, or nil for an unknown token.
    public func invitation(of token: InvitationToken) async throws(DatabaseError) -> Invitation? {
        let moment = now()
        return try await database.read { transaction throws(DatabaseError) in
            try AccessStore.invitation(of: token, at: moment, transaction)
        }
    }

    /// Returns the reason why a user cannot accept the invitation, or nil if they can.
    public func mismatch(
        of invitation: Invitation, with invitee: Invitee, isAccepted: Bool
    ) async throws(DatabaseError) -> InvitationMismatch? {
        try await database.read { transaction throws(DatabaseError) in
            try AccessStore.mismatch(of: invitation, with: invitee, isAccepted: isAccepted, transaction)
        }
    }

    /// Accepts an invitation. State, address, suspension, grant and audit event share one transaction, so that only one
    /// of several concurrent acceptances succeeds. A refused attempt by another user is recorded too.
    ///
    /// - Parameters:
    ///   - isAccepted: whether the organization lists the invitee's provider; nil if the organization is not
    ///     configured.
    ///   - isSignedIn: whether the invitee's session or token is still valid.
    ///   - seen: the sign-in to store with the grant, so that the organization knows the user.
    ///   - record: appended to the audit log in the transaction.
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
