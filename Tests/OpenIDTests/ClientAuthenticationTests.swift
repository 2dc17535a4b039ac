import ClaimMapping
import Cryptography
import GatehouseTesting
import HTTPClient
import HTTPMessage
import JSON
import Testing
import Time

@testable import OpenID

@Suite("Client authentication at the token endpoint")
struct ClientAuthenticationTests {
    /// Refuses secrets in the Authorization field, as servers do that do not decode the field.
    private func takeOnlyForms(_ party: TestParty, _ status: Int, _ body: String) {
        party.outbound.script { request in
            guard request.url.path == "/token", request.fields.value(.authorization) != nil else { return nil }
            return OutboundResponse(Status(status), body: Array(body.utf8))
        }
    }

    private func usesForm(_ party: TestParty) -> Bool {
        party.outbound.last("/token")?.fields.value(.authorization) == nil
            && party.form["client_secret"] == TestParty.secret
    }

    private func requests(_ party: TestParty) -> Int { party.outbound.count("/token") }

    @Test("the secret is in the Authorization field, both parts encoded, and not in the form")
    func field() async throws {
        let party = try TestParty()
        try await party.signIn()
        let field = try #require(party.outbound.last("/token")?.fields.value(.authorization))
        #expect(field == "Basic " + Base64.encode(Array("gatehouse%20client:s%3Ae%20c%25ret".utf8)))
        #expect(party.form["client_secret"] == nil && party.form["client_id"] == nil)
    }

