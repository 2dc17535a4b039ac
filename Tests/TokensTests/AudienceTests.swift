import Cryptography
import GatehouseTesting
import Identities
import JSON
import Testing
import Time
import Tokens

@Suite("Audiences and issuers of bearer tokens")
struct AudienceTests {
    private func reason(
        _ changes: [String: String?], claims: [String], audiences: [String] = ["api"]
    ) throws -> TokenReason? {
        let mint = try TokenMint()
        var provider = try mint.provider()
        (provider.audiences, provider.audienceClaims) = (audiences, claims)
        let token = try mint.token(TokenMint.claims(changes))
        if case .failure(let refusal) = outcome(token, [provider]) { return refusal.reason }
        return nil
    }

    @Test(
        "the first audience claim in the token decides",
        arguments: [
            (["client_id"], ["aud": nil, "client_id": "\"api\""], nil),
            (["client_id"], ["aud": nil, "client_id": "\"other\""], .audienceMismatch),
            (["client_id"], ["aud": nil], .audienceMismatch),
            (["client_id"], ["aud": nil, "client_id": "null"], .audienceMismatch),
            // A token with an `aud` is for that audience only.
            (["client_id"], ["aud": "\"api\"", "client_id": "\"api\""], .audienceMismatch),
            (["client_id", "aud"], ["aud": "\"api\"", "client_id": "\"other\""], .audienceMismatch),
            (["client_id", "aud"], ["aud": "\"api\""], nil),
            (["aud", "client_id"], ["aud": "\"other\"", "client_id": "\"api\""], .audienceMismatch),
            (["aud", "client_id"], ["aud": nil, "client_id": "\"api\""], nil),
            (["aud"], ["aud": nil, "client_id": "\"api\""], .audienceMismatch),
        ] as [([String], [String: String?], TokenReason?)])
    func order(claims: [String], changes: [String: String?], expected: TokenReason?) throws {
        #expect(try reason(changes, claims: claims) == expected)
    }

    @Test(
        "if aud is not an audience claim, token_use must be access",
        arguments: [
            (["client_id"], "\"access\"", nil), (["client_id"], "\"id\"", .typeMismatch),
            (["client_id"], "null", .typeMismatch), (["client_id", "aud"], "\"id\"", nil),
        ] as [([String], String, TokenReason?)])
    func tokenUse(claims: [String], use: String, expected: TokenReason?) throws {
        #expect(try reason(["aud": nil, "client_id": "\"api\"", "token_use": use], claims: claims) == expected)
        #expect(try reason(["aud": nil, "client_id": "\"api\""], claims: claims) == nil)
    }

    @Test("a refusal names both audiences in the log, but not to the caller")
    func bothAudiences() throws {
        let mint = try TokenMint()
        let token = try mint.token(TokenMint.claims(["aud": "[\"x\\u001b\",\"y\"]"]))
        guard case .failure(let refusal) = outcome(token, [try mint.provider()]) else {
            Issue.record("the token was accepted")
            return
        }
        #expect(refusal.loggedDetail.contains(#"It is "x\u{1B}", "y"; accepted: "api"."#))
        #expect(!refusal.detail.contains("api") && !refusal.detail.contains("\"y\""))
    }

    // MARK: Issuers

