package import ClaimMapping
package import PageLayout
package import Web

/// The question before a rule is removed, with the people whose role it changes.
package struct MappingRemovalPage: DocumentPage {
    let account: Account
    let organization: OrganizationHeader
    let rule: Mapping
    let effects: RuleEffects
    let tag: String
    let formToken: String
    package var notice: Notice?
    /// The fault of the acknowledgement; nil if there is none.
    package var fault: String?

    package init(
        account: Account, organization: OrganizationHeader, rule: Mapping, effects: RuleEffects, tag: String,
        formToken: String
    ) {
        (self.account, self.organization, self.rule, self.effects) = (account, organization, rule, effects)
        (self.tag, self.formToken) = (tag, formToken)
    }

    package var document: HTML {
        let title = "Remove rule \(rule.rank)?"
        return Page(
            title: "\(fault == nil ? "" : "1 error · ")\(title) · \(organization.name)", account: account,
            place: (organization, .mappings),
            content: "\(question(title))<div class=\"removal-lists\">\(effects.lists)</div>"
        ).document
    }

    private func question(_ title: String) -> HTML {
        let path = organization.path(.mappings)
        let sentence: HTML =
            "\(rule.conditionChip.markup) <span class=\"to\" aria-hidden=\"true\">→</span> \(rule.role.title). \(effects.basis)"
        guard !effects.wouldLockOut else {
            return """
                <div class="confirmation panel">\(notice?.markup)<h1>Rule \(rule.rank) can't be removed</h1><p>\(sentence)</p><p>The organization would be left without a manager. Make another user a manager first.</p><div class="buttons"><a class="button" href="\(path)">Back to the rules</a></div></div>
                """
        }
        let own = effects.losesOwnRole ? [("confirm", "self")] : []
        let people = effects.unverifiedTag.map { [("people", $0)] } ?? []
        return ConfirmationForm(
            title, sentence, consequences: counts + effects.consequences, path: path, token: formToken,
            fields: [("action", "remove"), ("step", "save"), ("id", rule.id), ("tag", tag)] + own + people,
            inputs: [effects.acknowledgement(fault: fault)].compactMap { $0 }, button: "Remove rule \(rule.rank)",
            cancel: path, notice: notice
        ).markup
    }

    private var counts: [HTML] {
        func line(_ count: Int, _ one: String, _ many: String) -> HTML? {
            count == 0 ? nil : count == 1 ? "1 person \(one)." : "\(Number.grouped(count)) people \(many)."
        }
        let lines = [
            line(effects.losses.count, "loses access", "lose access"),
            line(effects.changes.count, "changes role", "change role"),
            line(effects.gains.count, "gains access", "gain access"),
        ].compactMap { $0 }
        let unknown = [effects.unknown.map { "<strong>\($0)</strong>" as HTML }].compactMap { $0 }
        let rest: HTML =
            lines.isEmpty && unknown.isEmpty
            ? "No one loses access or changes role."
            : lines.isEmpty ? "No one else loses access or changes role." : "Everyone else stays as they are."
        return lines + unknown + [rest, "In effect at once, for open sessions too."]
    }
}
