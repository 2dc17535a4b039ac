public import Identities
public import JSON
internal import Text
public import Tokens

/// The verdict on one rule.
public enum Verdict: String, Sendable, Hashable, CaseIterable {
    /// The rule matched and decided.
    case matched
    /// The rule matches, but another rule decided.
    case shadowed
    case noMatch = "no_match"
    case claimAbsent = "claim_absent"
    case emailUnverified = "email_unverified"
    case claimIncomplete = "claim_incomplete"

    /// - Parameter isDeciding: whether a match decides; otherwise it is `shadowed`.
    init(_ result: ClaimCondition.Result, isDeciding: Bool) {
        self =
            switch result {
            case .matched: isDeciding ? .matched : .shadowed
            case .noMatch: .noMatch
            case .absent: .claimAbsent
            case .emailUnverified: .emailUnverified
            case .incomplete: .claimIncomplete
            }
    }
}

/// An explanation of the role that claims earn in one organization: the outcome and every rule's verdict.
public struct Explanation: Sendable {
    /// A rule and its verdict.
    public struct Row: Sendable, Hashable {
        public let mapping: Mapping
        public let verdict: Verdict
        /// True for a `noMatch` that differs only by case or white space.
        public let isNearMiss: Bool
        /// The reason why the matching address is not verified; only for `emailUnverified`.
        public let detail: String?
    }

    public let organization: OrganizationID
    public let evaluation: Evaluation
    /// Verdicts by rank; empty if the provider is not accepted.
    public let rows: [Row]

    /// The reason why the address is unverified, if the outcome is `email_unverified`; otherwise nil.
    public var detail: String? {
        evaluation.reason == .emailUnverified ? rows.lazy.compactMap(\.detail).first : nil
    }

    /// Writes the verdicts as an array, without the outcome.
    public func writeRows(to writer: inout JSONWriter) {
        writer.beginArray()
        for row in rows {
            writer.beginObject()
            writer.member("id", row.mapping.id)
            writer.member("rank", row.mapping.rank)
            writer.member("verdict", row.verdict.rawValue)
            if row.isNearMiss { writer.member("near_miss", true) }
            if let detail = row.detail { writer.member("detail", detail) }
            writer.endObject()
        }
        writer.endArray()
    }

    /// The verdicts as text, one line per rule.
    public var lines: [String] {
        var lines: [String] = []
        for row in rows {
            let mapping = row.mapping
            let near = row.isNearMiss ? ", differs only by case or white space" : ""
            let detail = row.detail.map { ", \($0)" } ?? ""
            lines.append(
                "  \(mapping.rank). \(mapping.condition) → \(mapping.role.rawValue): \(row.verdict.rawValue)\(near)\(detail)"
            )
        }
        return lines
    }
}

extension OrganizationRules {
    /// Evaluates every rule. The outcome is the one that ``evaluate(_:from:emailTrust:)`` gives.
    public func explain(_ claims: KnownClaims, from provider: ProviderID, emailTrust: EmailTrust) -> Explanation {
        guard providers.contains(provider) else {
            let evaluation = Evaluation(role: nil, mapping: nil, reason: .providerNotAccepted)
            return Explanation(organization: id, evaluation: evaluation, rows: [])
        }
        let source = ClaimSource(claims, emailTrust)
        let mappings = mappings
        let results = mappings.map { $0.evaluate(source) }
        var tally = Tally(strategy: strategy)
        for (index, result) in results.enumerated() { tally.count(index, mappings[index].role, result) }
        let rows = results.enumerated().map { index, result in
            let mapping = mappings[index]
            let verdict = Verdict(result, isDeciding: index == tally.deciding?.index)
            return Explanation.Row(
                mapping: mapping, verdict: verdict, isNearMiss: verdict == .noMatch && mapping.isNearMiss(source),
                detail: verdict == .emailUnverified ? source.emailStanding?.words : nil)
        }
        return Explanation(organization: id, evaluation: tally.evaluation(of: blocks), rows: rows)
    }
}
