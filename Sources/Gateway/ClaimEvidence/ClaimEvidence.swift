package import AccessUseCases
package import ClaimMapping
package import JSON
internal import Management
internal import Text
package import Web

/// The values that arrived for the condition of a rule, beside the rule's own if it almost matches.
package struct ClaimEvidence: Sendable {
    private let condition: ClaimCondition
    private let verdict: Verdict
    private let isNearMiss: Bool
    private let values: [ArrivedValue]
    /// The JSON texts of values that no rule compares, such as objects.
    private let others: [String]
    /// The difference of the first value that almost matches; nil if there is none, or if it is too long to compare.
    package let difference: TextDifference?

    /// The values that are shown at once, and behind a button.
    private static let (few, most) = (6, 12)
    private static let length = 200

    /// - Parameters:
    ///   - verdict: the verdict on the condition.
    ///   - isNearMiss: whether a value differs from the condition's only by case or white space.
    package init(_ condition: ClaimCondition, _ verdict: Verdict, isNearMiss: Bool, _ claims: JSONValue) {
        (self.condition, self.verdict, self.isNearMiss) = (condition, verdict, isNearMiss)
        let arrived = ClaimNames.isSecret(condition.claimName) ? [] : condition.arrived(in: claims)
        func values(_ kind: ArrivedValue.Comparison) -> [ArrivedValue] { arrived.filter { $0.comparison == kind } }
        self.values = values(.equal) + values(.almost) + values(.different)
        others = arrived.isEmpty ? condition.values(in: claims).map(\.shownText) : []
        difference =
            isNearMiss
            ? values(.almost).first.flatMap {
                TextDifference($0.text, from: condition.claimValue, isPattern: condition.match == .glob)
            } : nil
    }

    package var markup: HTML {
        let compared = isNearMiss
        let ruleLine: HTML? =
            compared ? "<div><dt>Rule</dt><dd>\(chip(difference?.rule, condition.claimValue))</dd></div>" : nil
        return """
            <dl class="evidence"><div><dt>Arrived</dt><dd>\(arrived)</dd></div>\(ruleLine)</dl>\(compared ? sentence : nil)
            """
    }

    private var arrived: HTML {
        if ClaimNames.isSecret(condition.claimName) { return "<span class=\"quiet\">Not shown</span>" }
        guard !values.isEmpty || !others.isEmpty else {
            return verdict == .claimIncomplete
                ? "<span class=\"quiet\">Nothing: the provider left the claim out</span>"
                : "<span class=\"quiet\">Nothing: the sign-in carried no <code>\(condition.claimName)</code></span>"
        }
        let chips =
            values.enumerated().map { index, value in
                chip(
                    index == 0 && isNearMiss ? difference?.arrived : nil, value.text,
                    isEqual: value.comparison == .equal && (verdict == .matched || verdict == .shadowed),
                    isDoubtful: value.comparison == .equal && verdict == .emailUnverified)
            } + others.map { chip(nil, $0) }
        let folded = chips.dropFirst(ClaimEvidence.few)
        let rest = folded.count - ClaimEvidence.most
        let more: HTML? =
            folded.isEmpty
            ? nil
            : "<details><summary>\(folded.count) more</summary>\(folded.prefix(ClaimEvidence.most).map { $0 })\(rest > 0 ? "<span class=\"quiet small\">and \(rest) more</span>" as HTML : nil)</details>"
        return "\(Array(chips.prefix(ClaimEvidence.few)))\(more)"
    }

    private func chip(
        _ pieces: [TextDifference.Piece]?, _ text: String, isEqual: Bool = false, isDoubtful: Bool = false
    ) -> HTML {
        let kind: HTML = isEqual ? " equal" : isDoubtful ? " doubtful" : ""
        let note: HTML? = isEqual ? "<span class=\"hidden\"> (matches)</span>" : nil
        guard let pieces else {
            return
                "<code class=\"value\(kind)\">\(SpacedText(text.cut(toShow: ClaimEvidence.length)).markup)</code>\(note) "
        }
        let parts = pieces.map { piece -> HTML in piece.isDifferent ? "<mark>\(piece.text)</mark>" : "\(piece.text)" }
        return "<code class=\"value\">\(parts)</code> "
    }

    private var sentence: HTML {
        let isGroups = condition.claimName.isExactly("groups")
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
