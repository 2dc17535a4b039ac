internal import Cryptography
public import Identities
public import JSON
public import Time

/// The claims of a verified token. Instances are created only by verifying a token or by opening sealed claims, so they
/// can be trusted.
public final class VerifiedClaims: Sendable {
    public let provider: ProviderID
    public let identity: Identity
    /// The document of ``payload``, with its exact bytes.
    public let document: JSONDocument
    /// The protected header, a JSON object.
    public let header: JSONDocument
    /// The id of the key that made the signature; nil if the key has none.
    public let keyID: String?
    /// The time range in which the token is valid, including clock skew: start included, end excluded.
    public let validity: Range<Timestamp>
    let origin: ClaimsOrigin
    /// The key that made a bearer token's signature; nil for other tokens, and for restored claims.
    let key: VerificationKey?

    /// Memory that the claims take, in bytes.
    public var memory: Int {
        document.memory + header.memory + identity.issuer.text.utf8.count + identity.subject.text.utf8.count + 256
    }

    init(
        provider: ProviderID, identity: Identity, document: JSONDocument, header: JSONDocument, keyID: String?,
        validity: Range<Timestamp>, origin: ClaimsOrigin, key: VerificationKey? = nil
    ) {
        self.provider = provider
        self.identity = identity
        self.document = document
        self.header = header
        self.keyID = keyID
        self.validity = validity
        self.origin = origin
        self.key = key
    }

    /// Returns a copy with other claims.
    func replacing(_ document: JSONDocument, origin: ClaimsOrigin) -> VerifiedClaims {
        VerifiedClaims(
            provider: provider, identity: identity, document: document, header: header, keyID: keyID,
            validity: validity, origin: origin, key: key)
    }

    /// The claims, a JSON object: the token's payload, and the claims that userinfo added.
    public var payload: JSONValue { document.root }

    /// The claims that rules are evaluated against.
    public var known: KnownClaims { KnownClaims(payload, unknown: origin.unknown) }

    /// The claims whose values are unknown.
    public var unknown: UnknownClaims { origin.unknown }

    /// The time at which the last ID token was verified, if claims are kept from it after a renewal without one. These
    /// claims are valid until `claims_lifetime` after this time.
    public var keptSince: Timestamp? { origin.isKept ? origin.verifiedAt : nil }

    /// The provider's session (`sid`); nil if the token names none.
    public var providerSession: String? {
        payload.member("sid")?.string.flatMap { $0.isEmpty ? nil : $0 }
    }
}
