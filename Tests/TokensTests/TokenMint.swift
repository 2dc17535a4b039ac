import Cryptography
import Identities
import JSON
import Time
import Tokens

/// A signer of tokens, as a provider makes them; every part can be made invalid.
struct TokenMint {
    static let now = Timestamp(seconds: 1_800_000_000)

    let key: SigningKey
    let algorithm: SignatureAlgorithm
    let keyID: String?

    init(_ kind: KeyKind = .p256, _ algorithm: SignatureAlgorithm = .es256, keyID: String? = "k1") throws {
        key = try SigningKey.generate(kind)
        self.algorithm = algorithm
        self.keyID = keyID
    }

    /// Returns claims as JSON; `changes` maps names to JSON texts, and nil removes a claim.
    static func claims(_ changes: [String: String?] = [:]) -> String {
        var claims: [String: String?] = [
            "iss": "\"https://idp.example\"", "sub": "\"someone\"", "aud": "\"api\"", "iat": "1800000000",
            "exp": "1800000600",
        ]
        for (name, value) in changes { claims[name] = .some(value) }
        let members = claims.compactMap { name, value in value.map { "\"\(name)\":\($0)" } }
        return "{" + members.joined(separator: ",") + "}"
    }

    func token(_ claims: String = TokenMint.claims(), header: String? = nil) throws -> String {
        let kid = keyID.map { ",\"kid\":\"\($0)\"" } ?? ""
        let header = header ?? "{\"alg\":\"\(algorithm.rawValue)\"\(kid)}"
        let signed = Base64URL.encode(Array(header.utf8)) + "." + Base64URL.encode(Array(claims.utf8))
        return try signed + "." + Base64URL.encode(key.sign(Array(signed.utf8), algorithm))
    }

    /// Returns the public key as a JWK, with additional members.
    func jwk(_ further: String = "") throws -> String {
        let parameters = try key.publicParameters().map { "\"\($0.name)\":\"\(Base64URL.encode($0.bytes))\"" }
        let type =
            key.kind == .rsa
            ? "\"kty\":\"RSA\"" : "\"kty\":\"\(key.kind == .ed25519 ? "OKP" : "EC")\",\"crv\":\"\(key.kind.rawValue)\""
        let kid = keyID.map { ",\"kid\":\"\($0)\"" } ?? ""
        return "{\(type),\(parameters.joined(separator: ","))\(kid)\(further)}"
    }

    func provider(_ id: String = "idp", issuer: String = "https://idp.example", keys: String? = nil) throws
        -> TrustedProvider
    {
        let set = try KeySet(Array((keys ?? jwk()).utf8))
        var provider = TrustedProvider(id: ProviderID(id)!, issuer: Issuer(issuer), keys: set)
        provider.audiences = ["api"]
        return provider
    }
}

func outcome(
    _ token: String, _ providers: [TrustedProvider], at now: Timestamp = TokenMint.now, cacheSize: Int = 0
) -> Result<VerifiedClaims, TokenRefusal> {
    let verifier = BearerTokenVerifier(providers, cacheSize: cacheSize)
    let bytes = Array(token.utf8)
    do throws(TokenRefusal) {
        return .success(try verifier.verify(bytes.span, at: now))
    } catch {
        return .failure(error)
    }
}

func reason(_ token: String, _ providers: [TrustedProvider], at now: Timestamp = TokenMint.now) -> TokenReason? {
    if case .failure(let refusal) = outcome(token, providers, at: now) { refusal.reason } else { nil }
}

extension BearerTokenVerifier {
    func verify(_ token: [UInt8], at now: Timestamp) throws(TokenRefusal) -> VerifiedClaims {
        try verify(token.span, at: now)
    }

    func remembers(_ token: [UInt8], at now: Timestamp) -> Bool {
        remembers(token.span, at: now)
    }
}
