import GatehouseTesting
import Identities
import JSON
import Testing
import Tokens

@testable import ClaimMapping

private let values: [Value] = [
    .text("soc"), .text("SOC"), .text("x, soc ,7,,"), .text(" soc"), .list([.text("a,soc"), .text("7 soc")]),
    .list([.object(["a": .text("soc")]), .object(["a": .list([.text("7"), .text("s,soc")])]), .object(["b": .null])]),
    .text("s"), .text(""), .text("7"), .scalar("7"), .scalar("7.0"), .scalar("-1e3"),
    .scalar("true"), .scalar("false"), .null, .list([]), .list([.text("x"), .text("soc"), .scalar("7")]),
    .list([.list([.text("soc")]), .null]), .object([:]), .object(["a": .text("soc"), "b": .scalar("true")]),
]

private let emails: [Value] = [
    .text("a@acme.com"), .text("A@ACME.com"), .text("a@sub.acme.com"), .text("a@b@acme.com"), .text("acme.com@"),
    .text("@acme.com"), .text("acme"), .list([.text("a@acme.com")]), .object(["a": .text("a@acme.com")]), .null,
]

private let names = ["team", "groups", "email", "/team", "https://acme.com/roles", "n"]

private let addressed =
    names + [
        "/groups", "/team/1", "/team/0/0", "/n/a", "/n/b", "/email", "/email/0", "/email/a", "/none", "none", "/team/*",
        "/team/*/a", "/n/*/a", "/*", "/n/*/*",
    ]

private let wanted = [
    "soc", "7", "true", "-1e3", "null", "", "*", "?", "s?c", "S*", "*o*", "7*", "a@acme.com", "A@acme.COM",
    "*@acme.com", "*@ACME.*", "acme.com@",
]

@Suite struct RowModelTests {
    @Test(
        "the engine agrees with the model of the contract, rule by rule",
        arguments: 1...8 as ClosedRange<UInt64>)
    func agreement(_ seed: UInt64) throws {
        var random = SplitMix(state: seed)
        let id = try #require(OrganizationID("acme"))
        for _ in 0..<1000 {
            let claims = claims(&random)
            let trusted = random.next(below: 2) == 0 ? ["acme.com"] : []
            let rows = rows(&random)
            let strategy = random.pick(ClaimStrategy.allCases)
            let model = RowModel(claims: claims, trusted: trusted)
            let json = Value.object(claims).json
            let document = try JSONDocument(parsing: Array(json.utf8))
            let rules = OrganizationRules(id: id, providers: [.idp], strategy: strategy, mappings: rows)
            let trust = EmailTrust(domains: trusted)
            let evaluation = rules.evaluate(KnownClaims(document.root), from: .idp, emailTrust: trust)
            let explanation = rules.explain(KnownClaims(document.root), from: .idp, emailTrust: trust)
            let story: Comment = "\(strategy) \(json)\n\(explanation.lines)"

            // Indexed and split into two blocks, the rules give equal results.
            let cut = random.next(below: rows.count + 1)
            let prepared = OrganizationRules(id: id, providers: [.idp], strategy: strategy, mappings: [])
                .adding(PreparedRules(Array(rows[..<cut]), indexedFrom: 0))
                .adding(PreparedRules(Array(rows[cut...]), indexedFrom: 0))
            #expect(prepared.evaluate(KnownClaims(document.root), from: .idp, emailTrust: trust) == evaluation, story)
            #expect(prepared.mappings == rows, story)

            let outcome = model.outcome(rows, strategy)
            #expect(evaluation.role == outcome.role && evaluation.reason == outcome.reason, story)
            #expect(explanation.evaluation == evaluation, story)
            let alone = explanation.rows.map { $0.verdict == .shadowed ? .matched : $0.verdict }
            #expect(alone == rows.map(model.verdict), story)
            let deciding = explanation.rows.filter { $0.verdict == .matched }
            #expect(deciding.map(\.mapping.id) == [evaluation.mapping].compactMap(\.self), story)
            #expect(deciding.map(\.mapping.role) == [evaluation.role].compactMap(\.self), story)
            #expect(explanation.rows.allSatisfy { !$0.isNearMiss || $0.verdict == .noMatch }, story)
        }
    }

    private func claims(_ random: inout SplitMix) -> [String: Value] {
        var claims: [String: Value] = [:]
        for name in names where random.next(below: 2) == 0 {
            claims[name] = random.pick(name == "email" ? emails : values)
        }
        if random.next(below: 2) == 0 {
            claims["email_verified"] = random.pick([
                .scalar("true"), .scalar("true"), .scalar("false"), .text("true"), .null,
            ])
        }
        if random.next(below: 4) == 0 {
            claims["_claim_names"] = .object([random.pick(["groups", "team", "email", "email_verified"]): .text("s")])
        }
        if random.next(below: 4) == 0 { claims["hasgroups"] = random.pick([.scalar("true"), .scalar("false"), .null]) }
        return claims
    }

    private func rows(_ random: inout SplitMix) -> [Mapping] {
        (0..<random.next(below: 7)).map { index in
            Mapping(
                id: "file:\(index + 1)", rank: index + 1, claimName: random.pick(addressed),
                match: random.pick(Match.allCases), claimValue: random.pick(wanted),
                split: random.pick([nil, nil, ",", " "]), role: random.pick(Role.allCases))
        }
    }
}
