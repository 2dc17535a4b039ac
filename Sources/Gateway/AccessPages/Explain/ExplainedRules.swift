internal import AccessUseCases
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
        let evidence = RuleEvidence(row, claims)
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

/// The values that arrived for one rule, beside the rule's own if it almost matches.
struct RuleEvidence {
    private let row: Explanation.Row
    private let values: [ArrivedValue]
    /// The JSON texts of values that no rule compares, such as objects.
    private let others: [String]
    /// The difference of the first value that almost matches; nil if there is none, or if it is too long to compare.
    let difference: TextDifference?

    /// The values that are shown at once, and behind a button.
    private static let (few, most) = (6, 12)
    private static let length = 200

    init(_ row: Explanation.Row, _ claims: JSONValue) {
        self.row = row
        let rule = row.mapping
        let arrived = ClaimNames.isSecret(rule.claimName) ? [] : rule.arrived(in: claims)
        func values(_ kind: ArrivedValue.Comparison) -> [ArrivedValue] { arrived.filter { $0.comparison == kind } }
        self.values = values(.equal) + values(.almost) + values(.different)
        others = arrived.isEmpty ? rule.values(in: claims).map(\.shownText) : []
        difference =
            row.isNearMiss
            ? values(.almost).first.flatMap {
                TextDifference($0.text, from: rule.claimValue, isPattern: rule.match == .glob)
            } : nil
    }

    var markup: HTML {
        let compared = row.isNearMiss
        let ruleLine: HTML? =
            compared ? "<div><dt>Rule</dt><dd>\(chip(difference?.rule, row.mapping.claimValue))</dd></div>" : nil
        return """
            <dl class="evidence"><div><dt>Arrived</dt><dd>\(arrived)</dd></div>\(ruleLine)</dl>\(compared ? sentence : nil)
            """
    }

    private var arrived: HTML {
        if ClaimNames.isSecret(row.mapping.claimName) { return "<span class=\"quiet\">Not shown</span>" }
        guard !values.isEmpty || !others.isEmpty else {
            return row.verdict == .claimIncomplete
                ? "<span class=\"quiet\">Nothing: the provider left the claim out</span>"
                : "<span class=\"quiet\">Nothing: the sign-in carried no <code>\(row.mapping.claimName)</code></span>"
        }
        let chips =
            values.enumerated().map { index, value in
                chip(
                    index == 0 && row.isNearMiss ? difference?.arrived : nil, value.text,
                    isEqual: value.comparison == .equal && (row.verdict == .matched || row.verdict == .shadowed),
                    isDoubtful: value.comparison == .equal && row.verdict == .emailUnverified)
            } + others.map { chip(nil, $0) }
        let folded = chips.dropFirst(RuleEvidence.few)
        let rest = folded.count - RuleEvidence.most
        let more: HTML? =
            folded.isEmpty
            ? nil
            : "<details><summary>\(folded.count) more</summary>\(folded.prefix(RuleEvidence.most).map { $0 })\(rest > 0 ? "<span class=\"quiet small\">and \(rest) more</span>" as HTML : nil)</details>"
        return "\(Array(chips.prefix(RuleEvidence.few)))\(more)"
    }

    private func chip(
        _ pieces: [TextDifference.Piece]?, _ text: String, isEqual: Bool = false, isDoubtful: Bool = false
    ) -> HTML {
        let kind: HTML = isEqual ? " equal" : isDoubtful ? " doubtful" : ""
        let note: HTML? = isEqual ? "<span class=\"hidden\"> (matches)</span>" : nil
        guard let pieces else {
            return
                "<code class=\"value\(kind)\">\(SpacedText(text.cut(toShow: RuleEvidence.length)).markup)</code>\(note) "
        }
        let parts = pieces.map { piece -> HTML in piece.isDifferent ? "<mark>\(piece.text)</mark>" : "\(piece.text)" }
        return "<code class=\"value\">\(parts)</code> "
    }

    private var sentence: HTML {
        let isGroups = row.mapping.claimName.isExactly("groups")
        let compared = isGroups ? "Groups are compared exactly." : "Values are compared exactly."
        guard let difference else {
            return "<p class=\"sentence\">Only upper and lower case or white space differ. \(compared)</p>"
        }
        let hasLetters = difference.sentences.first.map { $0.holds(exactly: "upper and lower case") } ?? false
        var sentences = difference.sentences
        if hasLetters { sentences.insert(compared, at: 1) }
        return "<p class=\"sentence\">\(sentences.joined(separator: " "))</p>"
    }
}
