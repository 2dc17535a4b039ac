import Cryptography
import DemoProvider
import GatehouseTesting
import HTTPMessage
import Identities
import Sessions
import Testing
import Time

@testable import SignInFlow

extension FlowBrowser {
    /// Sends a logout token of the provider `idp`, as the provider's server does.
    func backchannelLogout(
        _ claims: [String: String], id: String = "j1", to provider: String = "idp"
    ) async throws -> SignInOutcome {
        let now = world.clock.now.seconds
        var all: [String: String?] = [
            "aud": "\"gatehouse\"", "iat": "\(now)", "exp": "\(now + 60)", "jti": "\"\(id)\"", "sub": nil,
            "events": "{\"http://schemas.openid.net/event/backchannel-logout\":{}}",
        ]
        for (name, json) in claims { all[name] = json }
        let token = try world.provider.sign(Array(TokenMint.claims(all).utf8))
        return try await backchannelLogout(form: [("logout_token", token)], to: provider)
    }

    func backchannelLogout(
        form: [(name: String, value: String)]?, to provider: String = "idp"
    ) async throws -> SignInOutcome {
        let request = try Request("POST", "/auth/backchannel-logout/\(provider)")
        return await world.flow(request).backchannelLogout(ProviderID(provider), form)
    }
}

@Suite("Sign-outs that the provider announces")
struct BackchannelLogoutTests {
    @Test("a logout token about a subject ends all sessions of that user")
    func subject() async throws {
        let world = try FlowWorld()
        let (laptop, phone, other) = (
            try await world.browser("carla"), try await world.browser("carla"), try await world.browser("vic")
        )
        #expect(try await laptop.backchannelLogout(["sub": "\"carla\""]).step == "acknowledged")
        #expect(try await laptop.session == nil)
        #expect(try await phone.session == nil)
        #expect(try await other.session != nil)
        #expect(world.count("backchannel_logout") == 1)
        #expect(try await world.events().last == "session_end success backchannel_logout -")
        #expect(await world.recorded.all().contains("\"sessions\":\"2\""))
    }

    @Test("a logout token about a session ends that session alone")
    func session() async throws {
        let world = try FlowWorld()
        let (laptop, phone) = (try await world.browser("carla"), try await world.browser("carla"))
        let id = try #require(try await laptop.session?.providerSession)
        #expect(try await laptop.backchannelLogout(["sid": "\"\(id)\""]).step == "acknowledged")
        #expect(try await laptop.session == nil)
        #expect(try await phone.session != nil)
    }

    @Test("a logout token is executed once")
    func replayed() async throws {
        let world = try FlowWorld()
        let browser = try await world.browser("carla")
        #expect(try await browser.backchannelLogout(["sub": "\"carla\""]).step == "acknowledged")
        try await browser.signIn("carla")
        #expect(try await browser.backchannelLogout(["sub": "\"carla\""]).step == "token refused: replayed")
        #expect(try await browser.session != nil)
        #expect(world.count("backchannel_logout_refused") == 1)
    }

    @Test("a token that another provider signed, or that is no logout token, ends nothing")
    func refused() async throws {
        let world = try FlowWorld()
        let browser = try await world.browser("carla")
        let subject = ["sub": "\"carla\""]
        #expect(try await browser.backchannelLogout(subject, to: "other").step.hasPrefix("token refused: "))
        for (claims, reason) in [
            (["aud": "\"other\""], "audience_mismatch"), (["events": "{}"], "type_mismatch"),
            (["nonce": "\"n\""], "type_mismatch"), (["exp": "1700000000"], "expired"),
        ] {
            let outcome = try await browser.backchannelLogout(subject.merging(claims) { _, new in new })
            #expect(outcome.step == "token refused: \(reason)", "\(claims)")
        }
        let forged = try TokenMint(keyID: "k").token(TokenMint.claims(subject))
        let outcome = try await browser.backchannelLogout(form: [("logout_token", forged)])
        #expect(outcome.step == "token refused: signature_invalid")
        #expect(try await browser.session != nil)
        #expect(await world.recorded.all().contains("a logout token was refused"))
    }

    @Test("a form without exactly one token is malformed, and a provider that is not configured is unknown")
    func malformed() async throws {
        let browser = FlowBrowser(try FlowWorld())
        for form in [nil, [], [("logout_token", "a"), ("logout_token", "b")], [("token", "a")]]
            as [[(name: String, value: String)]?]
        {
            #expect(try await browser.backchannelLogout(form: form).step == "token refused: malformed")
        }
        #expect(try await browser.backchannelLogout(form: [("logout_token", "a")], to: "no").step == "unknown provider")
    }

    @Test("the provider is told to repeat its token if the store fails")
    func brokenStore() async throws {
        let world = try FlowWorld()
        let browser = try await world.browser("carla")
        try await world.place.execute("ALTER TABLE used_once RENAME TO hidden")
        #expect(try await browser.backchannelLogout(["sub": "\"carla\""]).step == "store unavailable")
        try await world.place.execute("ALTER TABLE hidden RENAME TO used_once")
        #expect(try await browser.backchannelLogout(["sub": "\"carla\""]).step == "acknowledged")
    }
}
