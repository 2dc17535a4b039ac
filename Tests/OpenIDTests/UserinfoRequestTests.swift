import ClaimMapping
import Cryptography
import DemoProvider
import GatehouseTesting
import HTTPClient
import HTTPMessage
import JSON
import Testing
import Text
import Tokens

@testable import OpenID

@Suite("Claims from userinfo")
struct UserinfoRequestTests {
    private let party: TestParty

    init() throws { party = try TestParty() }

    /// Signs in for rules that address the address, which the ID token does not have.
    private func claims() async throws -> VerifiedClaims {
        party.outbound.reissue(without: ["email", "email_verified"])
        return try await party.signIn(needing: NeededClaims(["email"])).claims
    }

    private func respond(_ body: String, status: Int = 200, type: String = "application/json") {
        party.outbound.respond("/userinfo", status, body, Fields([(.contentType, type)]))
    }

    private func isUnknown(_ claims: VerifiedClaims) -> Bool { !claims.unknown.isEmpty }

    @Test("are asked for with the access token, only if a rule addresses a claim that the ID token lacks")
    func asks() async throws {
        #expect(try await party.signIn(needing: NeededClaims(["email"])).claims.unknown.isEmpty)
        #expect(party.outbound.count("/userinfo") == 0)
        let claims = try await claims()
        #expect(claims.payload.member("email")?.string == "carla@acme.example" && !isUnknown(claims))
        let request = try #require(party.outbound.last("/userinfo"))
        #expect(request.fields.value(.authorization)?.hasPrefix("Bearer ") == true && request.method == .get)
        #expect(request.limits.head == .seconds(5))
    }

    @Test(
        "of another user, of no user, or with an error are not taken, and what is missing is unknown",
        arguments: [
            (200, #"{"sub":"other","email":"a@b.example"}"#), (200, #"{"email":"a@b.example"}"#),
            (200, #"{"sub":"Carla","email":"a@b.example"}"#), (200, #"["sub"]"#), (200, "{,}"), (200, ""),
            (200, #"{"sub":"carla","sub":"carla"}"#), (200, #"{"error":"insufficient_scope"}"#),
            (401, #"{"error":"invalid_token"}"#), (403, ""), (500, ""), (302, ""),
        ])
    func refused(status: Int, body: String) async throws {
        respond(body, status: status)
        let claims = try await claims()
        #expect(isUnknown(claims) && claims.payload.member("email") == nil)
        #expect(party.events.count { $0.hasPrefix("userinfoFailed") && $0.contains("carla") } == 1)
    }

    @Test("that a provider cannot be asked for are unknown, and of a provider without the endpoint are absent")
    func endpoint() async throws {
        for (endpoint, expected) in [("http://sso.example/me", true), ("", false)] {
            let party = try TestParty()
            let provider = party.provider
            party.outbound.twist { request, response throws(OutboundError) in
                if request.url.path == "/token" { return provider.reissue(response, without: ["email"]) }
                guard request.url.path == ScriptedProvider.document else { return response }
                let text = String(decoding: response.body, as: UTF8.self)
                return OutboundResponse(
                    .ok, body: Array(text.replacing("\(TestParty.issuer)/userinfo", with: endpoint).utf8))
            }
            let claims = try await party.signIn(needing: NeededClaims(["email"])).claims
            #expect(isUnknown(claims) == expected && claims.payload.member("email") == nil)
        }
        party.outbound.cutOff("/userinfo")
        #expect(isUnknown(try await claims()))
    }

    private static let good = #""sub":"carla","email":"a@b.example","email_verified":true"#

    @Test(
        "may be a JWT, with or without issuer and audience, and whatever its media type",
        arguments: [
            ("", "application/jwt"), ("", "Application/JWT; charset=UTF-8"), ("", "text/plain"),
            (#","iss":"http://127.0.0.1:9","aud":["gatehouse client"]"#, "application/jwt"),
        ])
    func signed(more: String, type: String) async throws {
        respond("\n" + (try party.provider.sign(Array("{\(Self.good)\(more)}".utf8))) + " ", type: type)
        let claims = try await claims()
        #expect(claims.payload.member("email")?.string == "a@b.example" || type == "text/plain")
    }

    @Test(
        "in a JWT that is not valid for this client are unknown, and the event names the reason",
        arguments: [
            (#","aud":"other""#, "audience_mismatch"), (#","iss":"https://evil.example""#, "issuer_unknown"),
            (#","nonce":"n""#, "type_mismatch"), (#","exp":1799999000"#, "expired"),
        ])
    func refusedToken(more: String, reason: String) async throws {
        respond(try party.provider.sign(Array("{\(Self.good)\(more)}".utf8)), type: "application/jwt")
        #expect(isUnknown(try await claims()))
        #expect(party.events.contains { $0.contains("(\(reason))") })
    }

    @Test("in a JWT of another key are unknown")
    func forged() async throws {
        let stranger = try TokenMint(keyID: "k")
        respond(try stranger.token("{\(Self.good)}"), type: "application/jwt")
        #expect(isUnknown(try await claims()))
    }
}
