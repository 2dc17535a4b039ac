internal import Cryptography
public import Identities
public import JSON
internal import Text
public import Time

/// A verifier of tokens with a key file, without a configuration, for command-line use. Its result grants no access.
public final class KeySetVerifier {
    /// A token with a valid signature and, if they were checked, valid claims.
    public struct Verification: Sendable {
        public let header: JSONDocument
        public let payload: [UInt8]
        /// The payload if it is a JSON object.
        public let claims: JSONDocument?
        public let keyID: String?
    }

    private let contexts: VerificationContexts
    private let issuer: Issuer?
    private let parties: TokenParties
    private let isSignatureOnly: Bool

    /// - Parameters:
    ///   - issuer: the expected `iss`; nil skips the check.
    ///   - audiences: accepted audiences; an empty list skips the check.
    ///   - isSignatureOnly: true to check only header and signature; the payload may then be any bytes.
    public init(_ keys: KeySet, issuer: Issuer?, audiences: [String], isSignatureOnly: Bool) {
        contexts = VerificationContexts(keys)
        self.issuer = issuer
        parties = audiences.isEmpty ? .anyone : .bearer(AudienceRule(accepted: audiences), authorizedParties: [])
        self.isSignatureOnly = isSignatureOnly
    }

    /// Verifies a token's header and signature, and its claims unless only the signature is to be checked.
    public func verify(_ token: Span<UInt8>, at now: Timestamp) throws(TokenRefusal) -> Verification {
        let jws = try CompactJWS(token, expecting: isSignatureOnly ? .anything : .claims)
        if isSignatureOnly { return verification(of: jws, keyID: try contexts.verify(jws, token).id) }
        guard let claims = jws.claims else { throw TokenRefusal(.malformed, "The token has no claims.") }
        if let issuer {
            guard let named = claims.root.member("iss")?.string, Issuer(named) == issuer else {
                throw TokenRefusal(
                    .issuerUnknown, "The token's \"iss\" is not the expected one.",
                    facts:
                        "It is \(claims.root.member("iss")?.shown ?? "missing"), and \(issuer.text.quoted()) is expected."
                )
            }
        }
        let keyID = try contexts.verify(jws, token).id
        _ = try ClaimChecks(
            header: jws.header, claims: claims.root, parties: parties, subjectClaim: "sub",
            clockSkew: .seconds(60), maximumAge: .seconds(24 * 3600)
        ).check(at: now)
        return verification(of: jws, keyID: keyID)
    }

    private func verification(of jws: CompactJWS, keyID: String?) -> Verification {
        Verification(header: jws.header.document, payload: jws.payload, claims: jws.claims, keyID: keyID)
    }
}
