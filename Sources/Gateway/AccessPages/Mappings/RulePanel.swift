internal import ClaimEvidence
internal import ClaimMapping
internal import HTTPMessage
internal import Identities
package import PageLayout
package import Text
internal import Web

/// The form of one rule, beside the list.
package struct RulePanel: Sendable {
    let draft: RuleDraft
    /// The faults of what was typed, by field.
    let faults: [ExactText: String]
    /// The user for whom the rule is made; nil if it is for no particular user.
    let person: PersonCell?
    /// Claims and values that may fill in the form; nil for none.
    let seen: SeenClaims?

    package init(
        draft: RuleDraft, faults: [ExactText: String] = [:], person: PersonCell? = nil, seen: SeenClaims? = nil
    ) {
        (self.draft, self.faults, self.person, self.seen) = (draft, faults, person, seen)
    }

    /// The rules that another one can be placed among.
    struct Places {
        let all: [Mapping]
        let fileCount: Int
    }

    /// The number of rules up to which each place is an option.
    private static let mostOptions = 60

    func markup(path: String, token: String, among places: Places) -> HTML {
        let id: HTML? = draft.id.map { "<input type=\"hidden\" name=\"id\" value=\"\($0)\">" }
        let person = person.map { "<div class=\"boxed\">\($0.markup)</div>" as HTML }
        let title = draft.id == nil ? "Add a rule" : "Edit rule \(currentRank(places).map(String.init) ?? "")"
        return """
            <aside class="panel rule-panel" id="rule" aria-labelledby="rule-title"><header><h2 id="rule-title">\(title)</h2><a class="close" href="\(path)" aria-label="Close">\(Icon.close.markup)</a></header>
            <form method="post" action="\(path)"><input type="hidden" name="csrf_token" value="\(token)"><input type="hidden" name="step" value="preview"><input type="hidden" name="action" value="\(draft.id == nil ? "add" : "edit")">\(id)<div class="rule-fields">\(person)\(fields(places).map(markup))\(more)</div>\(seen?.carrierLine)
            <div class="foot-buttons"><button type="submit" class="primary">Preview rule</button><a class="button" href="\(path)">Cancel</a></div></form></aside>
            """
    }

    private func currentRank(_ places: Places) -> Int? {
        draft.id.flatMap { id in places.all.first { $0.id.isExactly(id) }?.rank }
    }

    /// A field with the suggestions for it.
    private func markup(_ field: FormField) -> HTML {
        let line: HTML? =
            switch ExactText(field.name) {
            case "claim_name": seen?.claimLine
            case "claim_value": seen?.valueLine
            default: nil
            }
        return "\(field.markup)\(line)"
    }

    private func fields(_ places: Places) -> [FormField] {
        [
            FormField(
                "claim_name", "Claim", value: draft.claimName,
                hint:
                    "A claim name, such as <code>groups</code>, or a JSON Pointer, such as <code>/realm_access/roles</code>. In a pointer <code>*</code> stands for every element of a list.",
                fault: faults["claim_name"], maximum: 255),
            FormField(
                "match", "Comparison", .select(Match.allCases.map { ($0.rawValue, $0.words) }),
                value: draft.match.rawValue, fault: faults["match"]),
            FormField(
                "claim_value", "Value", value: draft.claimValue,
                hint:
                    "In a pattern <code>*</code> stands for any characters and <code>?</code> for one. Empty if the claim only has to exist.",
                fault: faults["claim_value"]),
            FormField(
                "role", "Role", .select([Role.viewer, .manager].map { ($0.rawValue, $0.title) }),
                value: draft.role.rawValue, fault: faults["role"]),
            position(places),
        ]
    }

    private func position(_ places: Places) -> FormField {
        let hint: HTML? = places.fileCount > 0 ? "Rules from the configuration file always come first." : nil
        let others = places.all.dropFirst(places.fileCount).filter { !$0.id.isExactly(draft.id ?? "") }
        let last = places.fileCount + others.count + 1
        guard others.count <= RulePanel.mostOptions else {
            return FormField(
                "rank", "Position", value: draft.rank,
                hint: "From \(places.fileCount + 1) to \(last). Empty for the last position. \(hint)",
                fault: faults["rank"], maximum: 7, placeholder: String(last))
        }
        let options = others.enumerated().map { index, rule -> (value: String, title: String) in
            let rank = places.fileCount + index + 1
            return (String(rank), "\(rank), before \(RulePanel.short(rule))")
        }
        // Any number that was typed or linked beyond the last place means the last place.
        let chosen = Int(draft.rank).map { String(min($0, last)) } ?? String(last)
        return FormField(
            "rank", "Position", .select(options + [(String(last), "Last (\(last))")]), value: chosen, hint: hint,
            fault: faults["rank"])
    }

    /// A rule's condition, or its rank if the condition is too long for an option.
    private static func short(_ rule: Mapping) -> String {
        let text = "\(rule.claimName) \(rule.match.words)\(rule.match == .exists ? "" : " \(rule.claimValue)")"
        return text.unicodeScalars.count <= 60 ? text : "rule \(rule.rank)"
    }

    private var more: HTML {
        let isOpen: HTML = draft.split.isEmpty && faults["split"] == nil ? "" : " open"
        let field = FormField(
            "split", "Split at", value: draft.split,
            hint: "If the claim is one string with several values in it: the character between them.",
            fault: faults["split"], maximum: 1, placeholder: "never")
        return "<details\(isOpen)><summary>More options</summary>\(field.markup)</details>"
    }
}
