package import ClaimMapping
package import Identities
package import PageLayout
internal import Web

/// The effects of a change of rules on the people who signed in.
package struct RuleEffects: Sendable {
    /// A user whose role changes.
    package struct Person: Sendable {
        let cell: PersonCell
        let before: Role?
        let after: Role?
        /// The reason for the role after the change, or for its absence.
        let reason: String

        package init(_ cell: PersonCell, before: Role?, after: Role?, reason: String) {
            (self.cell, self.before, self.after, self.reason) = (cell, before, after, reason)
        }
    }

    /// The users whose role changes, those with an unverified address first.
    let people: [Person]
    /// The users on whom the effect is unknown, because their last sign-in cannot be read.
    let unreadable: [PersonCell]
    let unchanged: Int
    /// The number of evaluated users who signed in within the last 30 days.
    let recent: Int
    /// The acting manager's role before and after.
    let own: (before: Role?, after: Role?)
    /// The rules that would no longer apply to anyone.
    let shadowed: [Mapping]
    /// Whether the organization would lose its last manager.
    let wouldLockOut: Bool
    /// The tag of the users with an unverified address who gain a role, or a higher one; nil if there are none.
    let unverifiedTag: String?

    package init(
        people: [Person], unreadable: [PersonCell], unchanged: Int, recent: Int, own: (before: Role?, after: Role?),
        shadowed: [Mapping], wouldLockOut: Bool, unverifiedTag: String?
    ) {
        self.people = people.filter(\.cell.isUnverified) + people.filter { !$0.cell.isUnverified }
        (self.unreadable, self.unchanged, self.recent, self.own) = (unreadable, unchanged, recent, own)
        (self.shadowed, self.wouldLockOut, self.unverifiedTag) = (shadowed, wouldLockOut, unverifiedTag)
    }

    var gains: [Person] { people.filter { $0.before == nil } }
    var losses: [Person] { people.filter { $0.after == nil } }
    var changes: [Person] { people.filter { $0.before != nil && $0.after != nil } }
    /// The users who gain a role, or a higher one.
    private var raised: [Person] {
        people.filter { person in person.after.map { after in person.before.map { $0 < after } ?? true } ?? false }
    }
    private var raisedUnverified: [Person] { raised.filter(\.cell.isUnverified) }
    /// Whether the acting manager would no longer be a manager.
    var losesOwnRole: Bool { own.before == .manager && own.after != .manager }

    // MARK: Words

    /// `The preview uses the last sign-ins of 41 people within 30 days.`
    var basis: String {
        let all = people.count + unchanged
        let people = all == 1 ? "1 person" : "\(Number.grouped(all)) people"
        return recent == all
            ? "The preview uses the last sign-ins of \(people) within 30 days."
            : "The preview uses the last sign-ins of \(people), \(Number.grouped(recent)) of them within 30 days."
    }

    /// `2 people can't be evaluated: their last sign-in can't be read.` Nil if all were evaluated.
    var unknown: String? {
        switch unreadable.count {
        case 0: nil
        case 1: "1 person can't be evaluated: their last sign-in can't be read."
        default:
            "\(Number.grouped(unreadable.count)) people can't be evaluated: their last sign-in can't be read."
        }
    }

    static func title(_ role: Role?) -> String { role?.title ?? "No role" }

    /// The statement that the manager must confirm before an unverified user gains a role.
    var statement: String {
        raisedUnverified.contains { $0.before == nil }
            ? "I understand that this rule lets in an account whose email address isn't verified."
            : "I understand that this rule gives a higher role to an account whose email address isn't verified."
    }

    /// The field of the statement; nil if no unverified user gains a role.
    func acknowledgement(fault: String?) -> FormField? {
        unverifiedTag == nil
            ? nil : FormField("understood", statement, .check, value: "yes", fault: fault, isRequired: true)
    }

    // MARK: Markup

    var figures: HTML {
        func figure(_ count: Int, _ label: String, needsAttention: Bool = false) -> HTML {
            let kind: HTML = needsAttention && count > 0 ? " class=\"attention\"" : ""
            return "<li\(kind)><strong>\(Number.grouped(count))</strong> \(label)</li>"
        }
        return """
            <ul class="effects" aria-label="Effects">\(figure(gains.count, "gain access"))\(figure(losses.count, "lose access", needsAttention: true))\(figure(changes.count, "change role", needsAttention: true))\(figure(unchanged, "stay as they are"))</ul>
            """
    }

    /// The warning about unverified users who gain a role; nil if there are none.
    ///
    /// - Parameter claim: the claim that the changed rule looks at; nil if the change is not one of a rule's condition.
    func warning(claim: String?) -> HTML? {
        guard unverifiedTag != nil else { return nil }
        let (count, all) = (raisedUnverified.count, raised)
        let isOne = count == 1
        let gain = all.contains { $0.before != nil } ? "a higher role" : "access"
        let start: HTML =
            all.count == 1
            ? "<strong>The person who gains \(gain) has an unverified email address.</strong>"
            : "<strong>\(count) of the \(all.count) people who gain \(gain) \(isOne ? "has" : "have") an unverified email address.</strong>"
        let cause: HTML? = claim.flatMap {
            Mapping.isEmail($0)
                ? nil
                : " The rule looks at <code>\($0)</code>, not at the address, so it lets \(isOne ? "this account" : "these accounts") in."
        }
        return Notice(.caution, "\(start)\(cause) Check the user ID with the provider.").markup
    }

    /// The warning about users on whom the effect is unknown; nil if there are none.
    var doubt: HTML? {
        unknown.map { sentence in
            Notice(
                .caution,
                "<strong>\(sentence)</strong> Whether this change concerns them shows when they sign in again."
            ).markup
        }
    }

    /// Further consequences as items of a list.
    var consequences: [HTML] {
        var items: [HTML] = []
        if own.before != own.after {
            items.append(
                "<strong>Your own role changes</strong> from \(RuleEffects.title(own.before)) to \(RuleEffects.title(own.after))."
            )
        }
        items += shadowed.prefix(10).map {
            "Rule \($0.rank) \($0.conditionChip.markup) no longer applies to anyone: another rule matches the same values first."
        }
        if shadowed.count > 10 {
            items.append("\(shadowed.count - 10) more rules no longer apply to anyone.")
        }
        return items
    }

    var lists: HTML {
        """
        \(list("Gain access", "gain", gains))\(list("Lose access", "lose", losses))\(list("Change role", "change", changes))\(unknownList)
        """
    }

    /// The people that one list shows at most.
    private static let most = 50

    private func list(_ title: String, _ id: String, _ people: [Person]) -> HTML? {
        guard !people.isEmpty else { return nil }
        let items = people.prefix(RuleEffects.most).map { person -> HTML in
            let before: HTML =
                person.before == nil
                ? "<span class=\"quiet\">No role</span>" : "<del>\(RuleEffects.title(person.before))</del>"
            return item(
                person.cell,
                """
                <span>\(before) <span class="to" aria-hidden="true">→</span><span class="hidden"> becomes</span> \(RuleEffects.title(person.after))</span><span class="quiet small">\(person.reason)</span>
                """)
        }
        return section(title, id, people.count, items)
    }

    private var unknownList: HTML? {
        guard !unreadable.isEmpty else { return nil }
        let items = unreadable.prefix(RuleEffects.most).map { cell in
            item(cell, "<span class=\"quiet\">Unknown</span><span class=\"quiet small\">Must sign in again</span>")
        }
        return section("Can't be evaluated", "unknown", unreadable.count, items)
    }

    private func item(_ cell: PersonCell, _ difference: HTML) -> HTML {
        let kind: HTML = cell.isUnverified ? " class=\"unverified-bar\"" : ""
        return """
            <li\(kind)>\(cell.markup)<div class="difference">\(difference)</div></li>

            """
    }

    private func section(_ title: String, _ id: String, _ count: Int, _ items: [HTML]) -> HTML {
        let rest: HTML? =
            count > RuleEffects.most
            ? "<p class=\"panel-note\">and \(Number.grouped(count - RuleEffects.most)) more</p>" : nil
        return """
            <section class="panel effect-list" aria-labelledby="\(id)"><header><h2 id="\(id)">\(title)</h2> <span class="pill">\(Number.grouped(count))</span></header><ul class="people">\(items)</ul>\(rest)</section>
            """
    }
}
