public import Cryptography

/// The secret in a browser's session cookie: 256 random bits. Only its hash is stored.
public struct SessionToken: Sendable, CustomStringConvertible, CustomReflectable {
    private let bytes: [UInt8]

    /// Creates a new token.
    public static func make() throws(CryptographyError) -> SessionToken {
        SessionToken(bytes: try RandomBytes.make(32))
    }

    private init(bytes: [UInt8]) {
        self.bytes = bytes
    }

    /// Returns nil if a cookie's value does not have the form of a token.
    public init?(cookie: String) {
        guard cookie.utf8.count == 43, let bytes = Base64URL.decode(cookie) else { return nil }
        self.bytes = bytes
    }

    /// The value of the cookie.
    public var cookie: String { Base64URL.encode(bytes) }

    /// The key by which the session is found.
    public var key: SessionKey {
        get throws(CryptographyError) { SessionKey(digest: try Digest.sha256(bytes)) }
    }

    /// The CSRF token for this session's forms. It is derived from the session's secret, so it needs no storage, and it
    /// does not reveal the secret.
    public var formToken: String {
        get throws(CryptographyError) {
            Base64URL.encode(try MAC.sha256(key: bytes, Array("gatehouse form token 1".utf8)))
        }
    }

    /// Compares a form's token with this session's, in constant time.
    public func isFormToken(_ text: String) -> Bool {
        guard let own = try? formToken else { return false }
        return isEqualInConstantTime(Array(own.utf8), Array(text.utf8))
    }

    public var description: String { "(session token)" }
    public var customMirror: Mirror { Mirror(self, children: []) }
}

/// The SHA-256 of a session's token: its key in the store. It cannot be used to sign in.
public struct SessionKey: Sendable, Hashable {
    public let bytes: [UInt8]
    private let word: UInt64

    init(digest: [UInt8]) {
        bytes = digest
        word = digest.prefix(8).reduce(0) { $0 << 8 | UInt64($1) }
    }

    // The key is a digest, so one of its words suffices as a hash.
    public func hash(into hasher: inout Hasher) { hasher.combine(word) }

    /// The index from which the key's shard is chosen.
    var shard: Int { Int(bytes.last ?? 0) }
}
