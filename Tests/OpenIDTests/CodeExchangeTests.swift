import ClaimMapping
import Cryptography
import GatehouseTesting
import HTTPClient
import HTTPMessage
import Identities
import Testing
import Tokens

@testable import OpenID

@Suite("Redeeming a code")
struct CodeExchangeTests {
    @Test("a sign-in sends code and verifier once, and returns the claims with the tokens to keep")
    func signsIn() async throws {
        let party = try TestParty { $0.scopes.append("offline_access") }
        let attempt = try party.attempt()
        let callback = try party.callback("carla", to: try await party.redirect(attempt))
        try await party.party.check(callback, of: attempt)
        let code = try #require(callback.code)
        let done = try await party.party.redeem(code, of: attempt, needing: NeededClaims())
        #expect(done.claims.identity == Identity(issuer: "http://127.0.0.1:9", subject: "carla"))
        #expect(done.refreshToken != nil && done.idToken.split(separator: ".").count == 3)
        let form = party.form
        #expect(form["code"] == code && form["code_verifier"] == attempt.verifier)
        #expect(form["grant_type"] == "authorization_code")
        #expect(form["redirect_uri"] == "https://a.example/auth/callback/idp")
        #expect(party.outbound.count("/token") == 1 && party.outbound.count("/userinfo") == 0)
        // The provider takes a code once.
        await #expect(throws: SignInError.self) {
            try await party.party.redeem(code, of: attempt, needing: NeededClaims())
        }
        #expect(try await TestParty().signIn().refreshToken == nil)
    }

    @Test("a code or a token of another sign-in does not fit")
    func injection() async throws {
        let party = try TestParty()
        let (own, other) = (try party.attempt(), try party.attempt())
        let code = try #require(try party.callback("vic", to: try await party.redirect(other)).code)
        let failure = await #expect(throws: SignInError.self) {
            try await party.party.redeem(code, of: own, needing: NeededClaims())
        }
        #expect(failure?.reason == .codeRefused)
        // A provider that does not check the verifier.
        let unchecked = try TestParty()
        unchecked.outbound.reissue(["nonce": "\"\(other.nonce)\""])
        #expect(try await unchecked.failure()?.tokenReason == .nonceMismatch)
        unchecked.outbound.reissue(without: ["nonce"])
        #expect(try await unchecked.failure()?.tokenReason == .nonceMismatch)
    }

    // MARK: The callback's provider

    @Test("a callback must name the issuer if the provider announces it, and never another issuer")
    func issuer() async throws {
        let (announcing, silent) = (try TestParty(), try TestParty())
        silent.outbound.describe(("\"authorization_response_iss_parameter_supported\":true", "\"x\":true"))
        func reason(_ party: TestParty, _ issuer: String?) async throws -> SignInError.Reason? {
            let items = [("state", "s"), ("code", "c")] + (issuer.map { [("iss", $0)] } ?? [])
            let callback = try Callback(items.map { (name: $0.0, value: $0.1) })
            let attempt = try party.attempt()
            do throws(SignInError) {
                try await party.party.check(callback, of: attempt)
                return nil
            } catch {
                return error.reason
            }
        }
        for party in [announcing, silent] {
            #expect(try await reason(party, TestParty.issuer) == nil)
            for other in ["https://evil.example", "\(TestParty.issuer)/", "HTTP://127.0.0.1:9", ""] {
                #expect(try await reason(party, other) == .issuerMismatch)
            }
        }
        #expect(try await reason(announcing, nil) == .issuerMismatch)
        #expect(try await reason(silent, nil) == nil)
        let down = try TestParty()
        down.outbound.cutOff(ScriptedProvider.document)
        #expect(try await reason(down, nil) == .providerUnavailable)
    }

    @Test("an attempt at another provider, or at another issuer of this id, is not completed here")
    func otherProvider() async throws {
        let party = try TestParty()
        let callback = try Callback([("state", "s"), ("code", "c"), ("iss", TestParty.issuer)])
        for (id, issuer) in [
            ("other", TestParty.issuer), ("idp", "http://127.0.0.1:7"), ("idp", "http://127.0.0.1:9/"),
        ] {
            let attempt = try SignInAttempt(
                provider: #require(ProviderID(id)), issuer: Issuer(issuer), organization: nil, returnTo: nil,
                browser: [], at: party.clock.now)
            let failure = await #expect(throws: SignInError.self) {
                try await party.party.check(callback, of: attempt)
            }
            #expect(failure?.reason == .stateInvalid)
        }
    }

    // MARK: The ID token

    @Test(
        "an ID token that is not this sign-in's is refused with its reason",
        arguments: [
            (["iss": "\"https://evil.example\""], .issuerUnknown), (["aud": "\"other\""], .audienceMismatch),
            (["aud": "[\"gatehouse client\",\"other\"]"], .authorizedPartyMismatch),
            (["azp": "\"other\""], .authorizedPartyMismatch),
            (["at_hash": "\"AAAAAAAAAAAAAAAAAAAAAA\""], .hashMismatch),
            (["exp": "1799999000"], .expired), (["iat": "1800009999"], .issuedInFuture),
            (["iat": "1799000000"], .tokenTooOld),
            (["sub": "\"\""], .subjectMissing), (["events": "{}"], .typeMismatch),
            (["exp": "\"soon\""], .claimMalformed),
            (["sid": "\"a\\u0000\""], .claimMalformed), (["auth_time": "1799990000"], .authenticationTooOld),
            (["acr": "\"pwd\""], .authenticationContextMismatch),
        ] as [([String: String], TokenReason)])
    func idToken(changes: [String: String], reason: TokenReason) async throws {
        let party = try TestParty { ($0.maximumAuthenticationAge, $0.contextClasses) = (.seconds(3600), ["phr"]) }
        party.outbound.reissue(["acr": "\"phr\""])
        try await party.signIn()
        party.outbound.reissue(["acr": "\"phr\""].merging(changes) { _, new in new })
        let failure = try #require(try await party.failure())
        #expect(failure.reason == .tokenRefused && failure.tokenReason == reason, "\(failure.detail)")
    }

    @Test("tokens of another key, of an algorithm that is not allowed, or without a signature are refused")
    func keys() async throws {
        let forged = try TestParty()
        forged.outbound.reissue(key: try SigningKey.generate(.p256))
        #expect(try await forged.failure()?.tokenReason == .signatureInvalid)
        for header in [#"{"alg":"none"}"#, #"{"alg":"HS256","kid":"k"}"#, #"{"alg":"RS256","kid":"k"}"#] {
            let party = try TestParty()
            party.outbound.reissue(header: header)
            #expect(try await party.failure()?.reason == .tokenRefused)
        }
        let listed = try TestParty { $0.algorithms = [.rs256] }
        #expect(try await listed.failure()?.tokenReason == .algorithmNotAllowed)
    }

    @Test("a key that was changed just before signing is fetched, and a sign-in without keys names the cause")
    func rotation() async throws {
        let party = try TestParty()
        party.outbound.twist { request, response throws(OutboundError) in
            guard request.url.path == "/jwks" else { return response }
            let text = String(decoding: response.body, as: UTF8.self).replacing(
                "\"kid\":\"k\"", with: "\"kid\":\"old\"")
            return OutboundResponse(.ok, body: Array(text.utf8))
        }
        #expect(try await party.failure()?.tokenReason == .keyNotFound)
        party.outbound.behave()
        // The budget of the provider's own tokens allows one fetch in half a minute.
        #expect(try await party.failure()?.tokenReason == .keyNotFound)
        party.clock.advance(.seconds(31))
        try await party.signIn()
        let down = try TestParty()
        down.outbound.respond("/jwks", 500)
        let failure = try #require(try await down.failure())
        #expect(failure.tokenReason == .keysUnavailable && failure.detail.contains("500"))
    }

    // MARK: The token endpoint's response

    @Test(
        "a token endpoint that fails is told apart by cause",
        arguments: [
            (500, "{}", .providerUnavailable), (503, "", .providerUnavailable), (429, "{}", .providerUnavailable),
            (408, "", .providerUnavailable), (200, #"{"error":"server_error"}"#, .providerUnavailable),
            (200, #"{"error":"temporarily_unavailable"}"#, .providerUnavailable),
            (500, #"{"error":"invalid_grant"}"#, .providerUnavailable),
            (400, #"{"error":"invalid_grant"}"#, .codeRefused), (200, #"{"error":"invalid_grant"}"#, .codeRefused),
            (401, #"{"error":"invalid_client"}"#, .clientRefused), (401, "", .clientRefused),
            (400, #"{"error":"unauthorized_client"}"#, .clientRefused),
            (400, #"{"error":"invalid_request"}"#, .answerMalformed),
            (400, "<html>", .answerMalformed), (200, "[]", .answerMalformed), (200, "{}", .answerMalformed),
            (200, #"{"id_token":7}"#, .answerMalformed), (200, #"{"id_token":""}"#, .answerMalformed),
            (200, #"{"id_token":"x","token_type":"mac"}"#, .answerMalformed),
            (200, #"{"id_token":"x","token_type":7}"#, .answerMalformed),
            (302, "", .answerMalformed), (200, #"{"a":1,"a":2}"#, .answerMalformed), (204, "", .answerMalformed),
            (200, #"{"id_token":"x.y.z","token_type":"bEARER"}"#, .tokenRefused),
            (200, #"{"id_token":"x.y.z","token_type":null,"error":null}"#, .tokenRefused),
        ] as [(Int, String, SignInError.Reason)])
    func responses(status: Int, body: String, reason: SignInError.Reason) async throws {
        let party = try TestParty()
        party.outbound.respond("/token", status, body)
        #expect(try await party.failure()?.reason == reason)
    }

    @Test(
        "a request that gets no response is an outage, and an unreadable response is not",
        arguments: [
            (.timedOut, .providerUnavailable), (.cutShort, .providerUnavailable), (.insecure, .providerUnavailable),
            (.notConnected, .providerUnavailable), (.notResolved, .providerUnavailable), (.tooLarge, .answerMalformed),
            (.malformed, .answerMalformed),
        ] as [(OutboundError.Kind, SignInError.Reason)])
    func faults(kind: OutboundError.Kind, reason: SignInError.Reason) async throws {
        let party = try TestParty()
        party.outbound.twist { request, response throws(OutboundError) in
            guard request.url.path == "/token" else { return response }
            throw OutboundError(kind, "cause")
        }
        #expect(try await party.failure()?.reason == reason)
        #expect(party.outbound.count("/token") == 1)
    }

    @Test("code, verifier, secret and tokens that a provider repeats are hidden in the cause of a failure")
    func secrets() async throws {
        let party = try TestParty()
        party.outbound.script { request in
            guard request.url.path == "/token" else { return nil }
            let items = FormEncoding.items(request.body) ?? []
            let text = items.filter { ["code", "code_verifier"].contains($0.name) }.map { "\($0.name) \($0.value)" }
                .joined(separator: " ")
            let body = """
                {"error":"invalid_grant","error_description":"\(text) and \(TestParty.secret) of eyJhbGciOiJub25lIn0.e30."}
                """
            return OutboundResponse(Status(400), body: Array(body.utf8))
        }
        let attempt = try party.attempt()
        let code = try #require(try party.callback("carla", to: try await party.redirect(attempt)).code)
        let failure = try #require(
            await #expect(throws: SignInError.self) {
                try await party.party.redeem(code, of: attempt, needing: NeededClaims())
            }
        )
        for secret in [code, String(code.prefix(12)), attempt.verifier, TestParty.secret, "eyJ"] {
            #expect(!failure.detail.contains(secret))
        }
        #expect(failure.detail.contains("(hidden)") && failure.providerCode == "invalid_grant")
    }
}
