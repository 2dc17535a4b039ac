import GatehouseTesting
import Identities
import JSON
import Testing
import Tokens

@testable import ClaimMapping

private struct Case: Sendable {
    let strategy: ClaimStrategy
    /// Claim and role of each rule; every rule has the match `exists`.
    let rows: [(String, Role)]
    let claims: String
    let role: Role?
    let reason: EntitlementReason
    let verdicts: [Verdict]
}

private let cases = [
    Case(
        strategy: .firstMatch, rows: [("a", .viewer), ("b", .manager)], claims: #"{"a":1,"b":1}"#, role: .viewer,
        reason: .mapped, verdicts: [.matched, .shadowed]),
    Case(
        strategy: .highestRole, rows: [("a", .viewer), ("b", .manager)], claims: #"{"a":1,"b":1}"#, role: .manager,
        reason: .mapped, verdicts: [.shadowed, .matched]),
    Case(
        strategy: .highestRole, rows: [("a", .publisher), ("b", .viewer), ("a", .viewer)], claims: #"{"a":1,"b":1}"#,
        role: .viewer, reason: .mapped, verdicts: [.shadowed, .matched, .shadowed]),
    Case(
        strategy: .firstMatch, rows: [("a", .viewer), ("groups", .manager)], claims: #"{"a":1,"hasgroups":true}"#,
        role: .viewer, reason: .mapped, verdicts: [.matched, .claimIncomplete]),
    Case(
        strategy: .firstMatch, rows: [("groups", .manager), ("a", .viewer)], claims: #"{"a":1,"hasgroups":true}"#,
        role: nil, reason: .claimsIncomplete, verdicts: [.claimIncomplete, .shadowed]),
    Case(
        strategy: .highestRole, rows: [("groups", .manager), ("a", .viewer)], claims: #"{"a":1,"hasgroups":true}"#,
        role: .viewer, reason: .claimsIncomplete, verdicts: [.claimIncomplete, .matched]),
    Case(
        strategy: .highestRole, rows: [("groups", .publisher), ("a", .viewer)], claims: #"{"a":1,"hasgroups":true}"#,
        role: .viewer, reason: .mapped, verdicts: [.claimIncomplete, .matched]),
    Case(
        strategy: .highestRole, rows: [("groups", .viewer)], claims: #"{"hasgroups":true}"#, role: nil,
        reason: .claimsIncomplete, verdicts: [.claimIncomplete]),
    Case(
        strategy: .firstMatch, rows: [("email", .manager), ("a", .viewer)], claims: #"{"a":1,"email":"a@b"}"#,
        role: .viewer, reason: .mapped, verdicts: [.emailUnverified, .matched]),
    Case(
        strategy: .firstMatch, rows: [("email", .manager), ("a", .viewer)], claims: #"{"email":"a@b"}"#, role: nil,
        reason: .emailUnverified, verdicts: [.emailUnverified, .claimAbsent]),
    Case(
        strategy: .firstMatch, rows: [("a", .viewer)], claims: "{}", role: nil, reason: .noMatch,
        verdicts: [.claimAbsent]),
    Case(strategy: .firstMatch, rows: [], claims: "{}", role: nil, reason: .noMatch, verdicts: []),
]

@Suite struct StrategyTests {
    @Test("the strategy decides among matching rules", arguments: cases.indices)
    func strategies(_ index: Int) throws {
        let row = cases[index]
        let rules = try rules(row.strategy, row.rows)
        let claims = try JSONDocument(parsing: Array(row.claims.utf8)).root
        let explanation = rules.explain(KnownClaims(claims), from: .idp, emailTrust: EmailTrust())
        #expect(explanation.evaluation.role == row.role && explanation.evaluation.reason == row.reason)
        #expect(explanation.rows.map(\.verdict) == row.verdicts)
        let deciding = explanation.rows.first { $0.verdict == .matched }?.mapping.id
        #expect(explanation.evaluation.mapping == deciding)
        #expect(rules.evaluate(KnownClaims(claims), from: .idp, emailTrust: EmailTrust()) == explanation.evaluation)
    }

    private func rules(_ strategy: ClaimStrategy, _ rows: [(String, Role)]) throws -> OrganizationRules {
        let mappings = rows.enumerated().map { index, row in
            Mapping(
                id: "file:\(index + 1)", rank: index + 1, claimName: row.0, match: .exists, claimValue: "", role: row.1)
        }
        return OrganizationRules(
            id: try #require(OrganizationID("acme")), providers: [.idp], strategy: strategy, mappings: mappings)
    }

    @Test("another provider's claims earn no role, and no verdicts are shown")
    func provider() throws {
        let rules = try rules(.firstMatch, [("a", .manager)])
        let claims = try JSONDocument(parsing: Array(#"{"a":1}"#.utf8)).root
        let explanation = rules.explain(KnownClaims(claims), from: .named("other"), emailTrust: EmailTrust())
        #expect(explanation.evaluation.reason == .providerNotAccepted && explanation.rows.isEmpty)
        #expect(rules.evaluate(KnownClaims(claims), from: .named("other"), emailTrust: EmailTrust()).role == nil)
    }

    /// The contract's strategies in their simplest form, for claims that are strings or were left out.
    private func expected(_ strategy: ClaimStrategy, _ rows: [(String, Role)], _ has: Set<String>, _ unknown: Bool)
        -> (role: Role?, isIncomplete: Bool)
    {
        var best: Role?
        var possible: Role?
        for (claim, role) in rows {
            if has.contains(claim) {
                if strategy == .firstMatch { return (role, false) }
                best = max(best ?? role, role)
            } else if unknown, claim == "groups" {
                if strategy == .firstMatch { return (nil, true) }
                possible = max(possible ?? role, role)
            }
        }
        guard let possible else { return (best, false) }
        return (best, best.map { possible > $0 } ?? true)
    }

    @Test("decision, explanation and the model of the contract agree on thousands of cases")
    func agreement() throws {
        var random = SplitMix(state: 20_260_101)
        for round in 0..<4000 {
            let strategy: ClaimStrategy = round.isMultiple(of: 2) ? .firstMatch : .highestRole
            let names = ["a", "b", "c", "groups"]
            let rows = (0..<random.next(below: 6)).map { _ in
                (names[random.next(below: 4)], Role.allCases[random.next(below: 3)])
            }
            let has = Set(names.filter { _ in random.next(below: 3) == 0 })
            let isUnknown = random.next(below: 2) == 0
            let members =
                has.sorted().map { "\"\($0)\":\"x\"" } + (isUnknown ? ["\"_claim_names\":{\"groups\":\"s\"}"] : [])
            let claims = try JSONDocument(parsing: Array("{\(members.joined(separator: ","))}".utf8)).root
            let rules = try rules(strategy, rows)
            let evaluation = rules.evaluate(KnownClaims(claims), from: .idp, emailTrust: EmailTrust())
            let explanation = rules.explain(KnownClaims(claims), from: .idp, emailTrust: EmailTrust())
            let wanted = expected(strategy, rows, has, isUnknown)
            #expect(evaluation == explanation.evaluation && evaluation.role == wanted.role)
            #expect((evaluation.reason == .claimsIncomplete) == wanted.isIncomplete, "\(rows) \(members)")
            #expect(explanation.rows.count { $0.verdict == .matched } == (wanted.role == nil ? 0 : 1))
        }
    }
}
