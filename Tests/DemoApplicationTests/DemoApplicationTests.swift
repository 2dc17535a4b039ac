import GatehouseTesting
import HTTPMessage
import Testing
import Time

@testable import DemoApplication

/// What the application behind the demo's gateway believes.
@Suite("The demo's application")
struct DemoApplicationTests {
    private static let gateway = "http://127.0.0.1:8080"
    private static let claims: [String: String?] = [
        "iss": "\"\(gateway)\"", "aud": "\"reports\"", "name": "\"Vic <Viewer>\"", "role": "\"organization-viewer\"",
        "organization": "\"acme\"", "exp": "\(TokenMint.now.seconds + 300)",
    ]

    private let mint: TokenMint
    private let keys: PublishedKeys
    private let application: DemoApplication

    init() throws {
        mint = try TokenMint()
        keys = PublishedKeys(try mint.keySet)
        application = DemoApplication(behind: DemoApplicationTests.gateway, http: keys)
    }

    private func assertion(_ changes: [String: String?] = [:], by other: TokenMint? = nil) throws -> String {
        let claims = DemoApplicationTests.claims.merging(changes) { _, new in new }
        return try (other ?? mint).token(TokenMint.claims(claims))
    }

    /// The status and the text of a page, requested with identity fields and these assertions.
    private func open(
        _ path: String = "/", _ assertions: [String] = [], after delay: Duration = .zero
    ) async throws -> (status: Int, text: String) {
        let fields = ["X-Forwarded-User: <b>eve</b>"] + assertions.map { "X-Gatehouse-Assertion: \($0)" }
        let request = try Request("GET", path, host: "reports.localhost:8080", fields: fields)
        let response = await application.answer(request, body: [], at: TokenMint.now + delay)
        guard case .bytes(let bytes) = response.body else { return (response.status.code, "") }
        return (response.status.code, String(decoding: bytes, as: UTF8.self))
    }

    @Test("a verified assertion says who the user is, and the page shows each field but the assertion")
    func verified() async throws {
        let assertion = try assertion()
        let page = try await open("/", [assertion])
        #expect(page.status == 200)
        #expect(
            page.text.contains("You are signed in as <strong>Vic &lt;Viewer&gt;</strong>, Organization Viewer at acme"))
        #expect(page.text.contains("<strong>Assertion verified</strong>"))
        #expect(page.text.contains("&lt;b&gt;eve&lt;/b&gt;") && page.text.contains("X-Gatehouse-Identity"))
        #expect(page.text.contains("/.gatehouse/sign-out"))
        let signature = try #require(assertion.split(separator: ".").last)
        #expect(!page.text.contains(signature))
    }

    enum Fault: String, CaseIterable {
        case issuer, audience, expired, early, signature, otherKey, noSignature, text, none, empty, twice
    }

    @Test("a page is refused without exactly one valid assertion, and says why", arguments: Fault.allCases)
    func refused(_ fault: Fault) async throws {
        let now = TokenMint.now.seconds
        let (assertions, reason): ([String], String) =
            switch fault {
            case .issuer: ([try assertion(["iss": "\"http://127.0.0.1:8081\""])], "issuer_unknown")
            case .audience: ([try assertion(["aud": "\"wiki\""])], "audience_mismatch")
            case .expired: ([try assertion(["exp": "\(now - 61)", "iat": "\(now - 361)"])], "expired")
            case .early: ([try assertion(["iat": "\(now + 120)"])], "issued_in_future")
            case .signature: ([try changed(assertion())], "signature_invalid")
            case .otherKey: ([try assertion(by: try TokenMint(keyID: "k2"))], "key_not_found")
            case .noSignature: ([try unsigned()], "algorithm_not_allowed")
            case .text: (["anything"], "malformed")
            case .none: ([], "no assertion")
            case .empty: ([""], "no assertion")
            case .twice: ([try assertion(), try assertion()], "several assertions")
            }
        let page = try await open("/", assertions)
        #expect(page.status == 403, "\(fault)")
        #expect(page.text.contains("Assertion not verified") && page.text.contains(reason), "\(page.text)")
        #expect(page.text.contains("doesn't know who you are"))
        #expect(!page.text.contains("signed in as") && !page.text.contains("Vic"))
    }

    /// The token with another payload under the same signature.
    private func changed(_ token: String) throws -> String {
        let parts = token.split(separator: ".")
        let other = try assertion(["role": "\"organization-manager\""]).split(separator: ".")
        return "\(parts[0]).\(other[1]).\(parts[2])"
    }

    private func unsigned() throws -> String {
        let token = try mint.token(
            TokenMint.claims(DemoApplicationTests.claims), header: "{\"alg\":\"none\"}")
        return token.split(separator: ".").prefix(2).joined(separator: ".") + "."
    }

    @Test("the page for managers is refused to viewers even if the gateway let them through")
    func managers() async throws {
        let viewer = try await open("/finance", [try assertion()])
        #expect(viewer.status == 403 && viewer.text.contains("aren't an Organization Manager"))
        let manager = try await open("/finance", [try assertion(["role": "\"organization-manager\""])])
        #expect(manager.status == 200 && manager.text.contains("Finance reports"))
    }

    @Test(
        "public paths need no assertion, and no key is fetched for them",
        arguments: ["/health", "/public", "/public/style.css"])
    func open(_ path: String) async throws {
        #expect(try await open(path, []).status == 200)
        #expect(keys.fetches == 0)
    }

    @Test("a new key of the gateway is fetched, and unknown keys cause one fetch in ten seconds")
    func rotation() async throws {
        #expect(try await open("/", [try assertion()]).status == 200)
        #expect(try await open("/", [try assertion()], after: .seconds(60)).status == 200)
        #expect(keys.fetches == 1)
        let next = try TokenMint(keyID: "k2")
        keys.publish(try next.keySet)
        #expect(try await open("/", [try assertion(by: next)], after: .seconds(9)).status == 403)
        #expect(keys.fetches == 1)
        #expect(try await open("/", [try assertion(by: next)], after: .seconds(11)).status == 200)
        #expect(keys.fetches == 2)
        for _ in 0..<5 { #expect(try await open("/", [try assertion()], after: .seconds(12)).status == 403) }
        #expect(keys.fetches == 2)
    }

    @Test("without the gateway's keys no assertion is verified")
    func unreachable() async throws {
        keys.publish(nil)
        let page = try await open("/", [try assertion()])
        #expect(page.status == 403 && page.text.contains("keys_unavailable") && page.text.contains("503"))
    }

    @Test("other paths and methods are refused")
    func others() async throws {
        #expect(try await open("/other", [try assertion()]).status == 404)
        let request = try Request("DELETE", "/", host: "reports.localhost", fields: [])
        #expect(await application.answer(request, body: [], at: TokenMint.now).status.code == 405)
    }
}
