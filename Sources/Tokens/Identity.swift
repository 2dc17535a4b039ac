internal import Text

/// The name of a trusted provider in the configuration.
public struct ProviderID: Hashable, Sendable, CustomStringConvertible {
    public let text: String

    /// 1–63 of `a`–`z`, `0`–`9`, `-`; `nil` for anything else. It stands in paths as it is.
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

/// One person or machine: who vouches for it, and the name that it has there. An e-mail address is never part of it.
public struct Identity: Hashable, Sendable {
    public let issuer: String
    /// 1–255 characters, unique at the issuer.
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
