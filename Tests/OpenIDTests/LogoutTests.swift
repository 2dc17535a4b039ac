import DemoProvider
import GatehouseTesting
import HTTPClient
import HTTPMessage
import Identities
import Testing
import Text
import Time
import Tokens

@testable import OpenID

@Suite("Logout at the provider")
struct LogoutTests {
    private func items(_ url: String) throws -> [String: String] {
        let query = String(try #require(url.split(separator: "?", maxSplits: 1).last))
        let items = try #require(Target(path: "/", query: query).queryItems)
        return Dictionary(items.map { ($0.name, $0.value) }, uniquingKeysWith: { _, _ in "twice" })
    }

    @Test("the logout URL has the client, where to return to, the hint, and the configured parameters")
    func url() async throws {
        let party = try TestParty { $0.logoutParameters = ["logout_uri": "https://a.example/?x=y", "b": "c"] }
        let url = try #require(await party.party.logoutURL(idToken: "a.b.c", state: "s&t"))
        #expect(url.hasPrefix("\(TestParty.issuer)/logout?"))
        #expect(
            try items(url) == [
                "id_token_hint": "a.b.c", "client_id": "gatehouse client", "state": "s&t", "b": "c",
                "post_logout_redirect_uri": "https://a.example/auth/signed-out", "logout_uri": "https://a.example/?x=y",
            ])
    }

    @Test("a hint that is too long for a request line is left out", arguments: [(6144, true), (6145, false)])
    func longHint(length: Int, isSent: Bool) async throws {
        let hint = String(repeating: "h", count: length)
        let url = try #require(await TestParty().party.logoutURL(idToken: hint, state: "s"))
        #expect(try (items(url)["id_token_hint"] != nil) == isSent)
    }

    @Test("a provider without the endpoint, or that cannot be reached, has no logout URL")
    func none() async throws {
        let party = try TestParty()
        party.outbound.describe(("\"end_session_endpoint\"", "\"x\""))
        #expect(await party.party.logoutURL(idToken: nil, state: "s") == nil)
        let down = try TestParty()
        down.outbound.cutOff(ScriptedProvider.document)
        #expect(await down.party.logoutURL(idToken: nil, state: "s") == nil)
    }

    private func token(_ party: TestParty, _ changes: [String: String?] = [:]) throws -> String {
        let now = party.clock.now.seconds
        var claims: [String: String?] = [
            "iss": "\"\(TestParty.issuer)\"", "aud": "\"gatehouse client\"", "sub": "\"carla\"", "jti": "\"j\"",
            "iat": "\(now)", "exp": "\(now + 60)",
            "events": "{\"http://schemas.openid.net/event/backchannel-logout\":{}}",
        ]
        claims.merge(changes) { _, new in new }
        return try party.provider.sign(Array(TokenMint.claims(claims).utf8))
    }

    @Test("a logout token of the provider names the sessions to end, and one of another is refused")
    func verifies() async throws {
        let party = try TestParty()
        let notice = try await party.party.verify(logoutToken: token(party, ["sid": "\"s\""]), from: "192.0.2.1")
        #expect(notice.issuer == "http://127.0.0.1:9" && notice.subject == "carla" && notice.sessionID == "s")
        for changes in [
            ["iss": "\"https://evil.example\""], ["aud": "\"other\""], ["nonce": "\"n\""], ["events": "{}"],
            ["jti": nil],
            ["sub": nil], ["iat": "1799999000"],
        ] as [[String: String?]] {
            await #expect(throws: TokenRefusal.self, "\(changes)") {
                try await party.party.verify(logoutToken: token(party, changes), from: "192.0.2.1")
            }
        }
        let forged = try TokenMint(keyID: "k").token(TokenMint.claims(["iss": "\"\(TestParty.issuer)\""]))
        await #expect(throws: TokenRefusal.self) {
            try await party.party.verify(logoutToken: forged, from: "192.0.2.1")
        }
    }

    @Test("forged logout tokens from one address cause one key fetch in half a minute")
    func budget() async throws {
        let party = try TestParty()
        await party.remote.refreshIfNeeded()
        let forged = try TokenMint(keyID: "made up").token(TokenMint.claims(["iss": "\"\(TestParty.issuer)\""]))
        for _ in 0..<5 {
            await #expect(throws: TokenRefusal.self) {
                try await party.party.verify(logoutToken: forged, from: "198.51.100.7")
            }
        }
        #expect(party.outbound.count("/jwks") == 2)
        party.clock.advance(.seconds(30))
        _ = try? await party.party.verify(logoutToken: forged, from: "198.51.100.7")
        #expect(party.outbound.count("/jwks") == 3)
    }
}