    @Test(
        "a secret that is refused in the field is sent once more in the form, and what worked is remembered",
        arguments: [
            (401, #"{"error":"invalid_client"}"#), (400, #"{"error":"invalid_client"}"#),
            (200, #"{"error":"invalid_client"}"#), (401, ""), (401, "<html>"),
        ])
    func otherMethod(status: Int, body: String) async throws {
        let party = try TestParty()
        takeOnlyForms(party, status, body)
        try await party.signIn()
        #expect(requests(party) == 2 && usesForm(party))
        #expect(party.events == ["secretMovedToForm"])
        try await party.signIn("vic")
        #expect(requests(party) == 3 && usesForm(party) && party.events.count == 1)
        // Another discovery document may mean another server.
        party.outbound.describe(("\"groups\"", "\"grps\""), ("\"none\"]", "\"tls_client_auth\"]"))
        party.clock.advance(.seconds(3700))
        await party.remote.refreshAhead()
        try await party.signIn()
        #expect(requests(party) == 5)
    }

    @Test(
        "nothing else is sent twice",
        arguments: [
            (400, #"{"error":"invalid_grant"}"#), (400, #"{"error":"unauthorized_client"}"#),
            (401, #"{"error":"invalid_request"}"#), (302, #"{"error":"invalid_client"}"#), (500, ""), (400, ""),
        ])
    func onlyOnce(status: Int, body: String) async throws {
        let party = try TestParty()
        takeOnlyForms(party, status, body)
        #expect(try await party.failure() != nil)
        #expect(requests(party) == 1)
    }

    @Test("a method that is configured, or that alone is listed, is the only one")
    func fixedMethod() async throws {
        let refusal = #"{"error":"invalid_client"}"#
        let secret = Secret(bytes: Array(TestParty.secret.utf8))
        let basic = try TestParty { $0.authentication = .basic(secret) }
        takeOnlyForms(basic, 401, refusal)
        #expect(try await basic.failure()?.reason == .clientRefused)
        #expect(requests(basic) == 1)
        let alone = try TestParty()
        alone.outbound.describe((",\"client_secret_post\",\"none\"", ""))
        takeOnlyForms(alone, 401, refusal)
        #expect(try await alone.failure()?.reason == .clientRefused)
        #expect(requests(alone) == 1)
        let post = try TestParty { $0.authentication = .post(secret) }
        try await post.signIn()
        #expect(usesForm(post) && requests(post) == 1)
    }

    @Test(
        "listed methods that are null, a string or no list are understood; without a method for secrets none is sent",
        arguments: [
            ("null", false), ("\"client_secret_post\"", true), ("\"client_secret_basic\"", false), ("[]", false),
            ("[\"private_key_jwt\",7]", nil), ("\"Client_Secret_Post\"", nil),
        ] as [(String, Bool?)])
    func oddMethods(value: String, isForm: Bool?) async throws {
        let party = try TestParty()
        party.outbound.describe(("[\"client_secret_basic\",\"client_secret_post\",\"none\"]", value))
        if let isForm {
            try await party.signIn()
            #expect(usesForm(party) == isForm)
        } else {
            let failure = try #require(try await party.failure())
            #expect(failure.reason == .clientRefused && failure.detail.contains("token_endpoint_auth"))
            #expect(requests(party) == 0)
        }
    }

    @Test("after both methods failed, renewals in the background pause for a minute, and sign-ins do not")
    func pause() async throws {
        let party = try TestParty()
        let claims = try await party.signIn().claims
        party.outbound.respond("/token", 401, #"{"error":"invalid_client"}"#)
        func renew() async -> Int {
            let (outcome, _) = await party.party.renew(claims, refreshToken: "r", needing: NeededClaims())
            if case .notRenewed = outcome {} else { Issue.record("\(outcome)") }
            return requests(party)
        }
        #expect(await renew() == 3)
        #expect(await renew() == 3)
        #expect(try await party.failure()?.reason == .clientRefused)
        #expect(requests(party) == 5)
        party.clock.advance(.seconds(61))
        #expect(await renew() == 7)
    }

    @Test("a public client sends its id alone")
    func publicClient() async throws {
        let party = try TestParty { ($0.authentication, $0.isPublic) = (.none, true) }
        try await party.signIn()
        #expect(party.outbound.last("/token")?.fields.value(.authorization) == nil)
        #expect(party.form["client_id"] == "gatehouse client")
        #expect(party.form["client_secret"] == nil && party.form["client_assertion"] == nil)
    }

    @Test(
        "a private key signs an assertion for the token endpoint, with an algorithm that the provider lists",
        arguments: [
            (KeyKind.rsa, nil, SignatureAlgorithm.rs256), (.p256, nil, .es256), (.p521, nil, .es512),
            (.ed25519, nil, .edDSA), (.rsa, "[\"ES256\",\"PS384\"]", .ps384), (.p256, "[\"RS256\"]", .es256),
        ])
    func privateKey(kind: KeyKind, listed: String?, algorithm: SignatureAlgorithm) async throws {
        let key = try SigningKey.generate(kind)
        let party = try TestParty { $0.authentication = .privateKey(key) }
        if let listed {
            party.outbound.describe(
                ("{\"issuer\"", "{\"token_endpoint_auth_signing_alg_values_supported\":\(listed),\"issuer\""))
        }
        let failure = try #require(try await party.failure())
        #expect(requests(party) == 1 && party.outbound.last("/token")?.fields.value(.authorization) == nil)
        let form = party.form
        #expect(form["client_secret"] == nil && form["client_id"] == "gatehouse client")
        #expect(form["client_assertion_type"] == "urn:ietf:params:oauth:client-assertion-type:jwt-bearer")
        let token = try #require(form["client_assertion"])
        #expect(!failure.detail.contains(token))
        let parts = token.split(separator: ".").map { String($0) }
        let header = try JSONDocument(parsing: try #require(Base64URL.decode(parts[0]))).root
        let claims = try JSONDocument(parsing: try #require(Base64URL.decode(parts[1]))).root
        #expect(header.member("alg")?.string == algorithm.rawValue)
        #expect(
            claims.member("iss")?.string == "gatehouse client" && claims.member("sub")?.string == "gatehouse client")
        #expect(
            claims.member("aud")?.string == "\(TestParty.issuer)/token"
                && claims.member("jti")?.string?.utf8.count == 22)
        let now = party.clock.now.seconds
        #expect(claims.member("iat")?.integer == now && claims.member("exp")?.integer == now + 60)
        let context = try VerificationContext(key.verificationKey(), algorithm)
        let (signature, signed) = (try #require(Base64URL.decode(parts[2])), Array("\(parts[0]).\(parts[1])".utf8))
        let isValid = context.isValid(signature.span, for: signed.span)
        #expect(isValid)
        _ = try await party.failure()
        #expect(party.form["client_assertion"] != token)
    }
}
