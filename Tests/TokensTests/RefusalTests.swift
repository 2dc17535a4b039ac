import Cryptography
import GatehouseTesting
import Identities
import JSON
import Testing
import Time
import Tokens

@Suite("Refused tokens")
struct RefusalTests {
    let mint: TokenMint
    let provider: TrustedProvider

    init() throws {
        mint = try TokenMint()
        provider = try mint.provider()
    }

    @Test("a valid token is accepted, with its identity and claims")
    func accepted() throws {
        let claims = try outcome(mint.token(), [provider]).get()
        #expect(claims.identity.issuer.text == "https://idp.example")
        #expect(claims.identity.subject.text == "someone")
        #expect(claims.provider.text == "idp")
        #expect(claims.payload.member("aud")?.string == "api")
    }

    @Test(
        "each faulty claim has its reason",
        arguments: [
            (["iss": "\"https://other.example\""], .issuerUnknown), (["iss": nil], .issuerUnknown),
            (["iss": "7"], .issuerUnknown), (["iss": "\"https://idp.example/\""], .issuerUnknown),
            (["aud": nil], .audienceMismatch), (["aud": "\"other\""], .audienceMismatch),
            (["aud": "[]"], .audienceMismatch),
            (["aud": "{\"api\":1}"], .audienceMismatch), (["exp": nil], .claimMalformed),
            (["exp": "\"1800000600\""], .claimMalformed),
            (["exp": "1e999"], .claimMalformed), (["iat": nil], .claimMalformed), (["iat": "null"], .claimMalformed),
            (["nbf": "\"now\""], .claimMalformed),
            (["sub": "\"\(String(repeating: "x", count: 256))\""], .claimMalformed),
            (["sub": "5"], .claimMalformed), (["exp": "1799999939"], .expired), (["exp": "-1"], .expired),
            (["exp": "1799999940"], .expired), (["exp": "-1e300"], .expired), (["iat": "-1e300"], .tokenTooOld),
            (["nbf": "1e300"], .notYetValid), (["iat": "1e300"], .issuedInFuture),
            (["nbf": "1800000061"], .notYetValid),
            (["iat": "1800000061"], .issuedInFuture),
            (["iat": "1799913539"], .tokenTooOld), (["sub": nil], .subjectMissing), (["sub": "\"\""], .subjectMissing),
            (["events": "{}"], .typeMismatch), (["cnf": "{}"], .typeMismatch),
        ] as [([String: String?], TokenReason)])
    func claim(changes: [String: String?], expected: TokenReason) throws {
        #expect(reason(try mint.token(TokenMint.claims(changes)), [provider]) == expected)
    }

    @Test(
        "claims at their limits are accepted",
        arguments: [
            ["exp": "1799999940.5"], ["nbf": "1800000060"], ["iat": "1800000060"], ["iat": "1799913700.25"],
            ["aud": "[\"x\",\"api\"]"], ["sub": "\"\(String(repeating: "é", count: 255))\""], ["exp": "1.8000006E9"],
        ] as [[String: String?]])
    func limits(changes: [String: String?]) throws {
        #expect(reason(try mint.token(TokenMint.claims(changes)), [provider]) == nil)
    }

    @Test(
        "each faulty header has its reason",
        arguments: [
            ("{\"alg\":\"none\"}", .algorithmNotAllowed), ("{\"alg\":\"NONE\"}", .algorithmNotAllowed),
            ("{\"alg\":\"HS256\",\"kid\":\"k1\"}", .algorithmNotAllowed),
            ("{\"alg\":\"es256\",\"kid\":\"k1\"}", .algorithmNotAllowed),
            ("{\"kid\":\"k1\"}", .malformed), ("{\"alg\":256}", .malformed),
            ("{\"alg\":\"ES256\",\"kid\":1}", .malformed),
            ("{\"alg\":\"ES256\",\"alg\":\"ES256\",\"kid\":\"k1\"}", .malformed), ("[]", .malformed), ("{", .malformed),
            ("", .malformed),
            ("\u{FEFF}{\"alg\":\"ES256\"}", .malformed), ("{\"alg\":\"ES256\",\"kid\":\"k2\"}", .keyNotFound),
            ("{\"alg\":\"ES384\",\"kid\":\"k1\"}", .keyNotFound), ("{\"alg\":\"RS256\",\"kid\":\"k1\"}", .keyNotFound),
            ("{\"alg\":\"ES256\",\"kid\":\"k1\",\"crit\":[\"b64\"],\"b64\":false}", .criticalHeaderUnsupported),
            ("{\"alg\":\"ES256\",\"kid\":\"k1\",\"crit\":[]}", .criticalHeaderUnsupported),
            ("{\"alg\":\"none\",\"crit\":[\"exp\"]}", .criticalHeaderUnsupported),
            ("{\"alg\":\"HS256\",\"crit\":7}", .criticalHeaderUnsupported),
            ("{\"alg\":\"ES256\",\"kid\":\"k1\",\"typ\":\"JOSE\"}", .typeMismatch),
            ("{\"alg\":\"ES256\",\"kid\":\"k1\",\"typ\":\"application/application/jwt\"}", .typeMismatch),
            ("{\"alg\":\"RS256\",\"kid\":\"k1\",\"typ\":\"logout+jwt\"}", .keyNotFound),
            ("{\"alg\":\"ES256\",\"kid\":\"k1\",\"typ\":\"logout+jwt\"}", .typeMismatch),
            ("{\"alg\":\"ES256\",\"kid\":\"k1\",\"typ\":7}", .typeMismatch),
        ] as [(String, TokenReason)])
    func header(header: String, expected: TokenReason) throws {
        #expect(reason(try mint.token(header: header), [provider]) == expected)
    }

