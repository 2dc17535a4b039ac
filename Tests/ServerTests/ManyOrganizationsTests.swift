import Identities
import Testing

@testable import Server

/// Replies that list a user's organizations, and their share of a reactor's time.
@Suite("Many organizations")
struct ManyOrganizationsTests {
    private let world: GatewayWorld

    init() throws { world = try GatewayWorld() }

    /// Adds organizations that list the provider of all users. In every other one, viewers of Acme are viewers too.
    private func add(_ count: Int) throws {
        let organizations = (0..<count).map { number in
            let rules = (0..<5).map {
                #"{"claim_name": "groups", "claim_value": "g\#($0)", "role": "organization-manager"}"#
            }
            let viewers = """
                {"claim_name": "groups", "claim_value": "\(number.isMultiple(of: 2) ? "acme-viewers" : "none")", \
                "role": "organization-viewer"}
                """
            return
                #"{"id": "o\#(number)", "providers": ["idp"], "claim_mappings": [\#((rules + [viewers]).joined(separator: ","))]},"#
        }
        try world.reload(rewriting: ("\"organizations\": [", "\"organizations\": [\(organizations.joined())"))
    }

    private func send(_ path: String, by browser: TestBrowser) async throws -> TestAnswer {
        let fields = path.hasPrefix("/api") ? ["Accept: application/json"] : TestBrowser.navigation
        return try await browser.send("GET", path, fields: fields)
    }

    @Test(
        "a reply that lists a user's organizations has all of them, however many there are",
        arguments: ["/", "/account", "/api/v1/me", "/api/v1/organizations?limit=500", "/organizations/nowhere"])
    func lists(path: String) async throws {
        let viewer = try await world.browser("vic")
        for count in [90, 140] {
            try add(count)
            let answer = try await send(path, by: viewer)
            #expect(answer.status == (path.hasSuffix("nowhere") ? 404 : 200), "\(answer.body)")
            let listed = answer.body.matches(of: /\bo[0-9]+\b/).map { String($0.output) }
            #expect(Set(listed) == Set((0..<count).filter { $0.isMultiple(of: 2) }.map { "o\($0)" }))
        }
    }

    @Test(
        "a reactor's work for a reply does not grow with the number of organizations",
        arguments: ["/", "/account", "/api/v1/me", "/api/v1/organizations", "/organizations/nowhere"])
    func steps(path: String) async throws {
        let viewer = try await world.browser("vic")
        func cost() async throws -> Duration {
            var costs: [Duration] = []
            for _ in 0..<15 { costs.append(try await world.longestStep { try await send(path, by: viewer) }) }
            return costs.min() ?? .zero
        }
        try add(10)
        _ = try await cost()
        let few = try await cost()
        try add(1500)
        _ = try await cost()
        let many = try await cost()
        #expect(many < few * 3 + .milliseconds(2), "\(few) for few organizations, \(many) for many")
    }

    /// Adds organizations with costly rules, none of which gives a role.
    private func addCostly(_ count: Int, _ round: Int) throws {
        let rules = (0..<150).map {
            #"{"claim_name": "groups", "match": "glob", "claim_value": "*a*c*m*e*\#($0)*\#(round)", "role": "organization-viewer"}"#
        }
        let organizations = (0..<count).map {
            #"{"id": "o\#($0)", "providers": ["idp"], "claim_mappings": [\#(rules.joined(separator: ","))]},"#
        }
        try world.reload(rewriting: ("\"organizations\": [", "\"organizations\": [\(organizations.joined())"))
    }

    @Test("the menu of a page is evaluated outside of the reactor")
    func menu() async throws {
        let viewer = try await world.browser("vic")
        func cost(_ count: Int) async throws -> Duration {
            var costs: [Duration] = []
            for round in 0..<9 {
                // Nothing is cached under new rules.
                try addCostly(count, round)
                costs.append(try await world.longestStep { try await send("/organizations/acme", by: viewer) })
            }
            return costs.min() ?? .zero
        }
        _ = try await cost(1)
        let (few, many) = (try await cost(1), try await cost(8))
        #expect(many < few * 3 + .milliseconds(2), "\(few) for one other organization, \(many) for eight")
    }

    @Test("the menu follows a grant at once, and is kept while nothing changes")
    func menuChanges() async throws {
        let viewer = try await world.browser("vic")
        func menu() async throws -> String {
            let page = try await send("/organizations/acme", by: viewer).body
            return String(try #require(page.firstMatch(of: /menu switcher">.*?<\/details>/.dotMatchesNewlines())).0)
        }
        for _ in 0..<2 { #expect(try await !menu().contains("globex")) }
        try world.grant(.manager, to: "vic", in: "globex")
        for _ in 0..<2 { #expect(try await menu().contains("href=\"/organizations/globex\"")) }
    }
}
