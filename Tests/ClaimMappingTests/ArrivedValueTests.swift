import GatehouseTesting
import Identities
import JSON
import Testing
import Tokens

@testable import ClaimMapping

@Suite("The values of a rule's claim")
struct ArrivedValueTests {
    private func arrived(
        _ claim: String, _ match: Match, _ value: String, split: Unicode.Scalar? = nil, _ claims: String
    ) throws -> [ArrivedValue] {
        let rule = Mapping(
            id: "r", rank: 1, claimName: claim, match: match, claimValue: value, split: split, role: .viewer)
        return rule.arrived(in: try JSONDocument(parsing: Array(claims.utf8)).root)
    }

    @Test(
        "are compared one by one, as the rule compares them",
        arguments: [
            ("g", Match.equals, "a", #"{"g":["a","A","b"," a"]}"#, ["a =", "A ~", "b !", " a ~"]),
            ("g", .glob, "x-*", #"{"g":["x-1","X-1","y"]}"#, ["x-1 =", "X-1 ~", "y !"]),
            ("g", .exists, "", #"{"g":[1,true,null,{"a":1}]}"#, ["1 =", "true ="]),
            ("g", .equals, "a", #"{"g":{"a":"a"}}"#, []), ("g", .equals, "a", #"{"h":"a"}"#, []),
            ("/g/*/n", .equals, "a", #"{"g":[{"n":"a"},{"n":"b"}]}"#, ["a =", "b !"]),
            ("email", .equals, "A@b.example", #"{"email":"a@B.example"}"#, ["a@B.example ="]),
            ("email", .glob, "*@B.example", #"{"email":"a@b.example"}"#, ["a@b.example ="]),
        ] as [(String, Match, String, String, [String])])
    func values(_ claim: String, _ match: Match, _ value: String, _ claims: String, _ expected: [String]) throws {
        let found = try arrived(claim, match, value, claims).map { value in
            let sign =
                switch value.comparison {
                case .equal: "="
                case .almost: "~"
                case .different: "!"
                }
            return "\(value.text) \(sign)"
        }
        #expect(found == expected)
    }

    @Test("of a split string are its parts")
    func split() throws {
        let found = try arrived("t", .equals, "soc", split: ",", #"{"t":"a, soc ,,SOC"}"#)
        #expect(found.map(\.text) == ["a", "soc", "SOC"])
        #expect(found.map(\.comparison) == [.different, .equal, .almost])
    }

    @Test(
        "have an equal one exactly if the rule matches, for random rules and claims",
        arguments: 1...200 as ClosedRange<UInt64>)
    func agree(seed: UInt64) throws {
        var random = SplitMix(state: seed)
        let texts = ["a", "A", "b", "a b", "ab", "*", "a*", "7", "true"]
        let rule = Mapping(
            id: "r", rank: 1, claimName: random.pick(["g", "/g/*"]), match: random.pick(Match.allCases),
            claimValue: random.pick(texts), split: random.pick([nil, " "]), role: .viewer)
        let values = (0..<3).map { _ in "\"\(random.pick(texts))\"" }.joined(separator: ",")
        let claims = try JSONDocument(parsing: Array("{\"g\":[\(values)]}".utf8)).root
        let rules = OrganizationRules(
            id: OrganizationID("acme")!, providers: [.idp], strategy: .firstMatch, mappings: [rule])
        let row = rules.explain(KnownClaims(claims), from: .idp, emailTrust: EmailTrust()).rows[0]
        let arrived = rule.arrived(in: claims)
        #expect((row.verdict == .matched) == arrived.contains { $0.comparison == .equal })
        if row.verdict == .noMatch {
            #expect(row.isNearMiss == arrived.contains { $0.comparison == .almost })
        }
    }
}
