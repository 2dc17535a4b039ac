import ClaimMapping
import DemoProvider
import GatehouseTesting
import HTTPClient
import HTTPMessage
import JSON
import Testing
import Tokens

@testable import OpenID

@Suite("Renewing claims at the provider")
struct RenewalTests {
    private let party: TestParty

    init() throws { party = try TestParty { $0.scopes.append("offline_access") } }

    private enum Kind: String { case renewed, ended, outage, notRenewed }

    private func kind(_ renewal: Renewal) -> Kind {
        switch renewal {
        case .renewed: .renewed
        case .ended: .ended
        case .outage: .outage
        case .notRenewed: .notRenewed
        }
    }

    private func renew(
        _ done: CompletedSignIn, needing needed: NeededClaims = NeededClaims()
    ) async throws -> (outcome: Renewal, refreshToken: String?) {
        await party.party.renew(
            done.claims, refreshToken: try #require(done.refreshToken), needing: needed)
    }

    @Test("brings new claims of the same user, and the next refresh token")
    func renews() async throws {
        let done = try await party.signIn()
        party.clock.advance(.seconds(900))
        party.outbound.reissue(["groups": "[\"other\"]"])
        let (outcome, token) = try await renew(done)
        guard case .renewed(let claims) = outcome else {
            Issue.record("\(outcome)")
            return
        }
        #expect(claims.identity == done.claims.identity)
        #expect(claims.payload.member("groups")?.elements.map { $0.string } == ["other"])
        #expect(token != nil && token != done.refreshToken)
        #expect(party.form["grant_type"] == "refresh_token" && party.form["refresh_token"] == done.refreshToken)
        // The response may hold the only valid refresh token, and no request waits for it.
        #expect(party.outbound.last("/token")?.limits.head == .seconds(30))
    }

    @Test(
        "with another user's token ends the session, and with a token that cannot be verified renews nothing",
        arguments: [
            (["iss": "\"https://evil.example\""], "ended"), (["sub": "\"vic\""], "ended"),
            (["sub": "\"Carla\""], "ended"),
            (["aud": "\"other\""], "notRenewed"), (["exp": "1"], "notRenewed"), (["nonce": "\"any\""], "renewed"),
        ])
    func otherTokens(changes: [String: String], expected: String) async throws {
        let done = try await party.signIn()
        party.outbound.reissue(changes)
        let (outcome, token) = try await renew(done)
        #expect(kind(outcome).rawValue == expected, "\(outcome)")
        // The previous refresh token may be invalid now, whatever the outcome.
        #expect(token != nil)
    }

    @Test(
        "that is refused ends the session, unless the refusal is of the client or the provider has trouble",
        arguments: [
            (400, #"{"error":"invalid_grant"}"#, "ended"), (400, #"{"error":"invalid_request"}"#, "ended"),
            (400, "", "ended"), (400, "<html>", "ended"), (401, "", "ended"),
            (403, #"{"error":"access_denied"}"#, "ended"),
            (404, "", "ended"), (410, "[]", "ended"), (400, #"{"error":7}"#, "ended"),
            (200, #"{"error":"invalid_grant"}"#, "ended"), (401, #"{"error":"invalid_client"}"#, "notRenewed"),
            (400, #"{"error":"unauthorized_client"}"#, "notRenewed"), (408, "", "outage"), (429, "{}", "outage"),
            (500, "", "outage"), (503, "{}", "outage"), (500, #"{"error":"invalid_grant"}"#, "outage"),
            (200, #"{"error":"server_error"}"#, "outage"), (302, "", "notRenewed"), (200, "<html>", "notRenewed"),
            (200, #"{"access_token":"none"}"#, "notRenewed"),
        ])
    func refusals(status: Int, body: String, expected: String) async throws {
        let done = try await party.signIn()
        party.outbound.respond("/token", status, body)
        let (outcome, token) = try await renew(done)
        #expect(kind(outcome).rawValue == expected, "\(outcome)")
        #expect(token == nil)
    }

    @Test("during an outage is an outage, and one whose keys are unavailable too")
    func outage() async throws {
        let done = try await party.signIn()
        party.outbound.cutOff("/token")
        #expect(kind(try await renew(done).outcome) == .outage)
        party.outbound.cutOff("/jwks", ScriptedProvider.document)
        party.clock.advance(.seconds(90_001))
        let claims = TokenMint.claims(["iss": "\"\(TestParty.issuer)\"", "sub": "\"carla\""])
        party.outbound.respond("/token", 200, "{\"id_token\":\"\(try party.provider.sign(Array(claims.utf8)))\"}")
        #expect(kind(try await renew(done).outcome) == .outage)
    }

    /// Removes the ID token from the token endpoint's response.
    private func withholdIDToken() {
        party.outbound.twist { request, response throws(OutboundError) in
            guard request.url.path == "/token" else { return response }
            let text = String(decoding: response.body, as: UTF8.self).replacing("\"id_token\"", with: "\"x\"")
            return OutboundResponse(.ok, body: Array(text.utf8))
        }
    }

    @Test(
        "without an ID token is by userinfo, of the same user",
        arguments: [
            (200, #"{"sub":"carla","groups":["new"]}"#, "renewed"), (200, #"{"sub":"vic"}"#, "ended"),
            (200, #"{"groups":[]}"#, "notRenewed"), (401, "", "notRenewed"), (500, "", "outage"),
        ])
    func userinfo(status: Int, body: String, expected: String) async throws {
        let done = try await party.signIn()
        withholdIDToken()
        party.outbound.respond("/userinfo", status, body)
        let (outcome, token) = try await renew(done)
        #expect(kind(outcome).rawValue == expected, "\(outcome)")
        #expect(token != nil)
        if case .renewed(let claims) = outcome {
            #expect(claims.payload.member("groups")?.elements.map { $0.string } == ["new"])
            // The address is kept from the ID token for a time.
            #expect(claims.payload.member("email")?.string == "carla@acme.example")
            #expect(claims.keptSince == ManualClock.start)
        }
    }

    @Test("that leaves the configured subject claim out is no other user")
    func subjectClaim() async throws {
        let done = try await party.signIn()
        party.outbound.reissue(without: ["sub"])
        let outcome = try await renew(done).outcome
        #expect(kind(outcome) == .notRenewed, "\(outcome)")
    }

    @Test("tells no refresh token in its detail, even if the provider repeats it")
    func secrets() async throws {
        let done = try await party.signIn()
        let token = try #require(done.refreshToken)
        party.outbound.respond(
            "/token", 400, #"{"error":"invalid_grant","error_description":"no such token \#(token)"}"#)
        guard case .ended(let detail) = try await renew(done).outcome else {
            Issue.record("not ended")
            return
        }
        #expect(!detail.contains(token) && detail.contains("no such token (hidden)"))
    }
}
