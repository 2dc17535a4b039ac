import ClaimMapping
import GatehouseTesting
import Identities
import JSON
import Testing
import Tokens

@testable import Policy

@Suite("Explanations")
struct ExplanationTests {
    private func explained(
        _ rows: [(claim: String, value: String, Role)], _ claims: String, grants: [Role] = [], isSuspended: Bool = false
    ) throws -> AccessExplanation {
        let mappings = rows.enumerated().map { index, row in
            Mapping(
                id: "file:\(index + 1)", rank: index + 1, claimName: row.claim, match: .equals, claimValue: row.value,
                role: row.2)
        }
        let rules = OrganizationRules(
            id: try #require(OrganizationID("acme")), providers: [.idp], strategy: .firstMatch, mappings: mappings)
        let root = try JSONDocument(parsing: Array(claims.utf8)).root
        return AccessExplanation(
            rules.explain(KnownClaims(root), from: .idp, emailTrust: EmailTrust()), grants: grants,
            isSuspended: isSuspended)
    }

    private func json(_ explanation: AccessExplanation) -> String {
        var writer = JSONWriter()
        explanation.write(to: &writer)
        return String(decoding: writer.bytes, as: UTF8.self)
    }

    @Test("an explanation has the contract's shape")
    func shape() throws {
        #expect(
            json(try explained([("a", "1", .viewer), ("b", "1", .manager)], #"{"a":1}"#))
                == #"{"organization":"acme","role":"organization-viewer","source":"claim_mapping","mapping":"file:1","#
                + #""reason":"mapped","rows":[{"id":"file:1","rank":1,"verdict":"matched"},"#
                + #"{"id":"file:2","rank":2,"verdict":"claim_absent"}]}"#)
    }

    @Test("an explanation without a role says null, and tells a near miss")
    func nearMiss() throws {
        #expect(
            json(try explained([("a", "soc", .viewer)], #"{"a":"Soc "}"#))
                == #"{"organization":"acme","role":null,"source":null,"mapping":null,"reason":"no_match","#
                + #""rows":[{"id":"file:1","rank":1,"verdict":"no_match","near_miss":true}]}"#)
    }

    @Test("a higher stored role applies, and a suspended user has no role")
    func together() throws {
        let rows: [(String, String, Role)] = [("a", "1", .viewer)]
        let granted = try explained(rows, #"{"a":1}"#, grants: [.manager]).standing
        #expect(granted.role == .manager && granted.source == .grant && granted.reason == .granted)
        let equal = try explained(rows, #"{"a":1}"#, grants: [.viewer]).standing
        #expect(equal.source == .claimMapping && equal.mapping == "file:1")
        let suspended = try explained(rows, #"{"a":1}"#, grants: [.manager], isSuspended: true)
        #expect(suspended.standing.role == nil && suspended.standing.reason == .suspended)
        #expect(
            suspended.standing.permissions.isEmpty
                && suspended.lines.joined(separator: "\n").hasPrefix("acme: no role (suspended)"))
    }
}
