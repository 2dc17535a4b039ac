import Cryptography
import GatehouseTesting
import Identities
import JSON
import Testing
import Time
import Tokens

@Suite("Providers' keys")
struct KeySetTests {
    @Test(
        "every algorithm is verified with its own key",
        arguments: [
            (KeyKind.rsa, SignatureAlgorithm.rs256), (.rsa, .rs384), (.rsa, .rs512), (.rsa, .ps256), (.rsa, .ps384),
            (.rsa, .ps512), (.p256, .es256), (.p384, .es384), (.p521, .es512), (.ed25519, .edDSA),
        ])
    func algorithms(kind: KeyKind, algorithm: SignatureAlgorithm) throws {
        let mint = try TokenMint(kind, algorithm)
        #expect(reason(try mint.token(), [try mint.provider()]) == nil)
    }

    @Test("an unusable key is reported and does not affect the rest of the set")
    func badKeys() throws {
        let good = try TokenMint()
        let bad = [
            "{}", "7", "{\"kty\":\"oct\",\"k\":\"AAAA\"}",
            "{\"kty\":\"RSA\",\"n\":\"AQAB\",\"e\":\"AQAB\",\"kid\":\"short\"}",
            "{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"AA\",\"y\":\"AA\"}",
            "{\"kty\":\"EC\",\"crv\":\"secp256k1\",\"x\":\"AA\",\"y\":\"AA\"}",
            "{\"kty\":\"OKP\",\"crv\":\"X25519\",\"x\":\"AA\"}",
            // The Kelvin sign equals K in Swift's comparison; the point itself is valid.
            "{\"kty\":\"O\\u212aP\",\"crv\":\"Ed25519\",\"x\":\"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo\"}",
            try good.jwk(",\"use\":\"enc\""),
            try good.jwk(",\"key_ops\":[\"sign\"]"),
            try good.jwk(",\"d\":\"AAAA\""), "{\"kty\":\"RSA\",\"n\":\"A=\",\"e\":\"AQAB\"}",
        ]
        let set = "{\"keys\":[\(bad.joined(separator: ",")),\(try good.jwk())]}"
        let keys = try KeySet(Array(set.utf8))
        #expect(keys.keys.count == 1)
        #expect(keys.issues.map(\.index) == Array(bad.indices))
        #expect(keys.issues[3].id == "short")
        let nulls = try good.jwk(",\"use\":null,\"alg\":null,\"key_ops\":null,\"d\":null")
        #expect(try KeySet(Array(nulls.utf8)).keys.count == 1, "null counts as an absent member")
        let many = try KeySet(Array("{\"keys\":[\(Array(repeating: bad[0], count: 150).joined(separator: ","))]}".utf8))
        #expect(many.issues.count == 101, "the number of prepared keys is limited")
        #expect(reason(try good.token(), [try good.provider(keys: set)]) == nil)
    }

    @Test("an unusable PEM block is reported like an unusable key; a private key refuses the whole file")
    func badPEM() throws {
        let short = """
            -----BEGIN PUBLIC KEY-----
            MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQC+wPTmOCaFqBg6sx9SGKtrGSvQ
            MrViXT5CJUThKjD+nIRgD2+I4ebkGBA8CWsxgfrKIoOj1AB3vXU697fA+v8nuJOi
            0729JlK/eKoKW1+pN4lZHEnnPctijt1Ap48kdDkP433oZWz5YMPG7EapjBaeJEVQ
            AN/4tGxM7EkIn82lfwIDAQAB
            -----END PUBLIC KEY-----
            """
        let good = """
            -----BEGIN PUBLIC KEY-----
            MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEZ2k8VvdDXkOhrrLcPKFUx9WNtXXN
            pxBhifdPGYiWvRoRr5xhsNrfmd7vTdEEVuGRvxzr1+CSFtYYYe+EoLrrZQ==
            -----END PUBLIC KEY-----
            """
        let set = try KeySet(Array("\(short)\n\(good)\n".utf8))
        #expect(set.keys.count == 1)
        #expect(set.issues.map(\.index) == [0])
        #expect(try KeySet(Array(short.utf8)).keys.isEmpty)
        let mint = try TokenMint()
        #expect(reason(try mint.token(), [try mint.provider(keys: short)]) == .keyNotFound)
        #expect(throws: KeySet.ReadingError.self) { try KeySet(Array("\(good)\n\(mint.key.pem())".utf8)) }
    }

