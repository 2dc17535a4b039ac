public import JSON
public import Time

/// The claims of a token that was checked. There is no other way to make one than to verify a token, or to open what was
/// sealed after that, so whoever holds one may rely on it.
public final class VerifiedClaims: Sendable {
    public let provider: ProviderID
    public let identity: Identity
    /// The payload, an object; with what userinfo added.
    public let claims: JSONDocument
    /// The protected header, an object.
    public let header: JSONDocument
    /// Which of the provider's keys the signature is of, where that key has an id.
    public let keyID: String?
    /// The time within which the token counts: first included, last excluded, clock skew allowed for.
    public let validity: Range<Timestamp>
    let origin: ClaimsOrigin

    /// What the claims take in memory, in bytes.
    public var memory: Int {
        claims.memory + header.memory + identity.issuer.utf8.count + identity.subject.utf8.count + 256
    }

    init(
        provider: ProviderID, identity: Identity, claims: JSONDocument, header: JSONDocument, keyID: String?,
        validity: Range<Timestamp>, origin: ClaimsOrigin
    ) {
        self.provider = provider
        self.identity = identity
        self.claims = claims
        self.header = header
        self.keyID = keyID
        self.validity = validity
        self.origin = origin
    }

    /// The same identity with other claims.
    func replacing(_ claims: JSONDocument, origin: ClaimsOrigin) -> VerifiedClaims {
        VerifiedClaims(
            provider: provider, identity: identity, claims: claims, header: header, keyID: keyID, validity: validity,
            origin: origin)
    }

    /// The claims as rules are tried against them.
    public var known: KnownClaims { KnownClaims(claims.root, unknown: origin.unknown) }

    /// Which claims nothing is known of.
    public var unknown: UnknownClaims { origin.unknown }

    /// When the last ID token was verified, if some of its claims are kept although a renewal since then brought none.
    /// They count until `claims_lifetime` after this time.
    public var keptSince: Timestamp? { origin.isKept ? origin.verifiedAt : nil }

    /// The provider's own session (`sid`), if it names one.
    public var providerSession: String? {
        claims.root.member("sid")?.string.flatMap { $0.isEmpty ? nil : $0 }
    }
}