    @Test(
        "token types are accepted in any case, with or without application/",
        arguments: ["JWT", "jwt", "at+jwt", "AT+JWT", "application/at+jwt", "Application/JWT"])
    func types(type: String) throws {
        #expect(
            reason(try mint.token(header: "{\"alg\":\"ES256\",\"kid\":\"k1\",\"typ\":\"\(type)\"}"), [provider]) == nil)
    }

    @Test("keys in a token's header are ignored")
    func embeddedKeys() throws {
        let attacker = try TokenMint()
        let header = try
            "{\"alg\":\"ES256\",\"kid\":\"k1\",\"jwk\":\(attacker.jwk()),\"jku\":\"https://evil.example\",\"x5c\":[\"AAAA\"]}"
        #expect(reason(try attacker.token(header: header), [provider]) == .signatureInvalid)
    }

    @Test("a public key is not used as an HMAC secret")
    func algorithmConfusion() throws {
        let signed =
            Base64URL.encode(Array("{\"alg\":\"HS256\",\"kid\":\"k1\"}".utf8)) + "."
            + Base64URL.encode(Array(TokenMint.claims().utf8))
        let forged = try MAC.sha256(key: Array(mint.jwk().utf8), Array(signed.utf8))
        #expect(reason(signed + "." + Base64URL.encode(forged), [provider]) == .algorithmNotAllowed)
    }

    @Test("a text that is not a compact JWS is malformed, or too large")
    func shapes() throws {
        let token = try mint.token()
        let parts = token.split(separator: ".").map(String.init)
        for wrong in [
            "", ".", "..", "a.b", "\(token).", ".\(token)", "\(token).x", " \(token)", "\(token)\n", "\(token)=",
            "\(parts[0])=.\(parts[1]).\(parts[2])", "\(parts[0]).\(parts[1]) .\(parts[2])",
            "\(parts[0]).\(parts[1]).+\(parts[2])",
            token.replacing("-", with: "+") + "+", "{\"payload\":\"\"}",
        ] {
            #expect(reason(wrong, [provider]) == .malformed, "\(wrong)")
        }
        #expect(reason(String(repeating: "a", count: 16385), [provider]) == .tooLarge)
        let deep = String(repeating: "[", count: 40) + String(repeating: "]", count: 40)
        #expect(reason(try mint.token(TokenMint.claims(["x": deep])), [provider]) == .malformed)
        #expect(
            reason(try mint.token("{\"iss\":\"https://idp.example\",\"iss\":\"https://idp.example\"}"), [provider])
                == .malformed)
        #expect(reason(try mint.token("[]"), [provider]) == .malformed)
    }

    @Test("a token with one altered character is refused, as are stray bits at the end of a part")
    func everyCharacter() throws {
        let token = Array(try mint.token().utf8)
        for index in token.indices where token[index] != UInt8(ascii: ".") {
            var altered = token
            altered[index] = altered[index] == UInt8(ascii: "A") ? UInt8(ascii: "B") : UInt8(ascii: "A")
            #expect(reason(String(decoding: altered, as: UTF8.self), [provider]) != nil)
        }
        // 64 bytes are 86 characters; the last one carries four bits that must be zero.
        var stray = token
        let digits = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8)
        let value = try #require(digits.firstIndex(of: stray[stray.count - 1]))
        stray[stray.count - 1] = digits[value | 1]
        #expect(reason(String(decoding: stray, as: UTF8.self), [provider]) == .malformed)
    }

    @Test("a refusal's sentence never quotes the token")
    func detail() throws {
        let secret = "hunter2"
        let changes: [[String: String?]] = [
            ["iss": "\"\(secret)\""], ["aud": "\"\(secret)\""], ["sub": "[\"\(secret)\"]"], ["exp": "\"\(secret)\""],
        ]
        for change in changes {
            guard case .failure(let refusal) = try outcome(mint.token(TokenMint.claims(change)), [provider]) else {
                Issue.record("accepted")
                continue
            }
            #expect(!refusal.detail.contains(secret))
        }
        let header = "{\"alg\":\"\(secret)\",\"kid\":\"\(secret)\",\"crit\":[\"\(secret)\"]}"
        guard case .failure(let refusal) = try outcome(mint.token(header: header), [provider]) else { return }
        #expect(!refusal.detail.contains(secret))
    }

    @Test("a provider's own conditions refuse tokens")
    func providerRules() throws {
        let token = try mint.token(TokenMint.claims(["azp": "\"client\""]))
        var strict = provider
        strict.algorithms = [.rs256]
        #expect(reason(token, [strict]) == .algorithmNotAllowed)
        var bare = provider
        bare.keys = nil
        #expect(reason(token, [bare]) == .keysUnavailable)
        var deaf = provider
        deaf.audiences = []
        #expect(reason(token, [deaf]) == .audienceMismatch)
        var party = provider
        party.authorizedParties = ["other"]
        #expect(reason(token, [party]) == .authorizedPartyMismatch)
        #expect(reason(try mint.token(), [party]) == .authorizedPartyMismatch)
        party.authorizedParties = ["client"]
        #expect(reason(token, [party]) == nil)
        #expect(reason(token, []) == .issuerUnknown)
    }

    @Test("every reason for a bearer token is covered by a test; the others belong to sign-in")
    func signInReasons() {
        let signIn: Set<TokenReason> = [
            .nonceMismatch, .hashMismatch, .authenticationTooOld, .authenticationContextMismatch, .replayed,
        ]
        #expect(TokenReason.allCases.suffix(5).allSatisfy(signIn.contains))
        #expect(TokenReason.allCases.count == 22)
    }
}
