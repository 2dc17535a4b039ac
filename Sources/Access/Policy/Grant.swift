public import Identities
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
    public let identity: Identity
    /// The address at the time of the grant, for information only: the grant is bound to the identity.
    public let email: EmailAddress?
    public let role: Role
    public let source: Source
    public let createdAt: Timestamp

    public init(
        id: String, organization: OrganizationID, identity: Identity, email: EmailAddress?, role: Role,
        source: Source, createdAt: Timestamp
    ) {
        self.id = id
        self.organization = organization
        self.identity = identity
        self.email = email
        self.role = role
        self.source = source
        self.createdAt = createdAt
    }
}

/// A suspension of an identity by an organization; overrides every role.
public struct Suspension: Sendable, Hashable {
    public let organization: OrganizationID
    public let id: IdentityID
    public let identity: Identity
    /// The identity's verified addresses. Every identity with one of these verified addresses is suspended too.
    public let emails: Set<EmailAddress>
    public let createdAt: Timestamp
    /// The words of the manager; nil if there are none.
    public let reason: String?
    /// The manager; nil if it is not known.
    public let suspendedBy: IdentityID?

    /// One of the addresses, for display.
    public var email: EmailAddress? { emails.min() }

    public init(
        organization: OrganizationID, id: IdentityID, identity: Identity, emails: Set<EmailAddress>,
        createdAt: Timestamp, reason: String? = nil, suspendedBy: IdentityID? = nil
    ) {
        self.organization = organization
        self.id = id
        self.identity = identity
        self.emails = emails
        self.createdAt = createdAt
        (self.reason, self.suspendedBy) = (reason, suspendedBy)
    }
}
