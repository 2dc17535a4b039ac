import Cryptography
import GatehouseTesting
import Identities
import JSON
import Testing
import Time
import Tokens

@Suite("ID tokens")
struct IDTokenTests {
    let mint: TokenMint
    let provider: TrustedProvider

    init() throws {
        mint = try TokenMint()
        provider = try mint.provider()
    }

    private func outcome(
        _ changes: [String: String?] = [:], _ change: (inout IDTokenExpectations) -> Void = { _ in }
    ) throws -> Result<VerifiedClaims, TokenRefusal> {
        var claims: [String: String?] = ["aud": "\"client\"", "nonce": "\"n\""]
        claims.merge(changes) { $1 }
        let token = try mint.token(TokenMint.claims(claims))
        var expected = IDTokenExpectations()
        expected.nonce = "n"
        change(&expected)
        do throws(TokenRefusal) {
            let verifier = IDTokenVerifier(provider, clientID: "client")
            return .success(try verifier.verify(token, expected, at: TokenMint.now))
        } catch {
            return .failure(error)
        }
    }

    private func reason(
        _ changes: [String: String?] = [:], _ change: (inout IDTokenExpectations) -> Void = { _ in }
    ) throws -> TokenReason? {
        if case .failure(let refusal) = try outcome(changes, change) { refusal.reason } else { nil }
    }

    @Test("a valid ID token is accepted")
    func accepted() throws {
        #expect(try outcome().get().identity.subject.text == "someone")
        #expect(try reason(["aud": "[\"client\"]"]) == nil)
        #expect(try reason(["aud": "[\"client\",\"other\"]", "azp": "\"client\""]) == nil)
    }

    @Test("the audience must be this client")
    func parties() throws {
        #expect(try reason(["aud": "\"api\""]) == .audienceMismatch)
        #expect(try reason(["aud": nil]) == .audienceMismatch)
        #expect(try reason(["azp": "\"other\""]) == .authorizedPartyMismatch)
        #expect(try reason(["azp": "7"]) == .authorizedPartyMismatch)
        #expect(try reason(["aud": "[\"client\",\"other\"]"]) == .authorizedPartyMismatch)
    }

    @Test("the nonce must be that of this sign-in")
    func nonce() throws {
        #expect(try reason(["nonce": "\"other\""]) == .nonceMismatch)
        #expect(try reason(["nonce": nil]) == .nonceMismatch)
        #expect(try reason(["nonce": "7"]) == .nonceMismatch)
        #expect(try reason(["nonce": nil]) { $0.nonce = nil } == nil)
    }

    // at_hash of OpenID Connect Core 1.0, appendix A.3, computed with SHA-256, which ES256 uses.
    @Test("at_hash and c_hash must match the access token and the code")
    func hashes() throws {
        let good = ["at_hash": "\"77QmUPtjPfzWtF2AnpK9RQ\""]
        let token = "jHkWEdUXMU1BwAsC4vtUsZwnNvTIxEl0z9K3vx5KF0Y"
        #expect(try reason(good) { $0.accessToken = token } == nil)
        #expect(try reason(good) { $0.accessToken = token + "x" } == .hashMismatch)
        #expect(try reason(good) == .hashMismatch)
        #expect(try reason(["c_hash": "\"77QmUPtjPfzWtF2AnpK9RQ\""]) { $0.code = "other" } == .hashMismatch)
        #expect(try reason(["at_hash": "7"]) { $0.accessToken = token } == .hashMismatch)
    }

    @Test("the user must have authenticated within max_age")
    func authenticationTime() throws {
        func reason(_ time: String?) throws -> TokenReason? {
            try self.reason(["auth_time": time]) { $0.maximumAuthenticationAge = .seconds(3600) }
        }
        #expect(try reason("1799999000") == nil)
        #expect(try reason("1799996340.5") == nil)
        #expect(try reason("1799996339") == .authenticationTooOld)
        #expect(try reason(nil) == .authenticationTooOld)
        #expect(try reason("\"1799999000\"") == .authenticationTooOld)
    }

    @Test("acr must be one of the requested values")
    func context() throws {
        func reason(_ context: String?) throws -> TokenReason? {
            try self.reason(["acr": context]) { $0.contextClasses = ["phr", "phrh"] }
        }
        #expect(try reason("\"phrh\"") == nil)
        #expect(try reason("\"pwd\"") == .authenticationContextMismatch)
        #expect(try reason(nil) == .authenticationContextMismatch)
    }

