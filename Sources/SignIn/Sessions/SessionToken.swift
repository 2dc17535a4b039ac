public import Cryptography

/// The purpose of the cookie of a ``Session``.
public enum SessionPurpose {}
/// The purpose of the cookie that an application's host sets when a sign-in begins there.
public enum BeginPurpose {}
/// The purpose of the code that hands a sign-in over to an application's host.
public enum HandoffPurpose {}
/// The purpose of the cookie of an ``AppSession``.
public enum AppSessionPurpose {}

/// The secret in a browser's session cookie.
public typealias SessionToken = RandomSecret<SessionPurpose>
/// The key of a session in the store. It cannot be used to sign in.
public typealias SessionKey = SecretDigest<SessionPurpose>
/// Binds a sign-in on an application's host to the browser that began it.
public typealias BeginSecret = RandomSecret<BeginPurpose>
/// Hands a sign-in over to an application's host, once.
public typealias HandoffCode = RandomSecret<HandoffPurpose>
/// The secret in the cookie of an ``AppSession``.
public typealias AppSessionToken = RandomSecret<AppSessionPurpose>

extension RandomSecret where Purpose == SessionPurpose {
    /// The key by which the session is found.
    public var key: SessionKey {
        get throws(CryptographyError) { try digest }
    }

    /// The CSRF token for this session's forms. It is derived from the session's secret, so it needs no storage, and it
    /// does not reveal the secret.
    public var formToken: String {
        get throws(CryptographyError) { Base64URL.encode(try derived(for: "gatehouse form token 1")) }
    }

    /// Compares a form's token with this session's, in constant time.
    public func isFormToken(_ text: String) -> Bool {
        guard let own = try? formToken else { return false }
        return isEqualInConstantTime(Array(own.utf8), Array(text.utf8))
    }
}

extension SecretDigest where Purpose == SessionPurpose {
    /// The index from which the session's shard is chosen.
    var shard: Int { Int(bytes.last ?? 0) }
}
