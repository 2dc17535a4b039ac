public import Cryptography

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
