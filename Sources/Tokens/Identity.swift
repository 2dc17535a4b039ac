internal import Text

/// The id of a trusted provider in the configuration.
public struct ProviderID: Hashable, Sendable, CustomStringConvertible {
    public let text: String

    /// Returns nil if the text is not 1–63 characters of `a`–`z`, `0`–`9`, `-`. The id is used in paths as it is.
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

/// A user or machine: its issuer, and its subject there. The email address is never part of it.
public struct Identity: Hashable, Sendable {
    public let issuer: String
    /// Subject: 1–255 characters, unique per issuer.
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
