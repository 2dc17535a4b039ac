internal import AccessUseCases
internal import ClaimEvidence
internal import ClaimMapping
internal import JSON
internal import Management
internal import PageLayout
internal import Text
internal import Web

/// Every rule with its verdict and the values that arrived.
struct ExplainedRules {
    let rows: [Explanation.Row]
    let claims: JSONValue
    /// Why the role of a matching rule does not apply, if a suspension or a stored role overrides it.
    let override: String?

    /// The rules that are shown at most. Those that match, almost match or are undecided come before the others.
    private static let most = 100

    var markup: HTML {
        let shown = shownRows
        let rest: HTML? =
            rows.count > shown.count
            ? "<p class=\"panel-note\">\(Number.grouped(rows.count - shown.count)) more rules are not shown.</p>" : nil
        return """
            <section class="panel explained" aria-labelledby="rules"><header><h2 id="rules">Rules, in the order they are checked</h2> <span class="pill">\(rows.count)</span></header><ol>\(shown.map(item))</ol>\(rest)</section>
            """
    }

    private var shownRows: [Explanation.Row] {
        guard rows.count > ExplainedRules.most else { return rows }
        let telling = rows.filter { $0.isNearMiss || $0.verdict != .noMatch && $0.verdict != .claimAbsent }
        let ids = Set(telling.prefix(ExplainedRules.most).map(\.mapping.rank))
        let room = ExplainedRules.most - ids.count
        let others = Set(rows.lazy.filter { !ids.contains($0.mapping.rank) }.prefix(room).map(\.mapping.rank))
        return rows.filter { ids.contains($0.mapping.rank) || others.contains($0.mapping.rank) }
    }

    private func item(_ row: Explanation.Row) -> HTML {
        let rule = row.mapping
        let evidence = ClaimEvidence(row.mapping.claimCondition, row.verdict, isNearMiss: row.isNearMiss, claims)
        let kind: HTML = row.isNearMiss || row.verdict == .emailUnverified ? " class=\"near\"" : ""
        let detail = row.detail.map { "<p class=\"quiet small\">\($0)</p>" as HTML }
        return """
            <li\(kind)><div class="rule-line"><span class="pill">\(rule.rank)</span><div class="rule-text"><span>\(rule.conditionChip.markup) <span class="gives"><span class="to" aria-hidden="true">→</span> \(rule.role.title)</span></span></div>\(badge(row).markup)</div>\(evidence.markup)\(detail)</li>

            """
    }

    /// The rank of the rule that decided among the rules.
    private var deciding: Int? { rows.first { $0.verdict == .matched }?.mapping.rank }

    private func badge(_ row: Explanation.Row) -> Badge {
        switch row.verdict {
        case .matched:
            if let override { return Badge(.neutral, "Matches, but \(override)") }
            return Badge(.good, "Matched (this rule applies)")
        case .shadowed:
            guard let deciding else { return Badge(.neutral, "Matches, but an earlier rule is undecided") }
            return Badge(
                .neutral,
                deciding < row.mapping.rank
                    ? "Matches, but an earlier rule applies" : "Matches, but a rule with a higher role applies")
        case .noMatch: return row.isNearMiss ? Badge(.near, "Almost matches") : Badge(.neutral, "Doesn't match")
        case .claimAbsent: return Badge(.neutral, "Claim missing")
        case .emailUnverified: return Badge(.near, "Email not verified by the provider")
        case .claimIncomplete: return Badge(.near, "Claim left out by the provider")
        }
    }
}
