import ClaimMapping
import GatehouseTesting
import Grants
import Identities
import Policy
import Testing
import Time

@testable import Management

@Suite("Claims and values of the last sign-ins")
struct SeenValuesTests {
    private let world: ManagementWorld
    private let actions: ManagerActions

    init() async throws {
        world = try await ManagementWorld()
        actions = try world.actions(permittedBy: .writeMappings)
    }

    private func seen(
        _ claim: String, _ value: String = "", match: Match = .equals, split: Unicode.Scalar? = nil
    ) async throws -> SeenValues {
        try await actions.seenValues(
            of: MappingDraft(claimName: claim, match: match, claimValue: value, split: split, role: .viewer))
    }

    @Test("the values that most users carry come first, each with its number, at most eight")
    func values() async throws {
        for number in 0..<4 {
            _ = try await world.access.signedIn(
                "u\(number)",
                groups: ["staff", "staff"] + (number < 2 ? ["oncall"] : []) + ["g\(number)a", "g\(number)b"])
        }
        let found = try await seen("groups", "oncall")
        #expect(found.values.count == 8 && found.isListed)
        #expect(Array(found.values.prefix(2)) == [.init(text: "staff", people: 4), .init(text: "oncall", people: 2)])
        #expect(found.carriers == 2 && found.people == 5 && found.unreadable == 0 && !found.isPartial)
        #expect(try await seen("groups", "on*", match: .glob).carriers == 2)
        #expect(try await seen("groups", match: .exists).carriers == 5)
        #expect(try await seen("none").values.isEmpty)
    }

    @Test("claims in objects, lists and split strings have values, too")
    func nested() async throws {
        _ = try await world.access.signedIn(
            "a", more: ["realm_access": #"{"roles":["x","y"]}"#, "team": #""soc, noc""#, "level": "7"])
        #expect(try await seen("/realm_access/roles").values.map(\.text) == ["x", "y"])
        #expect(try await seen("team", split: ",").values.map(\.text) == ["noc", "soc"])
        #expect(try await seen("level").values.map(\.text) == ["7"])
        let names = try await actions.recentClaims()
        #expect(names.contains("/realm_access/roles") && names.contains("team") && !names.contains("sub"))
    }

    @Test("a claim is absent only if no user carries it, also with a value that is not shown")
    func absence() async throws {
        let long = String(repeating: "x", count: 101)
        _ = try await world.access.signedIn("a", groups: [long], more: ["object": #"{"a":1}"#, "null": "null"])
        for claim in ["groups", "object"] {
            let found = try await seen(claim)
            #expect(found.values.allSatisfy { $0.text != long } && found.isCarried && !found.isAbsent, "\(claim)")
        }
        #expect(try await seen("object").values.isEmpty)
        for claim in ["none", "null"] { #expect(try await seen(claim).isAbsent, "\(claim)") }
        #expect(try await !seen("nonce").isAbsent, "its values are never told")
    }

    @Test(
        "secrets, and claims about the token or one user, have no values",
        arguments: [
            "refresh_token", "/tokens/access_token", "client_secret", "/deep/password", "nonce", "at_hash", "/nonce",
            "sub", "name", "/credentials/a",
        ])
    func secrets(claim: String) async throws {
        _ = try await world.access.signedIn(
            "a",
            more: [
                "refresh_token": #""s-1""#, "tokens": #"{"access_token":"s-2"}"#, "client_secret": #""s-3""#,
                "deep": #"{"password":"s-4"}"#, "nonce": #""s-5""#, "at_hash": #""s-6""#, "name": #""s-7""#,
                "credentials": #"{"a":"s-8"}"#,
            ])
        for match in Match.allCases {
            if ClaimNames.isSecret(claim) {
                // Not even a number of users: it would tell how a secret begins.
                await #expect(throws: ManagementError.self) { _ = try await seen(claim, "*", match: match) }
                continue
            }
            let found = try await seen(claim, "*", match: match)
            #expect(found.values.isEmpty && !found.isListed)
        }
        let names = try await actions.recentClaims()
        #expect(!names.contains { $0.contains("token") || $0.contains("secret") || $0.contains("cred") })
        #expect(names == ["groups", "email"])
    }

    @Test("a rule that is too long to be saved is not evaluated")
    func longRules() async throws {
        _ = try await world.access.signedIn("a")
        let long = String(String.UnicodeScalarView((0..<256).compactMap { Unicode.Scalar(0x1F300 + $0) }))
        await #expect(throws: ManagementError.self) { _ = try await seen("groups", "*" + long, match: .glob) }
        await #expect(throws: ManagementError.self) { _ = try await seen(long) }
        #expect(try await seen("groups", String(long.dropLast(2)), match: .glob).carriers == 0)
    }

    @Test("an address counts for a rule only if it is verified")
    func unverified() async throws {
        _ = try await world.access.signedIn("a", email: "A@acme.example")
        _ = try await world.access.signedIn("b", email: "b@acme.example", isVerified: false)
        #expect(try await seen("email", "a@acme.example").carriers == 1)
        #expect(try await seen("email", "b@acme.example").carriers == 0)
        #expect(try await seen("email", "*@acme.example", match: .glob).carriers == 2, "with the manager")
    }

    @Test("sign-ins of other providers and before 30 days do not count; unreadable ones are told")
    func others() async throws {
        _ = try await world.access.signedIn("old", groups: ["late"])
        world.access.clock.advance(.seconds(29 * 86400))
        _ = try await world.access.signedIn("new", groups: ["late"])
        _ = try await world.access.signedIn("far", groups: ["late"], isElsewhere: true)
        #expect(try await seen("groups", "late").carriers == 2)
        try await world.access.place.execute(
            "UPDATE person_seen SET claims = \(TestSQL.blob([0])) WHERE subject = 'new'")
        let tampered = try await seen("groups", "late")
        #expect(tampered.carriers == 1 && tampered.unreadable == 1 && tampered.people == 3)
        world.access.clock.advance(.seconds(2 * 86400))
        #expect(try await seen("groups", "late").carriers == 0)
        #expect(try await actions.recentClaims().isEmpty, "the only one that is recent cannot be read")
    }

    @Test("many users, values and long values are bounded, and the sample is told")
    func bounds() async throws {
        let long = String(repeating: "x", count: 101)
        _ = try await world.access.signedIn("a", groups: [long, "short"] + (0..<300).map { "v\($0)" })
        let values = try await seen("groups").values
        #expect(values.count == 8 && !values.contains { $0.text == long })
        // The same sign-in, sealed for another identity, cannot be read, but is looked at.
        try await world.access.place.execute(
            """
            INSERT INTO person_seen (organization, identity, issuer, subject, provider, seen_at, claims)
            WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 700)
            SELECT organization, substr('' || (1000000 + i), 2) || substr(identity, 7), issuer, 'n' || i, provider,
                seen_at, claims
            FROM person_seen, n WHERE subject = 'a'
            """)
        let found = try await seen("groups", "short")
        #expect(found.isPartial && found.people == 500 && found.unreadable >= 498)
    }
}
