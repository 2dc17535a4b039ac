public import Cryptography

/// A secret of 256 random bits that only a browser has. The store has its ``SecretDigest``.
///
/// - Parameter Purpose: what the secret is for, so that no secret is used for another purpose.
public struct BrowserSecret<Purpose>: Sendable, CustomStringConvertible, CustomReflectable {
    private let bytes: [UInt8]

    /// Creates a new secret.
    public static func make() throws(CryptographyError) -> BrowserSecret {
        BrowserSecret(bytes: try RandomBytes.make(32))
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
        get throws(CryptographyError) { SecretDigest(bytes: try Digest.sha256(bytes)) }
    }

    public var description: String { "(browser secret)" }
    public var customMirror: Mirror { Mirror(self, children: []) }
}

/// The SHA-256 of a ``BrowserSecret``. It can be compared with the secret, and the secret cannot be derived from it.
public struct SecretDigest<Purpose>: Sendable, Hashable {
    public let bytes: [UInt8]

    init(bytes: [UInt8]) {
        self.bytes = bytes
    }

    /// Returns nil if a text is not a digest in base64url.
    public init?(_ text: String) {
        guard text.utf8.count == 43, let bytes = Base64URL.decode(text) else { return nil }
        self.bytes = bytes
    }

    /// The digest in base64url.
    public var text: String { Base64URL.encode(bytes) }

    public static func == (a: SecretDigest, b: SecretDigest) -> Bool { isEqualInConstantTime(a.bytes, b.bytes) }
    public func hash(into hasher: inout Hasher) { hasher.combine(bytes) }
}

/// The purpose of the cookie that an application's host sets when a sign-in begins there.
public enum BeginPurpose {}
/// The purpose of the code that hands a sign-in over to an application's host.
public enum HandoffPurpose {}
/// The purpose of the cookie of an ``AppSession``.
public enum AppSessionPurpose {}

/// Binds a sign-in on an application's host to the browser that began it.
public typealias BeginSecret = BrowserSecret<BeginPurpose>
/// Hands a sign-in over to an application's host, once.
public typealias HandoffCode = BrowserSecret<HandoffPurpose>
/// The secret in the cookie of an ``AppSession``.
public typealias AppSessionToken = BrowserSecret<AppSessionPurpose>
