public import Cryptography
public import Identities
internal import Text
public import Time

/// An invitation of an address to an organization, which the invited user has to accept.
public struct Invitation: Sendable, Hashable {
    /// The state of an invitation; only a pending one can be accepted.
    public enum State: String, Sendable, Hashable, CaseIterable {
        case pending
        case accepted
        case revoked
        case expired
    }

    /// The delivery state of the letter.
    public enum Delivery: String, Sendable, Hashable, CaseIterable {
        /// No letter: the inviter received the link.
        case link
        /// The letter is being sent, or will be tried again.
        case queued
        /// A mail server accepted the letter.
        case sent
        /// Delivery was given up.
        case failed
    }

    public let id: String
    public let organization: OrganizationID
    /// The invited address in lower case.
    public let email: String
    public let role: Role
    /// The state at the time of the query.
    public let state: State
    public let createdAt: Timestamp
    public let expiresAt: Timestamp
    /// The manager who invited; nil for the operator.
    public let inviter: IdentityID?
    public let inviterEmail: String?
    public let delivery: Delivery
    /// The number of attempts to send the letter.
    public let attempts: Int
    /// The last response of the mail server, if it refused the letter.
    public let lastFailure: String?

    public init(
        id: String, organization: OrganizationID, email: String, role: Role, state: State, createdAt: Timestamp,
        expiresAt: Timestamp, inviter: IdentityID?, inviterEmail: String?, delivery: Delivery, attempts: Int,
        lastFailure: String?
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
    }
}

/// The secret in an invitation's link: 256 random bits. Only its hash is ever stored.
public struct InvitationToken: Sendable, CustomStringConvertible, CustomReflectable {
    private let bytes: [UInt8]

    /// Makes a new token.
    public static func make() throws(CryptographyError) -> InvitationToken {
        InvitationToken(bytes: try RandomBytes.make(32))
    }

    private init(bytes: [UInt8]) {
        self.bytes = bytes
    }

    /// Returns nil if a text does not have the form of a token.
    public init?(_ text: String) {
        guard text.utf8.count == 43, let bytes = Base64URL.decode(text) else { return nil }
        self.bytes = bytes
    }

    /// The token as the link contains it.
    public var text: String { Base64URL.encode(bytes) }

    /// The hash by which the invitation is found.
    var hash: [UInt8] {
        get throws(CryptographyError) { try Digest.sha256(bytes) }
    }

    public var description: String { "(invitation token)" }
    public var customMirror: Mirror { Mirror(self, children: []) }
}

/// The reason why the signed-in user cannot accept an invitation.
public enum InvitationMismatch: String, Error, Sendable, Hashable, CaseIterable {
    /// The user signed in through a provider that the organization does not list.
    case provider = "provider_not_accepted"
    /// The user's address is the invited one, but the provider has not verified it.
    case emailUnverified = "email_unverified"
    /// The user has another address, or none.
    case email = "email_mismatch"
    case suspended
}

/// An address that can be invited.
public struct InvitedAddress: Sendable, Hashable, CustomStringConvertible {
    /// The address in lower case (ASCII).
    public let text: String

    /// The part after the `@`.
    public var domain: String { text.cut(at: "@").map { String($0.after) } ?? "" }

    // addr-spec with a dot-atom before the "@" (RFC 5322, section 3.4.1) and a host name behind it (RFC 1123, 2.1)
    /// Returns nil if the text is not such an address, or is longer than a mail server accepts (RFC 5321, section
    /// 4.5.3.1).
    public init?(_ text: String) {
        let parts = text.split(at: "@")
        guard parts.count == 2, (1...64).contains(parts[0].utf8.count), (3...254).contains(text.utf8.count),
            !parts[0].starts(exactly: "."), !parts[0].ends(exactly: "."), !parts[0].holds(exactly: ".."),
            parts[0].utf8.allSatisfy(InvitedAddress.isAtom), InvitedAddress.isHostName(parts[1])
        else { return nil }
        self.text = text.asciiLowercased()
    }

    public var description: String { text }

    /// Returns the fault of a text that is not such an address; the message follows the name of the field.
    public static func fault(of text: String) -> String {
        DomainHint.isNeeded(forAddress: text) ? DomainHint.text : "has to be an e-mail address such as name@example.com"
    }

    /// Accepts `atext` (RFC 5322, section 3.2.3), and the dots between atoms.
    private static func isAtom(_ byte: UInt8) -> Bool {
        (0x61...0x7A).contains(byte | 0x20) || (0x30...0x39).contains(byte)
            || ".!#$%&'*+-/=?^_`{|}~".utf8.contains(byte)
    }

    private static func isHostName(_ text: Substring) -> Bool {
        (1...253).contains(text.utf8.count)
            && text.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false).allSatisfy { label in
                (1...63).contains(label.count) && label.first != 0x2D && label.last != 0x2D
                    && label.allSatisfy {
                        (0x61...0x7A).contains($0 | 0x20) || (0x30...0x39).contains($0) || $0 == 0x2D
                    }
            }
    }
}
