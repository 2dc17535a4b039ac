/// A secret of 256 random bits, in a cookie or in a link. The store has only its ``SecretDigest``.
///
/// - Parameter Purpose: what the secret is for, so that no secret is used for another purpose.
public struct RandomSecret<Purpose>: Sendable, CustomStringConvertible, CustomReflectable {
    private let bytes: [UInt8]

    /// Creates a new secret.
    public static func make() throws(CryptographyError) -> RandomSecret {
        RandomSecret(bytes: try RandomBytes.make(32))
    }

    private init(bytes: [UInt8]) {
        self.bytes = bytes
    }

    /// Returns nil if a text does not have the form of a secret: 43 characters of base64url.
    public init?(_ text: String) {
        guard text.utf8.count == 43, let bytes = Base64URL.decode(text) else { return nil }
        self.bytes = bytes
    }

    /// The value of a cookie or of a query parameter.
    public var text: String { Base64URL.encode(bytes) }

    public var digest: SecretDigest<Purpose> {
        get throws(CryptographyError) { SecretDigest(stored: try Digest.sha256(bytes)) }
    }

    /// A value for another use, from which the secret cannot be derived.
    ///
    /// - Parameter label: names the use.
    public func derived(for label: String) throws(CryptographyError) -> [UInt8] {
        try MAC.sha256(key: bytes, Array(label.utf8))
    }

    public var description: String { "(secret)" }
    public var customMirror: Mirror { Mirror(self, children: []) }
}

/// The SHA-256 of a ``RandomSecret``. It can be compared with the secret, and the secret cannot be derived from it.
public struct SecretDigest<Purpose>: Sendable, Hashable {
    public let bytes: [UInt8]
    private let word: UInt64

    /// - Parameter bytes: the digest as the store has it.
    public init(stored bytes: [UInt8]) {
        self.bytes = bytes
        word = bytes.prefix(8).reduce(0) { $0 << 8 | UInt64($1) }
    }

    /// Returns nil if a text is not a digest in base64url.
    public init?(_ text: String) {
        guard text.utf8.count == 43, let bytes = Base64URL.decode(text) else { return nil }
        self.init(stored: bytes)
    }

    /// The digest in base64url.
    public var text: String { Base64URL.encode(bytes) }

    public static func == (a: SecretDigest, b: SecretDigest) -> Bool { isEqualInConstantTime(a.bytes, b.bytes) }

    // One word of a digest suffices as a hash.
    public func hash(into hasher: inout Hasher) { hasher.combine(word) }
}
