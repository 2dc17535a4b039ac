public import Identities
public import JSON
public import Time

/// The claims of a verified token. Instances exist only by verifying a token or by opening sealed claims, so they can
/// be trusted.
public final class VerifiedClaims: Sendable {
    public let provider: ProviderID
    public let identity: Identity
    /// The payload, a JSON object, with the claims that userinfo added.
    public let claims: JSONDocument
    /// The protected header, a JSON object.
    public let header: JSONDocument
    /// Id of the provider's key that made the signature; nil if the key has none.
    public let keyID: String?
    /// Time range in which the token is valid: start included, end excluded, with clock skew.
    public let validity: Range<Timestamp>
    let origin: ClaimsOrigin

    /// Memory that the claims take, in bytes.
    public var memory: Int {
        claims.memory + header.memory + identity.issuer.text.utf8.count + identity.subject.text.utf8.count + 256
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

    /// Returns the identity with other claims.
    func replacing(_ claims: JSONDocument, origin: ClaimsOrigin) -> VerifiedClaims {
        VerifiedClaims(
            provider: provider, identity: identity, claims: claims, header: header, keyID: keyID, validity: validity,
            origin: origin)
    }

    /// The claims that rules are evaluated against.
    public var known: KnownClaims { KnownClaims(claims.root, unknown: origin.unknown) }

    /// The claims of which nothing is known.
    public var unknown: UnknownClaims { origin.unknown }

    /// Time at which the last ID token was verified, if claims are kept from it after a renewal without one. They are
    /// valid until `claims_lifetime` after this time.
    public var keptSince: Timestamp? { origin.isKept ? origin.verifiedAt : nil }

    /// The provider's session (`sid`); nil if the token names none.
    public var providerSession: String? {
        claims.root.member("sid")?.string.flatMap { $0.isEmpty ? nil : $0 }
    }
}
