import Cryptography
import Databases
import DemoProvider
import GatehouseTesting
import HTTPClient
import HTTPMessage
import JSON
import OpenID
import SignInFlow
import Testing
import Time
import Tokens

@testable import Server

@Suite("Mix-up between providers")
struct MixUpTests {
    private func world() throws -> GatewayWorld {
        try GatewayWorld(
            SettingsText(
                secondProvider: SettingsText.otherProvider()))
    }

    private func redirectURI(_ url: String) throws -> String? {
        let query = String(try #require(url.split(separator: "?", maxSplits: 1).last))
        return try #require(Target(path: "/", query: query).queryItems).first { $0.name == "redirect_uri" }?.value
    }

    @Test("each provider has its own redirect URI")
    func ownRedirectURIs() async throws {
        for id in ["idp", "other"] {
            let browser = TestBrowser(try world())
            let url = try await browser.begin("provider=\(id)")
            #expect(try redirectURI(url) == "\(SettingsText.origin)/auth/callback/\(id)")
            #expect(try await browser.open(browser.consent("carla", at: url)).status == 303)
            #expect(
                try await browser.fetch("GET", "/api/v1/me").json?.member("identity")?.member("provider")?.string == id)
        }
    }

    @Test("a code at another provider's redirect URI is not redeemed, even if no provider sends iss")
    func otherRedirectURI() async throws {
        let world = try world()
        world.outbound.describe(("authorization_response_iss_parameter_supported", "x"))
        let browser = TestBrowser(world)
        for (started, answered) in [("idp", "other"), ("other", "idp")] {
            let link = try await browser.answered("carla", "provider=\(started)")
            let query = String(try #require(link.split(separator: "?").last)).split(separator: "&")
                .filter { !$0.hasPrefix("iss=") }.joined(separator: "&")
            let answer = try await browser.open("/auth/callback/\(answered)?\(query)")
            #expect(answer.status == 400 && answer.body.contains("another identity provider"))
            #expect(world.outbound.count("/token") == 0 && browser.cookies["gatehouse"] == nil)
        }
        #expect(try await world.count("audit_event") == 0)
    }

    @Test("iss is compared even if the provider does not announce it")
    func issuerWithoutAnnouncement() async throws {
        let world = try world()
        world.outbound.describe(("authorization_response_iss_parameter_supported", "x"))
        let browser = TestBrowser(world)
        let link = try await browser.answered("carla", "provider=idp")
        let own = "iss=\(FormEncoding.encode(SettingsText.issuer))"
        #expect(link.contains(own))
        let mixed = link.replacing(own, with: "iss=\(FormEncoding.encode(SettingsText.otherIssuer))")
        #expect(try await browser.open(mixed).body.contains("another identity provider"))
        #expect(world.outbound.count("/token") == 0)
    }

    @Test("a posted response opens only at the redirect URI that it was posted to")
    func postedAnswer() async throws {
        let world = try world()
        let browser = TestBrowser(world)
        let link = try await browser.answered("carla", "provider=idp")
        let posted = try await world.send(
            "POST", "/auth/callback/idp", fields: TestBrowser.form,
            body: String(try #require(link.split(separator: "?").last)))
        let next = try #require(posted.location)
        #expect(next.hasPrefix("/auth/callback/idp?answer="))
        #expect(try await browser.open(next.replacing("/idp", with: "/other")).status == 400)
        #expect(world.outbound.count("/token") == 0)
        #expect(try await browser.open(next).status == 303)
    }

    @Test("a sign-in started before a reload is not completed at another issuer with this id")
    func otherIssuerAfterReload() async throws {
        let world = try GatewayWorld()
        let browser = TestBrowser(world)
        let link = try await browser.answered("carla")
        try world.reload(rewriting: (SettingsText.issuer, SettingsText.otherIssuer))
        let unnamed = link.replacing("iss=\(FormEncoding.encode(SettingsText.issuer))", with: "x=")
        #expect(try await browser.open(unnamed).status == 400)
        #expect(world.outbound.count("/token") == 0)
    }

    @Test(
        "the redirect URI without a provider names the one to register, and redeems nothing",
        arguments: ["GET", "POST"])
    func withoutProvider(method: String) async throws {
        let world = try GatewayWorld()
        let browser = TestBrowser(world)
        let link = try await browser.answered("carla")
        let query = String(try #require(link.split(separator: "?").last))
        let old = method == "GET" ? "/auth/callback?\(query)" : "/auth/callback"
        let answer = try await browser.send(
            method, old, fields: TestBrowser.navigation + TestBrowser.form,
            body: method == "POST" ? query : "")
        #expect(answer.status == 400 && answer.body.contains("\(SettingsText.origin)/auth/callback/idp"))
        #expect(world.outbound.count("/token") == 0)
        // The state and the code are still unused.
        #expect(try await browser.open(link).status == 303)
        let several = try self.world()
        let page = try await several.send("GET", "/auth/callback", fields: TestBrowser.navigation)
        #expect(page.body.contains("/auth/callback/PROVIDER") && !page.body.contains("/auth/callback/idp"))
    }

    @Test("a logout token signed by another provider ends no session")
    func logoutToken() async throws {
        let world = try world()
        let browser = try await world.browser("carla", "provider=idp")
        for (issuer, signer) in [
            (SettingsText.otherIssuer, world.otherProvider), (SettingsText.issuer, world.otherProvider),
            (SettingsText.otherIssuer, world.provider),
        ] {
            let now = world.clock.now.seconds
            let token = try signer.sign(
                Array(
                    """
                    {"iss":"\(issuer)","aud":["x","gatehouse client"],"azp":"gatehouse client","iat":\(now),
                    "exp":\(now + 60),"jti":"j","sub":"carla",
                    "events":{"http://schemas.openid.net/event/backchannel-logout":{}}}
                    """.utf8))
            let answer = try await world.send(
                "POST", "/auth/backchannel-logout/idp", fields: TestBrowser.form,
                body: "logout_token=\(token)")
            #expect(answer.status == 400)
        }
        #expect(try await browser.fetch("GET", "/api/v1/me").status == 200)
    }

    @Test("callbacks in another browser, and repeated callbacks, are not recorded")
    func auditOfForeignLinks() async throws {
        let world = try world()
        let (attacker, victim) = (TestBrowser(world), TestBrowser(world))
        try await victim.signIn("carla", "provider=idp")
        let before = try await world.count("audit_event")
        let link = try await attacker.answered("", "provider=idp")
        for _ in 0..<3 { #expect(try await victim.open(link).status == 400) }
        #expect(try await world.count("audit_event") == before)
        // In the browser that began it, the callback is one refused sign-in, however often the link is opened.
        for _ in 0..<3 { #expect(try await attacker.open(link).status >= 400) }
        #expect(try await world.count("audit_event") == before + 1)
    }

    @Test("only providers with sign-in have a redirect URI")
    func settings() throws {
        let uris = try world().settings().redirectURIs
        #expect(
            uris.map(\.text) == [
                "\(SettingsText.origin)/auth/callback/idp", "\(SettingsText.origin)/auth/callback/other",
            ])
    }
}
