import Cryptography
import Identities
import Testing
import Time
import Tokens

/// Makes verified claims from signed tokens.
struct TokenMint {
    private let key: SigningKey
    private let verifier: BearerTokenVerifier

    init(provider name: String = "idp") throws {
        key = try SigningKey.generate(.ed25519)
        let x = try key.publicParameters().map { Base64URL.encode($0.bytes) }.joined()
        let keys = try KeySet(Array("{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":\"\(x)\"}".utf8))
        let id = try #require(ProviderID(name))
        var provider = TrustedProvider(id: id, issuer: "https://idp.example", keys: keys)
        provider.audiences = ["api"]
        verifier = BearerTokenVerifier([provider], cacheSize: 0)
    }

    func claims(_ more: String) throws -> VerifiedClaims {
        let claims = "{\"iss\":\"https://idp.example\",\"sub\":\"s\",\"aud\":\"api\",\"iat\":1000,\"exp\":2000,\(more)}"
        let signed = Base64URL.encode(Array("{\"alg\":\"EdDSA\"}".utf8)) + "." + Base64URL.encode(Array(claims.utf8))
        let token = Array((try signed + "." + Base64URL.encode(key.sign(Array(signed.utf8), .edDSA))).utf8)
        return try verifier.verify(token.span, at: Timestamp(seconds: 1500))
    }
}