    @Test("a bearer token of a further issuer has an identity of the provider's own issuer")
    func furtherIssuer() throws {
        let mint = try TokenMint()
        var provider = try mint.provider()
        provider.accessTokenIssuers = ["http://adfs.example/adfs/services/trust"]
        let token = try mint.token(TokenMint.claims(["iss": "\"http://adfs.example/adfs/services/trust\""]))
        #expect(try outcome(token, [provider]).get().identity.issuer.text == "https://idp.example")
        let near = try mint.token(TokenMint.claims(["iss": "\"http://adfs.example/adfs/services/trust/\""]))
        #expect(TokensTests.reason(near, [provider]) == .issuerUnknown)
        // Sign-ins and logouts do not accept the further issuer.
        let idToken = IDTokenVerifier(provider, clientID: "api")
        #expect(throws: (any Error).self) { try idToken.verify(token, IDTokenExpectations(), at: TokenMint.now) }
        let own = try mint.token()
        #expect(throws: Never.self) { try idToken.verify(own, IDTokenExpectations(), at: TokenMint.now) }
        let logout = #""events":{"http://schemas.openid.net/event/backchannel-logout":{}},"jti":"j""#
        let claims = TokenMint.claims(["iss": "\"http://adfs.example/adfs/services/trust\""]).dropLast() + ",\(logout)}"
        #expect(throws: TokenRefusal.self) {
            try LogoutTokenVerifier(provider, clientID: "api")
                .verify(mint.token(String(claims)), at: TokenMint.now)
        }
    }

    @Test("if providers share an issuer, their audience claims select one")
    func selection() throws {
        let mint = try TokenMint()
        var (web, cognito) = (try mint.provider("web"), try mint.provider("cognito"))
        web.audiences = ["web"]
        (cognito.audiences, cognito.audienceClaims) = (["machine"], ["client_id"])
        let machine = try mint.token(TokenMint.claims(["aud": nil, "client_id": "\"machine\""]))
        #expect(try outcome(machine, [web, cognito]).get().provider == cognito.id)
        let person = try mint.token(TokenMint.claims(["aud": "\"web\"", "client_id": "\"machine\""]))
        #expect(try outcome(person, [cognito, web]).get().provider == web.id)
    }

    // MARK: Subjects

    @Test("a bearer token without the subject claim is refused; an ID token falls back to sub")
    func subjectClaim() throws {
        let mint = try TokenMint()
        var provider = try mint.provider()
        provider.subjectClaim = "uid"
        let plain = try mint.token()
        #expect(TokensTests.reason(plain, [provider]) == .subjectMissing)
        let named = try mint.token(TokenMint.claims(["uid": "\"u1\""]))
        #expect(try outcome(named, [provider]).get().identity.subject.text == "u1")
        #expect(TokensTests.reason(try mint.token(TokenMint.claims(["uid": "7"])), [provider]) == .claimMalformed)
        #expect(
            TokensTests.reason(try mint.token(TokenMint.claims(["uid": "\"u1\"", "sub": nil])), [provider])
                == .subjectMissing)
        let idToken = IDTokenVerifier(provider, clientID: "api")
        #expect(try idToken.verify(plain, IDTokenExpectations(), at: TokenMint.now).identity.subject.text == "someone")
        #expect(try idToken.verify(named, IDTokenExpectations(), at: TokenMint.now).identity.subject.text == "u1")
    }

    // MARK: Keys

    @Test("a key that is listed twice is one key")
    func sameKeyTwice() throws {
        let (mint, other) = (try TokenMint(keyID: nil), try TokenMint(keyID: nil))
        let token = try mint.token()
        func accepts(_ keys: String...) throws -> Bool {
            let provider = try mint.provider(keys: "{\"keys\":[\(keys.joined(separator: ","))]}")
            return TokensTests.reason(token, [provider]) == nil
        }
        #expect(try accepts(mint.jwk(), mint.jwk()))
        #expect(try accepts(mint.jwk(), mint.jwk(",\"kid\":\"a\""), mint.jwk(",\"kid\":\"b\",\"use\":\"sig\"")))
        #expect(try !accepts(mint.jwk(), other.jwk()))
        #expect(try !accepts(mint.jwk(), mint.jwk(), other.jwk()))
    }

    @Test("the log states why no key fits a token, and which key is unusable")
    func misfit() throws {
        let mint = try TokenMint(keyID: "k1")
        func facts(_ keys: String) throws -> String {
            let provider = try mint.provider(keys: keys)
            guard case .failure(let refusal) = outcome(try mint.token(), [provider]) else { return "" }
            #expect(refusal.reason == .keyNotFound)
            return refusal.facts ?? ""
        }
        let other = try TokenMint(keyID: "k2").jwk()
        #expect(try facts("{\"keys\":[\(other)]}").contains(#"the key set has "k2""#))
        let encrypting = try mint.jwk(",\"use\":\"enc\"")
        #expect(
            try facts("{\"keys\":[\(other),\(encrypting)]}").contains(
                #"this key is not used: key 1 ("k1"): "use" is not "sig""#))
        #expect(try facts("{\"keys\":[\(mint.jwk(",\"alg\":\"ES384\""))]}").contains(#"for "ES384" only"#))
    }
}
