import Identities
import JSON
import Policy
import Testing

@testable import Server

@Suite("The page that explains access")
struct ExplainPagesTests {
    private let manager: TestBrowser
    private var world: GatewayWorld { manager.world }
    private let page = "/organizations/acme/claim-mappings/explain"

    init() async throws { manager = try await GatewayWorld().browser("carla") }

    private func explain(_ subject: String, by browser: TestBrowser? = nil) async throws -> String {
        try await (browser ?? manager).open("\(page)?member=\(try world.identity(subject))").body
    }

    private func explain(claims: String) async throws -> TestAnswer {
        try await manager.post(page, [("text", claims), ("provider", "idp")])
    }

    @Test("a denied sign-in shows what arrived, which characters differ, and how to let the user in")
    func denied() async throws {
        _ = try await world.browser("sam", "organization=acme")
        let id = try #require(
            try await manager.fetch("GET", "\(acme)/denied-sign-ins").items.first { _ in true }?.member("id")?.string)
        let shown = try await manager.open("\(page)?denied=\(id)").body
        #expect(shown.contains("<h1>Why &lt;Sam&gt; has no role</h1>"))
        #expect(shown.contains("No rule matches; one almost does") && shown.contains("Almost matches"))
        #expect(shown.contains("<code class=\"value\"><mark>A</mark>cme-<mark>V</mark>iewers</code>"))
        #expect(shown.contains("<code class=\"value\"><mark>a</mark>cme-<mark>v</mark>iewers</code>"))
        #expect(shown.contains("2 characters differ, only in upper and lower case. Groups are compared exactly."))
        #expect(shown.contains("How to let &lt;Sam&gt; in"))
        let invitation =
            "/organizations/acme/invitations/new?email=sam%40elsewhere.example&amp;role=organization-viewer"
        #expect(shown.contains(invitation))
        let rule = try #require(shown.firstMatch(of: /href="(\/organizations\/acme\/claim-mappings\?add=1[^"#]*)/)).1
        let form = try await manager.open(String(rule).replacing("&amp;", with: "&")).body
        #expect(form.contains("value=\"groups\"") && form.contains("value=\"Acme-Viewers\""))
        #expect(shown.contains("To <code>acme-viewers</code>. Rule 2 then matches at the next sign-in."))
        let unknown = try await manager.open("\(page)?denied=none").body
        #expect(unknown.contains("This sign-in is no longer stored."))
        let viewer = try await world.browser("vic")
        #expect(try await !viewer.open("\(page)?denied=\(id)").body.contains("Sam"))
    }

    @Test("a member's role is explained to viewers, too; a user without a role only to managers")
    func members() async throws {
        let viewer = try await world.browser("vic")
        _ = try await world.browser("sam", "organization=acme")
        for browser in [manager, viewer] {
            let shown = try await explain("vic", by: browser)
            #expect(
                shown.contains("<h1>Why Vic is Organization Viewer</h1>") && shown.contains("Rule 2 gives this role"))
            #expect(
                shown.contains("Matched (this rule applies)")
                    && shown.contains("No invitation accepted, not suspended."))
            #expect(shown.contains("<code class=\"value equal\">acme-viewers</code>") && !shown.contains("How to let"))
        }
        #expect(try await explain("sam").contains("has no role"))
        for subject in ["sam", "absent"] {
            let shown = try await explain(subject, by: viewer)
            #expect(shown.contains("No such user is known here.") && !shown.contains("Acme-Viewers"))
        }
        #expect(try await manager.open("\(page)?member=%3Cb%3E").body.contains("No such user is known here."))
    }

    @Test("an unverified address is not shown as a match, and is not invited")
    func unverified() async throws {
        _ = try await world.browser("una", "organization=acme")
        let shown = try await explain("una")
        #expect(shown.contains("Email not verified by the provider") && shown.contains("email_verified is false."))
        #expect(!shown.contains("value equal") && !shown.contains("invitations/new"))
        #expect(shown.contains("Have the address verified in"))
    }

    @Test("suspensions and stored roles appear in the verdict")
    func suspended() async throws {
        _ = try await world.browser("vic")
        try world.grant(.manager, to: "vic")
        let granted = try await explain("vic")
        #expect(granted.contains("Why Vic is Organization Manager") && granted.contains("The operator gave this role"))
        #expect(granted.contains("Matches, but a higher role is stored"))
        _ = try await manager.call("PUT", "\(acme)/suspensions/\(try world.identity("vic"))")
        let suspended = try await explain("vic")
        #expect(suspended.contains("Why Vic has no role") && suspended.contains("Suspended: overrides every role"))
        #expect(suspended.contains("Matches, but the user is suspended") && suspended.contains("Reinstate Vic"))
        try world.grant(.viewer, to: "unseen")
        let unseen = try await explain("unseen")
        #expect(unseen.contains("Why unseen is Organization Viewer") && unseen.contains("No sign-in is stored"))
    }

    @Test("technical claims are folded, and secrets are left out wherever they are")
    func secrets() async throws {
        let claims = #"""
            {"sub":"x","name":"Xi","refresh_token":"s-1","profile":{"password":"s-2","team":"soc"},"client_secret":["s-3"],
            "nonce":"n-1","at_hash":"h-1","department":"Finance "}
            """#
        // A rule on a secret does not show it, either.
        for name in ["refresh_token", "/profile/password", "/profile"] {
            let rule = #"{"claim_name":"\#(name)","match":"exists","role":"organization-viewer","rank":3}"#
            #expect(try await manager.call("POST", "\(acme)/claim-mappings", rule).status == 201)
        }
        let answer = try await explain(claims: claims)
        // The form holds what was typed.
        let shown = String(answer.body[..<(try #require(answer.body.firstRange(of: "<textarea")).lowerBound)])
        for secret in ["s-1", "s-2", "s-3", "client_secret"] { #expect(!shown.contains(secret), "\(secret)") }
        #expect(shown.contains("2 claims aren") && shown.contains("soc") && shown.contains("Not shown"))
        #expect(shown.contains("2 technical claims hidden. Show all") && shown.contains("n-1"))
        #expect(shown.contains("<code>Finance<mark> </mark></code>"))
    }

    @Test("faults stand at the form's fields; claims stay, and a token is not shown again")
    func faults() async throws {
        let token = try await explain(claims: "abc.def.ghi")
        #expect(token.status == 422 && token.body.contains("The token isn") && !token.body.contains("abc.def"))
        #expect(token.body.contains("<title>1 error · Explain a sign-in"))
        let json = try await explain(claims: #"{"a":<"#)
        #expect(json.status == 422 && json.body.contains("valid JSON") && json.body.contains("{&quot;a&quot;:&lt;"))
        #expect(try await explain(claims: "").body.contains("Enter a token, or claims as a JSON object."))
        let provider = try await manager.post(page, [("text", "{}"), ("provider", "other")])
        #expect(provider.status == 422 && provider.body.contains("Choose one of the organization"))
    }

    @Test("a page with hundreds of rules and a thousand groups stays short")
    func size() async throws {
        for number in 1...300 {
            let rule = #"{"claim_name":"groups","claim_value":"g \#(number)","role":"organization-viewer"}"#
            #expect(try await manager.call("POST", "\(acme)/claim-mappings", rule).status == 201)
        }
        let groups = (1...1000).map { "\"G \($0)\"" }.joined(separator: ",")
        let answer = try await explain(claims: #"{"sub":"x","groups":[\#(groups)]}"#)
        let page = String(answer.body[..<(try #require(answer.body.firstRange(of: "<textarea")).lowerBound)])
        #expect(page.utf8.count < 200 << 10 && page.contains("202 more rules are not shown."))
        #expect(try await manager.open("/organizations/acme/claim-mappings?limit=100").body.utf8.count < 200 << 10)
    }
}
