import DemoProvider
import GatehouseTesting
import HTTPClient
import HTTPMessage
import Identities
import Testing
import Tokens

@testable import OpenID

@Suite("Discovery")
struct DiscoveryTests {
    private let url = TestParty.issuer

    // MARK: The document

    @Test(
        "the document is below the issuer, with one slash",
        arguments: [
            ("https://idp.example", "https://idp.example/.well-known/openid-configuration"),
            ("https://idp.example/", "https://idp.example/.well-known/openid-configuration"),
            ("https://idp.example/a/b", "https://idp.example/a/b/.well-known/openid-configuration"),
            ("https://idp.example/a//", "https://idp.example/a//.well-known/openid-configuration"),
            ("no URL", nil),
        ])
    func location(issuer: String, expected: String?) {
        let address = ProviderAddress(
            issuer: Issuer(issuer), signsIn: true, hasFixedKeys: false, policy: OutboundPolicy(hosts: []))
        #expect(address.documentURL?.text == expected)
    }

    @Test("a configured discovery URL is asked with its query, and its document must still state the issuer")
    func configuredURL() async throws {
        func party() throws -> TestParty {
            try TestParty { $0.discovery = AbsoluteURL("\(TestParty.issuer)/elsewhere?appid=7") }
        }
        let text = try await document()
        let good = try party()
        good.outbound.respond("/elsewhere", 200, text)
        try await good.signIn()
        #expect(good.outbound.last("/elsewhere")?.url.query == "appid=7")
        #expect(good.outbound.count(ScriptedProvider.document) == 0)
        let foreign = try party()
        foreign.outbound.respond(
            "/elsewhere", 200, text.replacing("\"issuer\":\"\(url)\"", with: "\"issuer\":\"https://evil.example\""))
        #expect(try await foreign.failure()?.reason == .discoveryUnusable)
    }

    private func document() async throws -> String {
        let answer = try TestParty().provider.answer(
            .get, Target(path: ScriptedProvider.document, query: nil), field: { _ in nil }, body: [],
            at: ManualClock.start)
        guard case .bytes(let bytes) = answer.body else { return "" }
        return String(decoding: bytes, as: UTF8.self)
    }

    @Test(
        "a document of another issuer is not used, however alike the two are",
        arguments: [
            "https://evil.example", "http://127.0.0.1:9/", "HTTP://127.0.0.1:9", "http://127.0.0.1:9\u{200B}", "",
        ])
    func otherIssuer(_ issuer: String) async throws {
        let party = try TestParty()
        party.outbound.describe(("\"issuer\":\"\(url)\"", "\"issuer\":\"\(issuer)\""))
        let failure = try #require(try await party.failure())
        #expect(failure.reason == .discoveryUnusable)
        #expect(failure.detail.contains("\"\(url)\"") && party.outbound.count("/token") == 0)
    }

    @Test("everyone who asks while the document is fetched gets it from one request")
    func singleFlight() async throws {
        let party = try TestParty()
        party.outbound.fallSilent(ScriptedProvider.document)
        let remote = party.remote
        async let first = remote.metadata()
        await party.outbound.asked(ScriptedProvider.document, times: 1)
        async let others = withThrowingTaskGroup(of: ProviderMetadata.self) { group in
            for _ in 0..<20 { group.addTask { try await remote.metadata() } }
            return try await group.reduce(into: Set<ProviderMetadata>()) { $0.insert($1) }
        }
        party.outbound.speak()
        let metadata = try await first
        #expect(try await others == [metadata])
        #expect(party.outbound.count(ScriptedProvider.document) == 1)
    }

