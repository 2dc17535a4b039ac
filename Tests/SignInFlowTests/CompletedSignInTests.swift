import Audit
import ClaimMapping
import Cryptography
import GatehouseTesting
import Grants
import HTTPMessage
import Identities
import Invitations
import JSON
import Policy
import Sessions
import Testing
import Time
import Tokens
import Web

@testable import SignInFlow

@Suite("What a completed sign-in leaves")
struct CompletedSignInTests {
    // MARK: The session

    @Test("the session has the claims, the tokens, and where it began")
    func session() async throws {
        let world = try FlowWorld { $0.isRenewable = true }
        let browser = FlowBrowser(world)
        let link = try await browser.answered("carla")
        let path = link.replacing(FlowWorld.site.origin, with: "")
        let outcome = try await browser.flow("GET", path, fields: ["User-Agent: Test/1.0"]).callback(of: .idp)
        browser.cookies.take(outcome.cookies)
        let session = try #require(try await browser.session)
        #expect(session.claims.identity == AccessWorld.identity("carla") && session.claims.provider == AccessWorld.idp)
        #expect(session.createdAt == world.clock.now && session.version == 1)
        #expect(world.sessions.refreshToken(of: session) != nil && world.sessions.idToken(of: session) != nil)
        #expect(try await world.place.texts("SELECT ip || ' ' || user_agent FROM session") == ["192.0.2.1 Test/1.0"])
        #expect(world.count("signed_in") == 1)
    }

    @Test("userinfo supplies a claim that only a rule in the store addresses")
    func storedRule() async throws {
        let world = try FlowWorld()
        for person in ["carla", "vic"] {
            world.outbound.respond("/userinfo", 200, #"{"sub":"\#(person)","team":"soc"}"#)
            let session = try #require(try await world.browser(person).session)
            let hasRule = person == "vic"
            #expect(session.claims.payload.member("team")?.string == (hasRule ? "soc" : nil))
            #expect(world.outbound.count("/userinfo") == (hasRule ? 1 : 0))
            try await world.addRule(for: "team")
        }
    }

    @Test("the user lands on the return path, else at the organization, else at home")
    func landing() async throws {
        let world = try FlowWorld()
        for (query, landing) in [
            ("&organization=acme&return_to=%2Fx%3Fy", "enter /x?y of acme"), ("&organization=acme", "enter - of acme"),
            ("", "enter - of -"), ("&return_to=%2F%2Fevil.example", "enter - of -"),
        ] {
            #expect(try await FlowBrowser(world).signIn("carla", "provider=idp\(query)").step == landing)
        }
    }

    @Test("a new sign-in has a new token, and ends the browser's previous session")
    func replaces() async throws {
        let world = try FlowWorld()
        let browser = try await world.browser("carla")
        let old = try #require(browser.token)
        try await browser.signIn("vic")
        #expect(browser.token?.text != old.text)
        #expect(try await world.sessions.session(old.key) == nil)
        #expect(try await browser.session?.claims.identity == AccessWorld.identity("vic"))
    }

    @Test("a provider session that has just ended gets no session")
    func endedProviderSession() async throws {
        let world = try FlowWorld()
        let browser = try await world.browser("carla")
        let id = try #require(try await browser.session?.providerSession)
        #expect(try await browser.backchannelLogout(["sid": "\"\(id)\""]).step == "acknowledged")
        world.outbound.reissue(["sid": "\"\(id)\""])
        let next = FlowBrowser(world)
        #expect(try await next.signIn("carla").step == "refused: session_ended")
        #expect(next.token == nil)
        world.clock.advance(.seconds(600))
        #expect(try await next.signIn("carla").step == "enter - of -")
    }

    // MARK: Records

    @Test("a sign-in is recorded for the organizations that gave a role, and for the one that it was meant for")
    func audited() async throws {
        let world = try FlowWorld()
        try await world.browser("carla")
        try await world.browser("sam", "provider=idp&organization=globex")
        try await world.browser("sam", "provider=idp&organization=nowhere")
        let events = try await world.events()
        #expect(
            events == ["sign_in success mapped acme", "sign_in denied no_match globex", "sign_in success no_role -"])
    }

    @Test("organizations know a user by a role, an invitation or a sign-in that names them, and no other one does")
    func known() async throws {
        let world = try FlowWorld()
        func known() async throws -> [String] {
            try await world.place.texts("SELECT organization || ' ' || subject FROM person_seen ORDER BY 1")
        }
        try await world.browser("sam")
        #expect(try await known().isEmpty)
        try await world.browser("vic")
        #expect(try await known() == ["acme vic"])
        try await world.browser("sam", "provider=idp&organization=globex")
        #expect(try await known() == ["acme vic", "globex sam"])
        _ = try await world.access.invitations.invite(
            InvitationDraft("sam@elsewhere.example", as: .viewer), to: AccessWorld.acme,
            byOperatorOn: .ofOperator(lifetime: .seconds(86400)),
            recording: AccessWorld.record(.invitationCreate)
        ).get()
        try await world.browser("sam")
        #expect(try await known().contains("acme sam"))
    }

    @Test("managers see a denied sign-in with the names of all claims and the values that their rules read")
    func denied() async throws {
        let world = try FlowWorld()
        try await world.browser("sam", "provider=idp&organization=acme")
        let page = try await world.denied.list(of: AccessWorld.acme, before: nil, limit: 9, now: world.clock.now)
        let denied = try #require(page.items.first)
        #expect(page.items.count == 1 && denied.identity == AccessWorld.identity("sam"))
        #expect(denied.reason == .noMatch && denied.email?.spelling == "sam@elsewhere.example")
        let claims = try JSONDocument(parsing: denied.claims).root
        let names = Set(try #require(claims.member("names")).elements.compactMap(\.string))
        #expect(names.isSuperset(of: ["sub", "name", "email", "groups"]))
        #expect(try #require(claims.member("values")).members.map(\.name) == ["groups"])
        #expect(claims.member("values")?.member("groups")?.text == "[\"Viewers\"]")
        // The verdicts show that only the case differs.
        #expect(String(decoding: denied.rows, as: UTF8.self).contains("\"near_miss\":true"))
    }

    @Test("no denial is stored for a user with a role or a suspension, nor for an organization without the provider")
    func undenied() async throws {
        let world = try FlowWorld()
        try await world.browser("vic", "provider=idp&organization=acme")
        try await world.browser("sam", "provider=idp&organization=nowhere")
        try await world.access.grant(.viewer, to: AccessWorld.identity("sam"))
        try await world.browser("sam", "provider=idp&organization=acme")
        #expect(try await world.place.count("denied_sign_in") == 0)
        world.access.reload(try AccessWorld.settings(listing: [AccessWorld.other]))
        try await world.browser("sam", "provider=idp&organization=acme")
        #expect(try await world.place.count("denied_sign_in") == 0)
        world.access.reload(try AccessWorld.settings())
        let manager = try await world.access.manager()
        _ = try await world.access.suspend(IdentityID(AccessWorld.identity("sam")), by: manager.acting()).get()
        try await world.browser("sam", "provider=idp&organization=acme")
        #expect(try await world.place.count("denied_sign_in") == 0)
    }
}
