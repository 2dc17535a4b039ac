import ClaimMapping
import GatehouseTesting
import Identities
import Testing
import Tokens

@testable import Management

@Suite("Rules that can never decide")
struct ShadowedRulesTests {
    private func rules(_ rows: (claim: String, match: Match, value: String, role: Role)...) -> [Mapping] {
        rows.enumerated().map { index, row in
            Mapping(
                id: "r\(index + 1)", rank: index + 1, claimName: row.claim, match: row.match, claimValue: row.value,
                role: row.role)
        }
    }

    private func shadowed(_ rules: [Mapping], _ strategy: ClaimStrategy = .firstMatch) -> [String] {
        ShadowedRules(of: rules, under: strategy).rules.map(\.id)
    }

    @Test("an earlier rule that matches all values shadows a later one")
    func firstMatch() {
        let all = rules(
            ("g", .equals, "a", .viewer), ("g", .equals, "a", .manager), ("g", .glob, "b*", .viewer),
            ("g", .equals, "bc", .manager), ("g", .exists, "", .viewer), ("g", .equals, "z", .manager),
            ("h", .equals, "a", .viewer))
        #expect(shadowed(all) == ["r2", "r4", "r6"])
    }

    @Test("under highest_role a higher rule shadows a lower one in any place")
    func highestRole() {
        let all = rules(
            ("g", .equals, "a", .viewer), ("g", .equals, "a", .manager), ("g", .equals, "a", .manager),
            ("g", .equals, "b", .viewer))
        #expect(shadowed(all, .highestRole) == ["r1", "r3"])
    }

    @Test("values that look alike shadow nothing")
    func octets() {
        let all = rules(
            ("g", .equals, "\u{E9}", .viewer), ("g", .equals, "e\u{301}", .viewer), ("\u{E9}", .exists, "", .viewer),
            ("e\u{301}", .exists, "", .viewer), ("g", .equals, "A", .viewer), ("g", .equals, "a", .viewer))
        #expect(shadowed(all).isEmpty)
    }

    @Test("a rule with a separator shadows only rules with the same one")
    func separators() {
        func rule(_ id: String, _ split: Unicode.Scalar?) -> Mapping {
            Mapping(
                id: id, rank: id == "a" ? 1 : 2, claimName: "g", match: .equals, claimValue: "x", split: split,
                role: .viewer)
        }
        #expect(shadowed([rule("a", ","), rule("b", ",")]) == ["b"])
        #expect(
            shadowed([rule("a", ","), rule("b", nil)]).isEmpty && shadowed([rule("a", nil), rule("b", ",")]).isEmpty)
    }

    @Test("addresses compare without regard to case, by name or by pointer", arguments: ["email", "/email"])
    func addresses(claim: String) {
        let all = rules(
            (claim, .equals, "Pat@acme.example", .viewer), (claim, .equals, "pat@ACME.example", .viewer),
            (claim, .glob, "*@ACME.example", .viewer), (claim, .equals, "gus@acme.example", .viewer))
        #expect(shadowed(all) == ["r2", "r4"])
    }

    @Test(
        "no rule that is shadowed ever decides", arguments: [1, 2, 3] as [UInt64],
        [ClaimStrategy.firstMatch, .highestRole])
    func never(seed: UInt64, strategy: ClaimStrategy) throws {
        var random = SplitMix(state: seed)
        let world = try AccessWorld()
        let values = ["a", "b", "ab", "A", "a,b", "U1@acme.example", "u1@acme.example"]
        var shadowedCount = 0
        for _ in 0..<40 {
            let all = (1...8).map { rank in
                Mapping(
                    id: "r\(rank)", rank: rank,
                    claimName: random.pick(["team", "groups", "email", "/email", "/groups/*"]),
                    match: random.pick(Match.allCases), claimValue: random.pick(values + ["*", "a*", "u1@*"]),
                    split: random.pick([nil, ","]), role: random.pick(Role.allCases))
            }
            let shadowed = Set(shadowed(all, strategy))
            shadowedCount += shadowed.count
            let rules = OrganizationRules(
                id: AccessWorld.acme, providers: [AccessWorld.idp], strategy: strategy, mappings: all)
            for _ in 0..<10 {
                let claims = try world.claims(
                    "u", groups: [random.pick(values), random.pick(values)], email: random.pick(values),
                    isVerified: random.next(below: 2) == 0, more: ["team": "\"\(random.pick(values))\""])
                let decided = rules.evaluate(claims.known, from: AccessWorld.idp, emailTrust: EmailTrust()).mapping
                if let decided { #expect(!shadowed.contains(decided), "\(all.map(\.condition))") }
            }
        }
        #expect(shadowedCount > 20)
    }
}
