public import Identities

/// The reason why a change of access is refused.
public enum AccessRefusal: Error, Sendable, Hashable {
    /// No object has this id.
    case notFound
    /// The organization would be left without a manager.
    case wouldLockOut
    /// The caller's session or token has ended.
    case signedOut
    /// The caller is no longer permitted to make this change.
    case notPermitted(isMember: Bool)
    /// The caller would lose or lower their own role, and has not confirmed that.
    case losesOwnRole
    /// The rules have changed since the change was prepared.
    case changedMeanwhile
    /// The user's access has changed since the action that is to be undone.
    case changedSince
    /// The organization has reached its limit of rules.
    case tooMany
    /// The address has a pending invitation with another role.
    case invitedOtherwise(Role)
    /// The daily limit of invitations is reached; the value is the seconds until the next one is allowed.
    case tooManyToday(retryAfter: Int)
    /// The invitation's state does not allow this change.
    case closed(InvitationState)
    /// The invitation is for another user.
    case notInvited(InvitationMismatch)
}

/// The state of an invitation; only a pending one can be accepted.
public enum InvitationState: String, Sendable, Hashable, CaseIterable {
    case pending
    case accepted
    case revoked
    case expired
}

/// The reason why the signed-in user cannot accept an invitation.
public enum InvitationMismatch: String, Sendable, Hashable, CaseIterable {
    /// The user signed in through a provider that the organization does not list.
    case provider = "provider_not_accepted"
    /// The user's address is the invited one, but the provider has not verified it.
    case emailUnverified = "email_unverified"
    /// The user has another address, or none.
    case email = "email_mismatch"
    case suspended
}
