public import Cryptography
public import Identities
internal import JSON
public import Time
internal import Tokens

/// One attempt to sign in, from the redirect to the provider until the authorization response.
///
/// An attempt exists only sealed in the `state` parameter. Several tabs can therefore sign in at once, no cookies
/// accumulate, and any process that has the key can complete another process's attempt.
public struct SignInAttempt: Sendable, Hashable {
    /// The maximum time between the redirect to the provider and the response.
    public static let lifetime: Duration = .seconds(15 * 60)
    private static let context = Array("gatehouse sign-in attempt 2".utf8)

    /// A unique id. Each state is accepted once.
    public let id: String
    public let provider: ProviderID
    /// The provider's issuer at the start of the attempt. After a reload, the provider id may name another issuer.
    public let issuer: Issuer
    /// The organization that the sign-in is for, whether or not it exists; nil for none.
    public let organization: OrganizationID?
    /// The path on this site to return to.
    public let returnTo: String?
    public let nonce: String
    /// The PKCE code verifier (RFC 7636, section 4.1).
    public let verifier: String
    /// SHA-256 of the browser's cookie, in base64url.
    public let browser: String
    public let startedAt: Timestamp

    /// - Parameters:
    ///   - issuer: the provider's configured issuer.
    ///   - browser: SHA-256 of the browser's cookie.
    public init(
        provider: ProviderID, issuer: Issuer, organization: OrganizationID?, returnTo: String?, browser: [UInt8],
        at now: Timestamp
    ) throws(CryptographyError) {
        id = Base64URL.encode(try RandomBytes.make(16))
        nonce = Base64URL.encode(try RandomBytes.make(24))
        verifier = Base64URL.encode(try RandomBytes.make(32))
        self.provider = provider
        self.issuer = issuer
        self.organization = organization
        self.returnTo = returnTo
        self.browser = Base64URL.encode(browser)
        startedAt = Timestamp(seconds: now.seconds)
    }

    /// `BASE64URL(SHA256(verifier))` (RFC 7636, section 4.2)
    public var challenge: String {
        get throws(CryptographyError) { Base64URL.encode(try Digest.sha256(Array(verifier.utf8))) }
    }

    /// Returns the attempt sealed, as a `state` parameter in base64url.
    public func sealed(in box: SealedBox) throws(CryptographyError) -> String {
        var writer = JSONWriter()
        writer.beginObject()
        writer.member("id", id)
        writer.member("provider", provider.text)
        writer.member("issuer", issuer.text)
        writer.member("organization", organization?.text)
        writer.member("return_to", returnTo)
        writer.member("nonce", nonce)
        writer.member("verifier", verifier)
        writer.member("browser", browser)
        writer.member("started_at", Int(startedAt.seconds))
        writer.endObject()
        return Base64URL.encode(try box.seal(writer.bytes, context: SignInAttempt.context))
    }

    /// Opens a `state` parameter.
    ///
    /// - Throws: `state_invalid` if it was not sealed by this gateway, `state_expired` if it is too old.
    public init(opening state: String, with box: SealedBox, at now: Timestamp) throws(SignInError) {
        let invalid = SignInError(.stateInvalid, "the state was not sealed by this gateway, or was altered")
        guard state.utf8.count <= 8192, let sealed = Base64URL.decode(state),
            let bytes = try? box.open(sealed, context: SignInAttempt.context),
            let root = try? JSONDocument(parsing: bytes).root, let id = root.member("id")?.string,
            let provider = root.member("provider")?.string.flatMap({ ProviderID($0) }),
            let issuer = root.member("issuer")?.string,
            let nonce = root.member("nonce")?.string, let verifier = root.member("verifier")?.string,
            let browser = root.member("browser")?.string, let startedAt = root.member("started_at")?.integer
        else { throw invalid }
        (self.id, self.provider, self.issuer, self.nonce) = (id, provider, Issuer(issuer), nonce)
        (self.verifier, self.browser) = (verifier, browser)
        organization = root.member("organization")?.string.flatMap { OrganizationID($0) }
        returnTo = root.member("return_to")?.string
        self.startedAt = Timestamp(seconds: startedAt)
        guard self.startedAt.lasts(SignInAttempt.lifetime, at: now) else {
            throw SignInError(.stateExpired, "the sign-in began too long ago")
        }
    }

    /// Returns true if one of a browser's cookies shows that the attempt began in that browser.
    public func began(inBrowserWith cookies: [[UInt8]]) -> Bool {
        cookies.contains { cookie in
            guard let hash = try? Digest.sha256(cookie) else { return false }
            return isEqualInConstantTime(Array(Base64URL.encode(hash).utf8), Array(browser.utf8))
        }
    }
}
