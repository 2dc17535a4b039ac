public import Grants
public import Identities
public import Time

/// An invitation of an address to an organization, which the invited user must accept.
public struct Invitation: Sendable, Hashable {
    public typealias State = InvitationState

    /// The delivery state of the invitation's email.
    public enum Delivery: String, Sendable, Hashable, CaseIterable {
        /// No email: the inviter received the link.
        case link
        /// The email is being sent, or will be tried again.
        case queued
        /// A mail server accepted the email.
        case sent
        /// Delivery was given up.
        case failed
    }

    public let id: String
    public let organization: OrganizationID
    /// The invited address, in lower case.
    public let email: EmailAddress
    public let role: Role
    /// The state at the time of the query.
    public let state: State
    public let createdAt: Timestamp
    public let expiresAt: Timestamp
    /// The manager who invited; nil for the operator.
    public let inviter: IdentityID?
    /// The verified address of the inviter; nil if there is none.
    public let inviterEmail: EmailAddress?
    public let delivery: Delivery
    /// The number of attempts to send the email.
    public let attempts: Int
    /// The last response of the mail server, if it refused the email.
    public let lastFailure: String?
    /// The time at which it was accepted or revoked; nil if it was not, or if the time is not known.
    public let closedAt: Timestamp?

    public init(
        id: String, organization: OrganizationID, email: EmailAddress, role: Role, state: State, createdAt: Timestamp,
        expiresAt: Timestamp, inviter: IdentityID?, inviterEmail: EmailAddress?, delivery: Delivery, attempts: Int,
        lastFailure: String?, closedAt: Timestamp? = nil
    ) {
        self.id = id
        self.organization = organization
        self.email = email
        self.role = role
        self.state = state
        self.createdAt = createdAt
        self.expiresAt = expiresAt
        self.inviter = inviter
        self.inviterEmail = inviterEmail
        self.delivery = delivery
        self.attempts = attempts
        self.lastFailure = lastFailure
        self.closedAt = closedAt
    }

    /// Returns true if an address is the invited one; false if it is nil.
    func isSent(to address: EmailAddress?) -> Bool { address.map { $0 == email } ?? false }
}