    @Test("a token is refused unless exactly one key fits")
    func selection() throws {
        let anonymous = try TokenMint(keyID: nil)
        let named = try TokenMint(keyID: "k1")
        let other = try TokenMint(keyID: "k2")
        let rsa = try TokenMint(.rsa, .rs256, keyID: "k1")
        func set(_ mints: TokenMint...) throws -> String {
            "{\"keys\":[\(try mints.map { try $0.jwk() }.joined(separator: ","))]}"
        }
        #expect(reason(try named.token(), [try named.provider(keys: set(named, other))]) == nil)
        #expect(reason(try named.token(), [try named.provider(keys: set(named, rsa))]) == nil)
        #expect(reason(try named.token(), [try named.provider(keys: set(named, anonymous))]) == .keyNotFound)
        #expect(reason(try anonymous.token(), [try named.provider(keys: set(anonymous))]) == nil)
        #expect(reason(try anonymous.token(), [try named.provider(keys: set(anonymous, rsa))]) == nil)
        #expect(reason(try anonymous.token(), [try named.provider(keys: set(anonymous, other))]) == .keyNotFound)
        #expect(reason(try named.token(), [try named.provider(keys: set(anonymous))]) == .signatureInvalid)
        #expect(reason(try named.token(), [try named.provider(keys: named.jwk(",\"alg\":\"ES384\""))]) == .keyNotFound)
        #expect(reason(try named.token(), [try named.provider(keys: "{\"keys\":[]}")]) == .keyNotFound)
    }

    @Test(
        "a file without keys is refused with a reason",
        arguments: ["", "x", "[]", "{}", "{\"keys\":{}}", "{\"keys\":[],\"keys\":[]}", "-----BEGIN PUBLIC KEY-----"])
    func unreadable(text: String) {
        #expect(throws: KeySet.ReadingError.self) { try KeySet(Array(text.utf8)) }
    }

    @Test("the audience selects among providers that share an issuer; Google's two spellings are one issuer")
    func sharedIssuer() throws {
        let mint = try TokenMint()
        var first = try mint.provider("first", issuer: "https://accounts.google.com")
        first.audiences = ["a"]
        var second = try mint.provider("second", issuer: "accounts.google.com")
        second.audiences = ["b"]
        for issuer in ["accounts.google.com", "https://accounts.google.com"] {
            let token = try mint.token(TokenMint.claims(["iss": "\"\(issuer)\"", "aud": "\"b\""]))
            let claims = try outcome(token, [first, second]).get()
            #expect(claims.provider.text == "second")
            #expect(claims.identity.issuer.text == "https://accounts.google.com")
        }
    }

    @Test("a cached token is refused after it expires; its times are checked at each use")
    func cache() throws {
        let mint = try TokenMint()
        let verifier = BearerTokenVerifier([try mint.provider()], cacheSize: 4)
        let tokens = try (0..<20).map { Array(try mint.token(TokenMint.claims(["jti": "\"\($0)\""])).utf8) }
        for token in tokens + tokens {
            let claims = try verifier.verify(token, at: TokenMint.now)
            #expect(claims.identity.subject.text == "someone")
        }
        let last = tokens[19]
        let isRemembered = verifier.remembers(last, at: TokenMint.now)
        #expect(isRemembered)
        let isForgotten = !verifier.remembers(tokens[0], at: TokenMint.now)
        #expect(isForgotten)
        for (seconds, expected) in [(600, nil), (659, nil), (660, .expired), (-59, nil), (-61, .issuedInFuture)]
            as [(Int64, TokenReason?)]
        {
            var found: TokenReason?
            do throws(TokenRefusal) {
                _ = try verifier.verify(last, at: TokenMint.now + .seconds(seconds))
            } catch {
                found = error.reason
            }
            #expect(found == expected, "\(seconds)")
        }
    }

    @Test("claims keep the header and the id of the signing key; a cached header changes nothing")
    func keptHeader() throws {
        let mint = try TokenMint()
        let verifier = BearerTokenVerifier([try mint.provider()], cacheSize: 0)
        for subject in ["a", "b", "c"] {
            let token = Array(try mint.token(TokenMint.claims(["sub": "\"\(subject)\""])).utf8)
            let claims = try verifier.verify(token, at: TokenMint.now)
            #expect(claims.identity.subject.text == subject)
            #expect(claims.keyID == "k1")
            #expect(claims.header.root.member("alg")?.string == "ES256")
        }
        let forger = try TokenMint()
        for content in [TokenMint.claims(), "no JSON"] {
            let forged = Array(try forger.token(content).utf8)
            var found: TokenReason?
            do throws(TokenRefusal) {
                _ = try verifier.verify(forged, at: TokenMint.now)
            } catch {
                found = error.reason
            }
            #expect(found == (content == "no JSON" ? .malformed : .signatureInvalid))
        }
        // More headers than the cache holds, each twice.
        for turn in 0..<40 {
            let header = "{\"alg\":\"ES256\",\"kid\":\"k1\",\"n\":\(turn % 20)}"
            let claims = try verifier.verify(Array(mint.token(header: header).utf8), at: TokenMint.now)
            #expect(claims.header.root.member("n")?.integer == Int64(turn % 20))
        }
    }
}
