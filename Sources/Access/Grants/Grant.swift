public import Cryptography
public import Organizations
public import Text
public import Time

/// The name by which an identity is spoken of in addresses: derived from issuer and subject, and the same everywhere.
public struct IdentityID: Sendable, Hashable, CustomStringConvertible {
    public let text: String

    /// The first 128 bits of SHA-256 over issuer and subject, base64url.
    public init(issuer: String, subject: String) throws(CryptographyError) {
        // Neither can hold a NUL, so that no two pairs are one text.
        text = Base64URL.encode(try Digest.sha256(Array("\(issuer)\0\(subject)".utf8)).prefix(16))
    }

    /// `nil` where a text has not the form of one.
    public init?(_ text: String) {
        guard text.utf8.count == 22, Base64URL.decode(text) != nil else { return nil }
        self.text = text
    }

    public var description: String { text }
}

/// A stored role of one identity in one organization.
public struct Grant: Sendable, Hashable {
    /// Where it comes from.
    public enum Source: String, Sendable, Hashable {
        case invitation
        case `operator`
    }

    public let id: String
    public let organization: OrganizationID
    public let issuer: String
    public let subject: String
    /// As it was known when the grant was made; never what the grant hangs on.
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

/// An identity that an organization shut out, whatever it would earn there.
public struct Suspension: Sendable, Hashable {
    public let organization: OrganizationID
    public let identity: IdentityID
    public let issuer: String
    public let subject: String
    /// In lower case, each verified once: every identity with the same verified address is shut out too.
    public let emails: Set<ExactText>
    public let createdAt: Timestamp

    /// One of them, to be shown.
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
