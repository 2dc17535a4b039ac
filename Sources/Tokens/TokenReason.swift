public import Identities

/// The closed list of reasons why a token is refused, in the order of the checks. The first failed check gives the
/// reason.
public enum TokenReason: String, Sendable, Hashable, CaseIterable {
    case tooLarge = "too_large"
    case malformed
    case criticalHeaderUnsupported = "critical_header_unsupported"
    case algorithmNotAllowed = "algorithm_not_allowed"
    case issuerUnknown = "issuer_unknown"
    case keysUnavailable = "keys_unavailable"
    case keyNotFound = "key_not_found"
    case signatureInvalid = "signature_invalid"
    case typeMismatch = "type_mismatch"
    case audienceMismatch = "audience_mismatch"
    case authorizedPartyMismatch = "authorized_party_mismatch"
    case claimMalformed = "claim_malformed"
    case expired
    case notYetValid = "not_yet_valid"
    case issuedInFuture = "issued_in_future"
    case tokenTooOld = "token_too_old"
    case subjectMissing = "subject_missing"
    case nonceMismatch = "nonce_mismatch"
    case hashMismatch = "hash_mismatch"
    case authenticationTooOld = "authentication_too_old"
    case authenticationContextMismatch = "authentication_context_mismatch"
    case replayed

    /// True if newer keys of the provider may verify the token. The token may name a new key, several keys may match,
    /// or a key may have been replaced under its id.
    public var mayBeOfNewKeys: Bool { self == .keysUnavailable || self == .keyNotFound || self == .signatureInvalid }
}

/// The refusal of a token: the reason and its details.
public struct TokenRefusal: Error, Sendable, Hashable {
    public let reason: TokenReason
    /// One sentence for users. It names claims and settings, and never quotes the token.
    public let detail: String
    /// Sentences for the log: values of claims and settings, limited in length and without control characters. They
    /// never contain the token or a secret.
    public let facts: String?
    /// The provider that issued the token, once known.
    public internal(set) var provider: ProviderID?

    public init(_ reason: TokenReason, _ detail: String, facts: String? = nil, provider: ProviderID? = nil) {
        self.reason = reason
        self.detail = detail
        self.facts = facts
        self.provider = provider
    }

    /// The detail and the facts, for the log.
    public var loggedDetail: String { facts.map { "\(detail) \($0)" } ?? detail }
}
