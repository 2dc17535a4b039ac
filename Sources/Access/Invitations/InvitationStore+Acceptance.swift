public import Audit
public import Cryptography
public import Databases
public import Grants
public import Identities
public import Policy
internal import Snapshots
internal import Text
internal import Time
internal import Tokens

/// A user or machine that accepts an invitation.
public struct Invitee: Sendable {
    let credential: any ActorCredential
    /// The address as the provider sent it, verified or not.
    let email: EmailAddress?
    /// Whether the credential is a session. The organization then keeps the sign-in, so that it knows the user.
    let isSignedIn: Bool

    public init(_ credential: any ActorCredential, email: EmailAddress?, isSignedIn: Bool) {
        self.credential = credential
        self.email = email
        self.isSignedIn = isSignedIn
    }

    fileprivate var claims: VerifiedClaims { credential.currentClaims }
}

extension InvitationStore {
    /// Returns the invitation of a link, in any state, or nil for an unknown token.
    public func invitation(of token: InvitationToken) async throws(DatabaseError) -> Invitation? {
        let moment = access.now()
        return try await access.database.read { transaction throws(DatabaseError) in
            try InvitationTable.invitation(of: token, at: moment, transaction)
        }
    }

    /// Returns the reason why a user cannot accept the invitation, or nil if they can.
    public func mismatch(
        of invitation: Invitation, with invitee: Invitee
    ) async throws(DatabaseError) -> InvitationMismatch? {
        let rules = access.settings.read().value.rules
        return try await access.database.read { transaction throws(DatabaseError) in
            try InvitationStore.mismatch(of: invitation, with: invitee, under: rules, transaction)
        }
    }

    /// Accepts an invitation. State, address, suspension, grant and audit event share one transaction, so that only one
    /// of several concurrent acceptances succeeds. A refused attempt by another user is recorded too.
    ///
    /// - Parameter record: appended to the audit log in the transaction.
    public func accept(
        _ token: InvitationToken, by invitee: Invitee, recording record: AuditRecord
    ) async throws(DatabaseError) -> Result<Grant, AccessRefusal> {
        let signIn = invitee.isSignedIn ? try await self.signIn(of: invitee, accepting: token) : nil
        let access = access
        let decided = try await access.change {
            moment, transaction throws(DatabaseError) -> ChangeOutcome<Result<Grant, AccessRefusal>> in
            let rules = access.settings.read().value.rules
            guard try invitee.credential.isValid(at: moment, transaction) else { return .refused(.signedOut) }
            guard let invitation = try InvitationTable.invitation(of: token, at: moment, transaction),
                rules.fileRules(of: invitation.organization) != nil
            else { return .refused(.notFound) }
            guard invitation.state == .pending else { return .refused(.closed(invitation.state)) }
            let mismatch = try InvitationStore.mismatch(of: invitation, with: invitee, under: rules, transaction)
            if let mismatch {
                var record = record
                (record.outcome, record.reason) = (.denied, mismatch.rawValue)
                try InvitationTable.append(record, about: invitation, at: moment, transaction)
                return .kept(.failure(.notInvited(mismatch)))
            }
            try InvitationTable.set(.accepted, invitation.id, at: moment, transaction)
            let earlier = try AccessStore.grants(of: invitee.claims.identity, in: invitation.organization, transaction)
            let mapped = signIn.flatMap { $0.organization == invitation.organization ? $0.access?.role : nil }
            let (grant, _) = try AccessStore.grant(
                invitation.role, to: invitee.claims.identity, in: invitation.organization, email: invitation.email,
                source: .invitation, at: moment, transaction)
            if let signIn, signIn.organization == invitation.organization {
                try AccessStore.note(signIn, transaction)
            }
            var record = record
            record.details.append(("grant", grant.id))
            if let role = (earlier.map(\.role) + [mapped].compactMap { $0 }).max() {
                record.details.append(("role_before", role.rawValue))
            }
            try InvitationTable.append(record, about: invitation, at: moment, transaction)
            return .kept(.success(grant), [.granted(grant)])
        }
        return decided.flatMap { $0 }
    }

    /// Seals and evaluates the claims of a user for the organization of an invitation. Returns nil if the invitation is
    /// unknown, or if no sealing key is configured.
    private func signIn(
        of invitee: Invitee, accepting token: InvitationToken
    ) async throws(DatabaseError) -> LastSignIn? {
        let (settings, snapshot, moment) = (access.settings.read().value, access.snapshots.read().value, access.now())
        guard let organization = try await invitation(of: token)?.organization else { return nil }
        let state = AccessState(rules: settings.rules, snapshot: snapshot)
        return SealedSignIn(invitee.claims, email: invitee.email, under: settings)?
            .record(for: organization, under: state, at: moment)
    }

    private static func mismatch(
        of invitation: Invitation, with invitee: Invitee, under rules: AccessRules, _ transaction: Transaction
    ) throws(DatabaseError) -> InvitationMismatch? {
        let claims = invitee.claims
        guard rules.lists(claims.provider, in: invitation.organization) else { return .provider }
        let verified = rules.verifiedEmail(of: claims)
        guard invitation.isSent(to: verified) else {
            return verified == nil && invitation.isSent(to: invitee.email) ? .emailUnverified : .email
        }
        let isSuspended = try AccessStore.isSuspended(
            try AccessStore.id(of: claims.identity), verified, in: invitation.organization, transaction)
        return isSuspended ? .suspended : nil
    }
}
