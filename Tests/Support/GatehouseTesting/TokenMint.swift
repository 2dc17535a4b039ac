public import Cryptography
public import Identities
internal import JSON
public import Time
public import Tokens

/// A signer of tokens, as a provider makes them; every part can be made invalid.
public struct TokenMint: Sendable {
    /// The time at which the default claims are valid, ``ManualClock/start``.
    public static let now = ManualClock.start
    public static let issuer: Issuer = "https://idp.example"

    public let key: SigningKey
    public let algorithm: SignatureAlgorithm
    public let keyID: String?

    public init(_ kind: KeyKind = .p256, _ algorithm: SignatureAlgorithm = .es256, keyID: String? = "k1") throws {
        key = try SigningKey.generate(kind)
        self.algorithm = algorithm
        self.keyID = keyID
    }

    /// Returns claims as JSON; `changes` maps names to JSON texts, and nil removes a claim.
    public static func claims(_ changes: [String: String?] = [:]) -> String {
        var claims: [String: String?] = [
            "iss": "\"\(issuer)\"", "sub": "\"someone\"", "aud": "\"api\"", "iat": "\(now.seconds)",
            "exp": "\(now.seconds + 600)",
        ]
        for (name, value) in changes { claims[name] = .some(value) }
        let members = claims.compactMap { name, value in value.map { "\"\(name)\":\($0)" } }
        return "{" + members.joined(separator: ",") + "}"
    }

    public func token(_ claims: String = TokenMint.claims(), header: String? = nil) throws -> String {
        try token(payload: Array(claims.utf8), header: header)
    }

    /// Signs a payload that need not be JSON.
    public func token(payload: [UInt8], header: String? = nil) throws -> String {
        let kid = keyID.map { ",\"kid\":\"\($0)\"" } ?? ""
        let header = header ?? "{\"alg\":\"\(algorithm.rawValue)\"\(kid)}"
        let signed = Base64URL.encode(Array(header.utf8)) + "." + Base64URL.encode(payload)
        return try signed + "." + Base64URL.encode(key.sign(Array(signed.utf8), algorithm))
    }

    /// Returns the public key as a JWK, with additional members.
    public func jwk(_ further: String = "") throws -> String {
        let parameters = try key.publicParameters().map { "\"\($0.name)\":\"\(Base64URL.encode($0.bytes))\"" }
        let type =
            key.kind == .rsa
            ? "\"kty\":\"RSA\"" : "\"kty\":\"\(key.kind == .ed25519 ? "OKP" : "EC")\",\"crv\":\"\(key.kind.rawValue)\""
        let kid = keyID.map { ",\"kid\":\"\($0)\"" } ?? ""
        return "{\(type),\(parameters.joined(separator: ","))\(kid)\(further)}"
    }

    /// The public key as a JWK set.
    public var keySet: String {
        get throws { "{\"keys\":[\(try jwk())]}" }
    }

    /// Returns a provider that trusts this key, and accepts the audience of ``claims(_:)``.
    ///
    /// - Parameter keys: a JWK or JWK set in place of this key.
    public func provider(_ id: String = "idp", issuer: Issuer = TokenMint.issuer, keys: String? = nil) throws
        -> TrustedProvider
    {
        let set = try KeySet(Array((keys ?? jwk()).utf8))
        guard let id = ProviderID(id) else { throw ProviderIDError(text: id) }
        var provider = TrustedProvider(id: id, issuer: issuer, keys: set)
        provider.audiences = ["api"]
        return provider
    }

    /// Signs claims, and verifies them as those of a bearer token.
    ///
    /// - Parameters:
    ///   - changes: as for ``claims(_:)``.
    ///   - provider: the id of the provider.
    public func verified(_ changes: [String: String?] = [:], by provider: String = "idp") throws -> VerifiedClaims {
        let claims = TokenMint.claims(changes)
        let own = try JSONDocument(parsing: Array(claims.utf8)).root.member("iss")?.string
        let verifier = BearerTokenVerifier(
            [try self.provider(provider, issuer: own.map { Issuer($0) } ?? TokenMint.issuer)], cacheSize: 0)
        let token = Array(try token(claims).utf8)
        return try verifier.verify(token.span, at: TokenMint.now)
    }

    /// A test's text that does not have the form of an identifier.
    public struct ProviderIDError: Error {
        let text: String
    }
}
