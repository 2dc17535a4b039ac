internal import Text

/// The id of a trusted provider in the configuration.
public struct ProviderID: Hashable, Sendable, CustomStringConvertible {
    public let text: String

    /// Returns nil if the text is not 1–63 characters of `a`–`z`, `0`–`9`, `-`. Paths contain the id unescaped.
    public init?(_ text: String) {
        guard (1...63).contains(text.utf8.count), text.utf8.allSatisfy(ProviderID.isAllowed) else { return nil }
        self.text = text
    }

    public var description: String { text }

    private static func isAllowed(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x61...0x7A, 0x30...0x39, 0x2D: true
        default: false
        }
    }
}

/// A verified user or machine, identified by issuer and subject. The e-mail address is not part of the identity.
public struct Identity: Hashable, Sendable {
    public let issuer: String
    /// The subject: 1–255 characters, unique per issuer.
    public let subject: String

    init(issuer: String, subject: String) {
        self.issuer = issuer
        self.subject = subject
    }

    public static func == (one: Identity, other: Identity) -> Bool {
        one.issuer.isExactly(other.issuer) && one.subject.isExactly(other.subject)
    }

    public func hash(into hasher: inout Hasher) {
        hasher.combine(ExactText(issuer))
        hasher.combine(ExactText(subject))
    }
}
