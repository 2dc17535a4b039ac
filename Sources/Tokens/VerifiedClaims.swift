public import JSON
public import Time

/// The claims of a token that was checked. There is no other way to make one than to verify a token, or to open what was
/// sealed after that, so whoever holds one may rely on it.
public final class VerifiedClaims: Sendable {
    public let provider: ProviderID
    public let identity: Identity
    /// The payload, an object.
    public let claims: JSONDocument
    /// The protected header, an object.
    public let header: JSONDocument
    /// Which of the provider's keys the signature is of, where that key has an id.
    public let keyID: String?
    /// The time within which the token counts: first included, last excluded, clock skew allowed for.
    public let validity: Range<Timestamp>

    /// What the claims take in memory, in bytes.
    public var memory: Int {
        claims.memory + header.memory + identity.issuer.utf8.count + identity.subject.utf8.count + 256
    }

    init(
        provider: ProviderID, identity: Identity, claims: JSONDocument, header: JSONDocument, keyID: String?,
        validity: Range<Timestamp>
    ) {
        self.provider = provider
        self.identity = identity
        self.claims = claims
        self.header = header
        self.keyID = keyID
        self.validity = validity
    }
}