    @Test("a sid that the store cannot hold is refused; a sid that is not a string is ignored")
    func session() throws {
        #expect(try reason(["sid": "\"a\\u0000b\""]) == .claimMalformed)
        #expect(try reason(["sid": "\"\(String(repeating: "s", count: 1025))\""]) == .claimMalformed)
        for good in ["\"s\"", "\"\"", "7", "null"] { #expect(try reason(["sid": good]) == nil) }
    }

    @Test("an ID token passes the checks of every token")
    func common() throws {
        #expect(try reason(["iss": "\"https://other.example\""]) == .issuerUnknown)
        #expect(try reason(["exp": "1799999000"]) == .expired)
        #expect(try reason(["events": "{}"]) == .typeMismatch)
        let other = try TokenMint()
        let forged = try other.token(TokenMint.claims(["aud": "\"client\""]))
        #expect(throws: TokenRefusal.self) {
            try IDTokenVerifier(provider, clientID: "client").verify(forged, IDTokenExpectations(), at: TokenMint.now)
        }
    }
}

@Suite("Userinfo and kept claims")
struct KeptClaimsTests {
    @Test("sealed claims are restored unchanged, for their owner only")
    func sealing() throws {
        let box = try SealedBox(keys: [RandomBytes.make(32)])
        let original = try claims(["name": "\"line\\nbreak\""])
        let sealed = try original.sealed(in: box, for: [1])
        let restored = try VerifiedClaims(opening: sealed, with: box, for: [1])
        #expect(restored.identity == original.identity)
        #expect(restored.provider == original.provider)
        #expect(restored.document.bytes == original.document.bytes)
        #expect(restored.header.bytes == original.header.bytes)
        #expect(restored.keyID == original.keyID)
        #expect(restored.validity == original.validity)
        #expect(throws: CryptographyError.self) { try VerifiedClaims(opening: sealed, with: box, for: [2]) }
        var altered = sealed
        altered[20] ^= 1
        #expect(throws: CryptographyError.self) { try VerifiedClaims(opening: altered, with: box, for: [1]) }
    }
}

@Suite("Logout tokens")
struct LogoutTokenTests {
    let mint: TokenMint
    let provider: TrustedProvider
    static let event = "{\"http://schemas.openid.net/event/backchannel-logout\":{}}"

    init() throws {
        mint = try TokenMint()
        provider = try mint.provider()
    }

    private func outcome(_ changes: [String: String?] = [:], type: String? = "logout+jwt") throws
        -> Result<LogoutNotice, TokenRefusal>
    {
        var claims: [String: String?] = [
            "aud": "\"client\"", "events": LogoutTokenTests.event, "jti": "\"j\"", "sid": "\"s\"",
        ]
        claims.merge(changes) { $1 }
        let type = type.map { ",\"typ\":\"\($0)\"" } ?? ""
        let token = try mint.token(TokenMint.claims(claims), header: "{\"alg\":\"ES256\",\"kid\":\"k1\"\(type)}")
        do throws(TokenRefusal) {
            return .success(try LogoutTokenVerifier(provider, clientID: "client").verify(token, at: TokenMint.now))
        } catch {
            return .failure(error)
        }
    }

    @Test(
        "a valid logout token names the sessions to end",
        arguments: ["logout+jwt", "JWT", "application/logout+jwt", nil])
    func accepted(type: String?) throws {
        let notice = try outcome(type: type).get()
        #expect(notice.sessionID == "s")
        #expect(notice.subject == "someone")
        #expect(notice.tokenID == "j")
        #expect(try outcome(["exp": nil]).get().tokenID == "j")
        #expect(try outcome(["sub": nil]).get().subject == nil)
        #expect(try outcome(["sid": nil]).get().sessionID == nil)
        let long = String(repeating: "s", count: 1024)
        #expect(try outcome(["sid": "\"\(long)\""]).get().sessionID == long)
    }

    @Test(
        "each fault has its reason",
        arguments: [
            (["events": nil], .typeMismatch), (["events": "{}"], .typeMismatch), (["events": "[]"], .typeMismatch),
            (["nonce": "\"n\""], .typeMismatch), (["aud": "\"other\""], .audienceMismatch),
            (["iss": "\"https://other.example\""], .issuerUnknown), (["iat": nil], .claimMalformed),
            (["iat": "1799999699"], .tokenTooOld), (["iat": "1800000061"], .issuedInFuture),
            (["exp": "1799999000"], .expired), (["jti": nil], .claimMalformed), (["jti": "7"], .claimMalformed),
            (["sid": "\"\""], .claimMalformed), (["sub": nil, "sid": nil], .subjectMissing),
            (["jti": "\"a\\u0000\""], .claimMalformed), (["sid": "\"\\u0000\""], .claimMalformed),
            (["sub": "\"some\\u0000one\""], .claimMalformed),
            (["sid": "\"\(String(repeating: "s", count: 1025))\""], .claimMalformed),
        ] as [([String: String?], TokenReason)])
    func refused(changes: [String: String?], reason: TokenReason) throws {
        guard case .failure(let refusal) = try outcome(changes) else {
            Issue.record("accepted")
            return
        }
        #expect(refusal.reason == reason)
    }

    @Test("an ID token is not accepted as a logout token, nor a logout token as an ID token")
    func confusion() throws {
        guard case .failure(let refusal) = try outcome(type: "at+jwt") else {
            Issue.record("accepted")
            return
        }
        #expect(refusal.reason == .typeMismatch)
    }
}
