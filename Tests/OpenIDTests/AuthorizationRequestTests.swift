import GatehouseTesting
import Testing
import Text

@testable import OpenID

@Suite("The redirect to the provider")
struct AuthorizationRequestTests {
    private func values(
        hint: String? = nil, asksWho: Bool = false, _ change: (inout TestParty.Setup) -> Void = { _ in }
    ) async throws -> [ExactText: [String]] {
        let party = try TestParty(change)
        let items = try await party.redirect(party.attempt(), hint: hint, asksWho: asksWho)
        return Dictionary(items.map { (ExactText($0.name), [$0.value]) }, uniquingKeysWith: +)
    }

    @Test("carries each parameter of the protocol once, and nothing that was not asked for")
    func parameters() async throws {
        let party = try TestParty()
        let attempt = try party.attempt()
        let items = try await party.redirect(attempt)
        #expect(
            items.map(\.name).sorted() == [
                "client_id", "code_challenge", "code_challenge_method", "nonce", "redirect_uri", "response_type",
                "scope", "state",
            ])
        let values = Dictionary(uniqueKeysWithValues: items.map { ($0.name, $0.value) })
        #expect(values["response_type"] == "code" && values["code_challenge_method"] == "S256")
        #expect(try values["code_challenge"] == attempt.challenge && values["nonce"] == attempt.nonce)
        let state = try #require(values["state"])
        #expect(try SignInAttempt(opening: state, with: party.box, at: party.clock.now) == attempt)
        // The verifier must not leave the gateway before the code arrives.
        #expect(!items.contains { $0.value.contains(attempt.verifier) })
    }

    @Test("configured parameters are added, and replace none of the protocol's")
    func configured() async throws {
        let values = try await values {
            $0.authorizationParameters = [
                "state": "evil", "redirect_uri": "https://evil.example", "response_mode": "form_post",
                "State": "kept", "a b": "c&d=e",
            ]
        }
        #expect(values["redirect_uri"] == ["https://a.example/auth/callback/idp"] && values["state"]?.count == 1)
        #expect(values["state"] != ["evil"] && values["State"] == ["kept"])
        #expect(values["response_mode"] == ["form_post"] && values["a b"] == ["c&d=e"])
    }

    @Test("asks for age and class of the authentication, and passes a hint on, if there is one")
    func optional() async throws {
        let values = try await values(hint: "a&b@acme.example") {
            ($0.maximumAuthenticationAge, $0.contextClasses) = (.seconds(3600), ["phr", "mfa"])
        }
        #expect(values["max_age"] == ["3600"] && values["acr_values"] == ["phr mfa"])
        #expect(values["login_hint"] == ["a&b@acme.example"])
    }

    @Test(
        "lets the user choose the account, beside the configured prompts",
        arguments: [
            (nil, false, nil), (nil, true, "select_account"), ("consent", false, "consent"),
            ("consent", true, "select_account consent"), ("none", true, "select_account"),
            ("select_account login", true, "select_account login"), ("", true, "select_account"),
        ] as [(String?, Bool, String?)])
    func prompt(configured: String?, asksWho: Bool, expected: String?) async throws {
        let values = try await values(asksWho: asksWho) {
            if let configured { $0.authorizationParameters["prompt"] = configured }
        }
        #expect(values["prompt"] == expected.map { [$0] })
    }

    @Test("keeps the endpoint's own query", arguments: ["?", "?a=b", "?a=b&c"])
    func ownQuery(_ query: String) async throws {
        let party = try TestParty()
        party.outbound.describe(("\(TestParty.issuer)/authorize", "\(TestParty.issuer)/authorize\(query)"))
        let url = try await party.party.begin(party.attempt(), loginHint: nil, sealingWith: party.box).url
        #expect(url.hasPrefix("\(TestParty.issuer)/authorize\(query)\(query == "?" ? "" : "&")response_type=code&"))
    }

    @Test(
        "is not made if an endpoint is missing that the end of the sign-in needs",
        arguments: [
            "authorization_endpoint", "token_endpoint", "jwks_uri",
        ])
    func missing(_ name: String) async throws {
        let party = try TestParty()
        party.outbound.describe(("\"\(name)\"", "\"x_\(name)\""))
        let failure = try await party.failure()
        #expect(failure?.reason == .discoveryUnusable && failure?.detail.contains("\"\(name)\" is missing") == true)
    }
}
