internal import Cryptography
internal import Identities
internal import JSON
public import Time

/// The expected values of an ID token, in addition to the checks of every token.
public struct IDTokenExpectations: Sendable {
    /// Nonce of the authorization request. Nil for tokens from a refresh, which have none.
    public var nonce: String?
    /// Redeemed authorization code, for `c_hash`.
    public var code: String?
    /// Access token of the token response, for `at_hash`.
    public var accessToken: String?
    /// The maximum time since the user authenticated; nil if the request did not limit it.
    public var maximumAuthenticationAge: Duration?
    /// Accepted values of `acr`; empty if none were requested.
    public var contextClasses: [String] = []

    public init() {}
}

/// A verifier of ID tokens from a provider's token endpoint (OpenID Connect Core 1.0, section 3.1.3.7).
public struct IDTokenVerifier: Sendable {
    private let provider: TrustedProvider
    private let clientID: String

    public init(_ provider: TrustedProvider, clientID: String) {
        self.provider = provider
        self.clientID = clientID
    }

    /// Returns the claims of a token that is valid at `now` and meets the expectations.
    public func verify(
        _ token: String, _ expected: IDTokenExpectations, at now: Timestamp
    ) throws(TokenRefusal) -> VerifiedClaims {
        do throws(TokenRefusal) {
            let bytes = Array(token.utf8)
            let signed = try SignedClaims(bytes, of: provider)
            let outcome = try ClaimChecks(
                header: signed.header, claims: signed.claims.root, parties: .client(clientID),
                subjectClaim: provider.subjectClaim, clockSkew: provider.clockSkew, maximumAge: provider.maximumAge
            ).check(at: now)
            try check(signed, expected, at: now)
            return VerifiedClaims(
                provider: provider.id,
                identity: Identity(
                    issuer: provider.issuer, subject: outcome.subject),
                document: signed.claims, header: signed.header.document, keyID: signed.keyID,
                validity: outcome.validity, origin: ClaimsOrigin(token: signed.claims.root, at: now))
        } catch {
            var refusal = error
            refusal.provider = provider.id
            throw refusal
        }
    }

    private func check(
        _ signed: SignedClaims, _ expected: IDTokenExpectations, at now: Timestamp
    ) throws(TokenRefusal) {
        let claims = signed.claims.root
        if let nonce = expected.nonce {
            guard let sent = claims.member("nonce")?.string,
                isEqualInConstantTime(Array(sent.utf8), Array(nonce.utf8))
            else {
                throw TokenRefusal(.nonceMismatch, "The token's \"nonce\" does not match this sign-in.")
            }
        }
        let algorithm = signed.header.algorithm
        for (name, value) in [("at_hash", expected.accessToken), ("c_hash", expected.code)] {
            guard let hash = claims.member(name) else { continue }
            guard let value, let expected = IDTokenVerifier.halfHash(of: value, algorithm), hash.equals(expected) else {
                throw TokenRefusal(
                    .hashMismatch, "The token's \"\(name)\" does not match the code or access token received with it.")
            }
        }
        if let age = expected.maximumAuthenticationAge {
            guard let seconds = claims.member("auth_time")?.double, let moment = Timestamp(numericDate: seconds) else {
                throw TokenRefusal(
                    .authenticationTooOld, "The token does not say when the user authenticated (\"auth_time\").",
                    facts: "It is \(claims.member("auth_time")?.shown ?? "missing").")
            }
            guard moment <= now + provider.clockSkew else {
                throw TokenRefusal(
                    .authenticationTooOld, "The token's \"auth_time\" is in the future.",
                    facts: "It is \(moment.rfc3339); the time is \(now.rfc3339).")
            }
            guard now <= moment + age + provider.clockSkew else {
                throw TokenRefusal(
                    .authenticationTooOld,
                    "The user authenticated longer ago than the provider's \"max_age\" allows.",
                    facts:
                        "The token's \"auth_time\" is \(moment.rfc3339), \"max_age\" is \(age.configurationText), and the "
                        + "time is \(now.rfc3339).")
            }
        }
        guard !expected.contextClasses.isEmpty else { return }
        guard let context = claims.member("acr"), expected.contextClasses.contains(where: context.equals) else {
            throw TokenRefusal(
                .authenticationContextMismatch, "The token's \"acr\" is not one of the provider's \"acr_values\".",
                facts:
                    "It is \(claims.member("acr")?.shown ?? "missing"); accepted: \(expected.contextClasses.shown).")
        }
    }

    // The left half of the hash of the token's algorithm (OpenID Connect Core 1.0, section 3.1.3.6). Ed25519 uses
    // SHA-512 internally (RFC 8032, section 5.1), so its tokens use SHA-512.
    static func halfHash(of value: String, _ algorithm: SignatureAlgorithm) -> String? {
        guard let hash = try? Digest(algorithm.digest ?? .sha512)(Array(value.utf8).span) else { return nil }
        return Base64URL.encode(hash.prefix(hash.count / 2))
    }
}