    @Test("a document that lacks an endpoint is asked for again, at most every five seconds")
    func corrected() async throws {
        let party = try TestParty()
        party.outbound.describe(("\"token_endpoint\"", "\"x\""))
        for _ in 0..<3 { #expect(try await party.failure()?.reason == .discoveryUnusable) }
        #expect(party.outbound.count(ScriptedProvider.document) == 1)
        party.outbound.behave()
        party.clock.advance(.seconds(4))
        #expect(try await party.failure()?.reason == .discoveryUnusable)
        party.clock.advance(.seconds(1))
        try await party.signIn()
        #expect(party.outbound.count(ScriptedProvider.document) == 2)
    }

    @Test("the last good document stays in use when a newer one is unusable, and the event says so")
    func stale() async throws {
        let party = try TestParty()
        try await party.signIn()
        party.outbound.describe(("\"issuer\":", "\"publisher\":"))
        party.clock.advance(.seconds(3700))
        await party.remote.refreshAhead()
        #expect(party.outbound.count(ScriptedProvider.document) == 2)
        #expect(party.events.contains { $0.hasPrefix("documentFailed") && $0.contains("isServingStale: true") })
        try await party.signIn()
    }

    // MARK: Endpoints

    private static let unusable = [
        "7", "\"\"", "\"/logout\"", "\"http://sso.example/x\"", "\"https://u:p@sso.example/x\"",
        "\"https://sso.example/x#f\"", "\"urn:x\"", "[]", "\"ftp://sso.example/\"",
    ]

    @Test(
        "an optional endpoint that cannot be used is left out, users sign in, and the event tells why",
        arguments: unusable)
    func optional(value: String) async throws {
        for name in ["end_session_endpoint", "userinfo_endpoint"] {
            let party = try TestParty()
            let path = name.hasPrefix("end") ? "/logout" : "/userinfo"
            party.outbound.describe(("\"\(name)\":\"\(url)\(path)\"", "\"\(name)\":\(value)"))
            try await party.signIn()
            #expect(party.events.count { $0.hasPrefix("endpointsLeftOut") && $0.contains(name) } == 1)
            #expect(!party.events.joined().contains("u:p"))
            if path == "/logout" { #expect(await party.party.logoutURL(idToken: nil, state: "s") == nil) }
        }
    }

    @Test("an endpoint that is null is absent", arguments: ["end_session_endpoint", "userinfo_endpoint"])
    func absent(name: String) async throws {
        let party = try TestParty()
        let path = name.hasPrefix("end") ? "/logout" : "/userinfo"
        party.outbound.describe(("\"\(name)\":\"\(url)\(path)\"", "\"\(name)\":null"))
        try await party.signIn()
        #expect(party.events.isEmpty)
    }

    @Test("a required endpoint that cannot be used lets no user sign in, and no code leaves", arguments: unusable)
    func required(value: String) async throws {
        for (name, path) in [
            ("authorization_endpoint", "/authorize"), ("token_endpoint", "/token"), ("jwks_uri", "/jwks"),
        ] {
            let party = try TestParty()
            party.outbound.describe(("\"\(name)\":\"\(url)\(path)\"", "\"\(name)\":\(value)"))
            let failure = try #require(try await party.failure())
            #expect(failure.reason == .discoveryUnusable && failure.detail.contains("\"\(name)\" cannot be used: "))
            #expect(party.outbound.count("/token") == 0)
        }
    }

    @Test("a provider of bearer tokens alone needs its keys, and reports no endpoint of sign-ins")
    func bearerOnly() async throws {
        let party = try TestParty { $0.signsIn = false }
        party.outbound.respond(
            ScriptedProvider.document, 200,
            #"""
            {"issuer": "\#(url)", "jwks_uri": "\#(url)/jwks", "authorization_endpoint": "urn:none",
             "token_endpoint": 7, "response_types_supported": ["id_token"]}
            """#)
        await party.remote.refreshIfNeeded()
        #expect(party.remote.keys?.keys.count == 1 && party.events.isEmpty)
    }

    @Test("configured endpoints replace the document's, and nothing is discovered if none is missing")
    func configured() async throws {
        let all = try TestParty {
            $0.endpoints.authorization = AbsoluteURL("\(TestParty.issuer)/authorize")
            $0.endpoints.token = AbsoluteURL("\(TestParty.issuer)/token")
            $0.endpoints.keys = AbsoluteURL("\(TestParty.issuer)/jwks")
        }
        all.outbound.cutOff(ScriptedProvider.document)
        try await all.signIn()
        #expect(all.outbound.count(ScriptedProvider.document) == 0)
        let one = try TestParty { $0.endpoints.token = AbsoluteURL("\(TestParty.issuer)/token") }
        one.outbound.describe(("\(url)/token", "http://sso.example/token"))
        try await one.signIn()
        let keys = try TestParty {
            ($0.signsIn, $0.endpoints.keys) = (false, AbsoluteURL("\(TestParty.issuer)/jwks"))
        }
        keys.outbound.cutOff(ScriptedProvider.document)
        await keys.remote.refreshIfNeeded()
        #expect(keys.remote.keys != nil)
    }

    // MARK: Responses

    @Test(
        "a response that is no document tells what is wrong and where, without secrets of its URLs",
        arguments: [
            (
                302, "Location", "https://u:p@sso.example/login;j=1?code=abc#x", "",
                "302, a redirect to \"https://sso.example/login\""
            ),
            (200, "Content-Encoding", "gzip", "\u{1F}", "coded with \"gzip\""),
            (
                200, "Content-Type", "text/html", "<html>",
                "not JSON: expected a value (at byte 0); its Content-Type is \"text/html\""
            ),
            (200, "Date", "x", #"{"issuer":"a","issuer":"b"}"#, "twice in its object (at byte 14)"),
            (200, "Date", "x", "[]", "not a JSON object"), (200, "Date", "x", "{}", "no \"issuer\""),
            (404, "Date", "x", "", " 404"),
        ])
    func causes(status: Int, field: String, value: String, body: String, words: String) async throws {
        let party = try TestParty()
        party.outbound.respond(
            ScriptedProvider.document, status, body, Fields([(try #require(FieldName(field)), value)]))
        let failure = try #require(try await party.failure())
        #expect(failure.reason == .discoveryUnusable && failure.detail.contains(words), "\(failure.detail)")
        #expect(failure.detail.contains("127.0.0.1"))
        for secret in ["code=", "u:p", "j=1"] { #expect(!failure.detail.contains(secret)) }
    }

    @Test(
        "a provider that is down is told apart from one whose document is unusable",
        arguments: [500, 502, 503, 429, 408])
    func outage(status: Int) async throws {
        let party = try TestParty()
        party.outbound.respond(ScriptedProvider.document, status)
        #expect(try await party.failure()?.reason == .providerUnavailable)
        let unreachable = try TestParty()
        unreachable.outbound.cutOff(ScriptedProvider.document)
        #expect(try await unreachable.failure()?.reason == .providerUnavailable)
    }

    @Test("a silent provider delays a sign-in for five seconds")
    func silence() async throws {
        let party = try TestParty()
        party.outbound.fallSilent(ScriptedProvider.document)
        async let failure = party.failure()
        await party.outbound.asked(ScriptedProvider.document, times: 1)
        #expect(party.outbound.last(ScriptedProvider.document)?.limits.head == .seconds(5))
        party.outbound.cutOff(ScriptedProvider.document)
        party.outbound.speak()
        #expect(try await failure?.reason == .providerUnavailable)
    }
}
