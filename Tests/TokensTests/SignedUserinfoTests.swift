import Cryptography
import GatehouseTesting
import JSON
import Testing
import Time
import Tokens

@Suite("Userinfo as a JWT")
struct SignedUserinfoTests {
    private static let plain: [String: String?] = ["aud": nil, "iat": nil, "exp": nil, "iss": nil]

    private func reason(
        _ changes: [String: String?], header: String? = nil, mint: TokenMint? = nil
    ) throws -> TokenReason? {
        let key = try TokenMint()
        let claims = TokenMint.claims(SignedUserinfoTests.plain.merging(changes) { _, new in new })
        let token = try (mint ?? key).token(claims, header: header)
        do throws(TokenRefusal) {
            _ = try UserinfoVerifier(try provider(key), clientID: "web").verify(Array(token.utf8), at: TokenMint.now)
            return nil
        } catch {
            return error.reason
        }
    }

    private func provider(_ mint: TokenMint) throws(TokenRefusal) -> TrustedProvider {
        guard let provider = try? mint.provider() else { throw TokenRefusal(.keysUnavailable, "") }
        return provider
    }

    @Test(
        "claims that are present are checked, and none is required",
        arguments: [
            ([:], nil), (["iss": "\"https://idp.example\""], nil),
            (["iss": "\"https://evil.example\""], .issuerUnknown),
            (["iss": "7"], .issuerUnknown), (["aud": "[\"other\",\"web\"]"], nil),
            (["aud": "\"api\""], .audienceMismatch), (["aud": "null"], .audienceMismatch),
            (["exp": "1799999000"], .expired), (["exp": "\"soon\""], .claimMalformed),
            (["iat": "1800009999"], .issuedInFuture), (["iat": "1700000000"], .tokenTooOld),
            (["nbf": "1800009999"], .notYetValid), (["exp": "1800000600", "iat": "1800000000"], nil),
            (["nonce": "\"n\""], .typeMismatch), (["at_hash": "\"h\""], .typeMismatch),
            (["events": "{}"], .typeMismatch),
        ] as [([String: String?], TokenReason?)])
    func claims(changes: [String: String?], expected: TokenReason?) throws {
        #expect(try reason(changes) == expected)
    }

    @Test(
        "the type is absent, JWT or userinfo+jwt",
        arguments: [
            ("JWT", nil), ("userinfo+jwt", nil), ("application/userinfo+jwt", nil), ("at+jwt", .typeMismatch),
            ("logout+jwt", .typeMismatch),
        ] as [(String, TokenReason?)])
    func types(type: String, expected: TokenReason?) throws {
        #expect(try reason([:], header: "{\"alg\":\"ES256\",\"kid\":\"k1\",\"typ\":\"\(type)\"}") == expected)
    }

    @Test("key and algorithm are checked as for ID tokens")
    func signature() throws {
        #expect(try reason([:], mint: TokenMint()) == .signatureInvalid)
        #expect(try reason([:], mint: TokenMint(keyID: "other")) == .keyNotFound)
        let mint = try TokenMint()
        let token = try mint.token(TokenMint.claims(SignedUserinfoTests.plain))
        var provider = try mint.provider()
        provider.algorithms = [.rs256]
        #expect(throws: TokenRefusal.self) {
            try UserinfoVerifier(provider, clientID: "web").verify(Array(token.utf8), at: TokenMint.now)
        }
        let body = token.split(separator: ".")[1]
        let none = Base64URL.encode(Array("{\"alg\":\"none\"}".utf8)) + ".\(body)."
        #expect(throws: TokenRefusal.self) {
            try UserinfoVerifier(mint.provider(), clientID: "web").verify(Array(none.utf8), at: TokenMint.now)
        }
    }
}
