internal import Cryptography
public import Identities
public import Text
public import Time

/// A stored role of one identity in one organization.
public struct Grant: Sendable, Hashable {
    /// The source of the grant.
    public enum Source: String, Sendable, Hashable {
        case invitation
        case `operator`
    }

    public let id: String
    public let organization: OrganizationID
    public let issuer: String
    public let subject: String
    /// The address at the time of the grant, for information only: the grant is bound to issuer and subject.
    public let email: String?
    public let role: Role
    public let source: Source
    public let createdAt: Timestamp

    public init(
        id: String, organization: OrganizationID, issuer: String, subject: String, email: String?, role: Role,
        source: Source, createdAt: Timestamp
    ) {
        self.id = id
        self.organization = organization
        self.issuer = issuer
        self.subject = subject
        self.email = email
        self.role = role
        self.source = source
        self.createdAt = createdAt
    }
}

/// An identity that an organization suspended; overrides every role.
public struct Suspension: Sendable, Hashable {
    public let organization: OrganizationID
    public let identity: IdentityID
    public let issuer: String
    public let subject: String
    /// The identity's verified addresses, in lower case. Every identity with one of these verified addresses is
    /// suspended too.
    public let emails: Set<ExactText>
    public let createdAt: Timestamp

    /// One of the addresses, for display.
    public var email: String? { emails.map(\.text).min() }

    public init(
        organization: OrganizationID, identity: IdentityID, issuer: String, subject: String, emails: Set<ExactText>,
        createdAt: Timestamp
    ) {
        self.organization = organization
        self.identity = identity
        self.issuer = issuer
        self.subject = subject
        self.emails = emails
        self.createdAt = createdAt
    }
}
