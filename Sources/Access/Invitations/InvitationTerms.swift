public import Cryptography
public import Identities

/// An invitation that was created or sent again.
public struct IssuedInvitation: Sendable {
    public let invitation: Invitation
    /// The secret of the link, returned this once; nil if an email delivers it.
    public let token: InvitationToken?
    /// Whether the invitation was created by this call.
    public let isNew: Bool
}

/// The inviter of an invitation, and the limits and delivery that apply.
public struct InvitationTerms: Sendable {
    let inviter: IdentityID?
    let inviterEmail: EmailAddress?
    let lifetime: Duration
    let perDay: Int?
    public let sendsEmail: Bool

    /// - Parameters:
    ///   - inviter: nil for the operator.
    ///   - inviterEmail: nil if it is not verified.
    ///   - perDay: the number of invitations that an organization may send in 24 hours; nil for no limit.
    ///   - sendsEmail: whether the link is sent by email; otherwise it is returned to the inviter.
    public init(
        inviter: IdentityID?, inviterEmail: EmailAddress?, lifetime: Duration, perDay: Int?, sendsEmail: Bool
    ) {
        self.inviter = inviter
        self.inviterEmail = inviterEmail
        self.lifetime = lifetime
        self.perDay = perDay
        self.sendsEmail = sendsEmail
    }

    /// Returns the operator's terms: no email, and no daily limit.
    public static func ofOperator(lifetime: Duration) -> InvitationTerms {
        InvitationTerms(inviter: nil, inviterEmail: nil, lifetime: lifetime, perDay: nil, sendsEmail: false)
    }
}
