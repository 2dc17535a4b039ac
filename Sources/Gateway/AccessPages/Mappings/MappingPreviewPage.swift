package import Grants
internal import HTTPMessage
package import PageLayout
package import Web

/// The effects of a change of rules before it is made, and the form that makes it.
package struct MappingPreviewPage: DocumentPage {
    /// The rule after the change.
    package struct Rule: Sendable {
        let rank: Int
        let content: MappingDraft
        /// The content before; nil if it stays, or for a new rule.
        let before: MappingDraft?
        /// The rule's place among the others, or its previous rank.
        let place: String

        package init(rank: Int, content: MappingDraft, before: MappingDraft?, place: String) {
            (self.rank, self.content, self.before, self.place) = (rank, content, before, place)
        }
    }

    let account: Account
    let organization: OrganizationHeader
    /// The change, such as `add rule 3`.
    let change: String
    let rule: Rule
    /// The form with this rule; nil for a change without one.
    let draft: RuleDraft?
    let effects: RuleEffects
    /// The fields that make the change.
    let fields: [(name: String, value: String)]
    let tag: String
    let formToken: String
    package var notice: Notice?
    /// The fault of the acknowledgement; nil if there is none.
    package var fault: String?

    package init(
        account: Account, organization: OrganizationHeader, change: String, rule: Rule, draft: RuleDraft?,
        effects: RuleEffects, fields: [(name: String, value: String)], tag: String, formToken: String
    ) {
        (self.account, self.organization, self.change, self.rule) = (account, organization, change, rule)
        (self.draft, self.effects, self.fields) = (draft, effects, fields)
        (self.tag, self.formToken) = (tag, formToken)
    }

    private var path: String { organization.path(.mappings) }

    package var document: HTML {
        let head = PageHead(
            "Preview: \(change)", path: [("Claim rules", path)],
            explanation: "Nothing is saved yet. \(effects.basis)")
        let consequences = effects.consequences
        let more: HTML? =
            consequences.isEmpty
            ? nil
            : "<ul class=\"consequences panel\">\(consequences.map { "<li>\($0)</li>" as HTML })</ul>"
        let content: HTML = """
            <div class="preview">\(notice?.markup)\(line)\(effects.figures)\(effects.doubt)\(effects.warning(claim: draft == nil ? nil : rule.content.claimName))\(lockOut)\(effects.lists)\(more)\(form)</div>
            """
        return Page(
            title: "\(fault == nil ? "" : "1 error · ")\(head.title) · \(organization.name)", account: account,
            place: (organization, .mappings), content: head.markup + content
        ).document
    }

    private var line: HTML {
        let edit = draft.map { draft -> HTML in
            "<a class=\"button slim\" href=\"\(path)?\(FormEncoding.query(draft.query))#rule\">Edit</a>"
        }
        let before = rule.before.map { before -> HTML in
            "<span class=\"quiet small\">Was \(before.conditionChip.markup) <span class=\"to\" aria-hidden=\"true\">→</span> \(before.role.title)</span>"
        }
        return """
            <div class="panel rule-line"><span class="pill new">\(rule.rank)</span><div class="rule-text"><span>\(rule.content.conditionChip.markup) <span class="to" aria-hidden="true">→</span> <strong>\(rule.content.role.title)</strong></span>\(before)</div><span class="quiet small">\(rule.place)</span>\(edit)</div>
            """
    }

    private var lockOut: HTML? {
        effects.wouldLockOut
            ? Notice(
                .caution,
                "<strong>This change can't be saved.</strong> The organization would be left without a manager. Make another user a manager first."
            ).markup : nil
    }

    private var form: HTML {
        let cancel: HTML = "<a class=\"button\" href=\"\(path)\">Cancel</a>"
        guard !effects.wouldLockOut else { return "<div class=\"buttons\">\(cancel)</div>" }
        let isOwn = effects.losesOwnRole
        let own = [("step", "save"), ("tag", tag), ("csrf_token", formToken)]
        let confirmed = (isOwn ? [("confirm", "self")] : []) + (effects.unverifiedTag.map { [("people", $0)] } ?? [])
        let hidden = (fields + own + confirmed).map { field -> HTML in
            "<input type=\"hidden\" name=\"\(field.0)\" value=\"\(field.1)\">"
        }
        let title = isOwn ? "Save rule and remove my own role" : "Save rule"
        let kind: HTML = isOwn ? "destructive" : "primary"
        return """
            <form class="panel save-rule" method="post" action="\(path)">\(hidden)\(effects.acknowledgement(fault: fault)?.markup)<div class="foot-buttons"><button type="submit" class="\(kind)">\(title)</button>\(cancel)<span class="quiet small">In effect at once, for open sessions too.</span></div></form>
            """
    }
}
