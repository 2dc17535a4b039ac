internal import ClaimEvidence
internal import ClaimMapping
internal import Grants
internal import Identities
internal import Management
internal import PageLayout
internal import Text

extension PreviewedChange {
    /// The change in a few words, such as `add rule 3`.
    func title(_ after: Mapping) -> String {
        let before = table.row(id)
        switch form.action {
        case .add: return "add rule \(after.rank)"
        case .move: return "move rule \(before?.rank ?? after.rank) to \(after.rank)"
        case .edit, .remove: return "change rule \(before?.rank ?? after.rank)"
        }
    }

    func rule(_ after: Mapping) -> MappingPreviewPage.Rule {
        let content = MappingDraft(after)
        let old = table.row(id).map { MappingDraft($0) }
        let isChanged = old.map { $0 != content } ?? false
        return MappingPreviewPage.Rule(
            rank: after.rank, content: content, before: isChanged ? old : nil, place: place(after))
    }

    private func place(_ after: Mapping) -> String {
        if let before = table.row(id) {
            return before.rank == after.rank ? "Stays at position \(after.rank)" : "Was rule \(before.rank)"
        }
        guard table.all.indices.contains(after.rank - 1) else { return "After all other rules" }
        let next = table.all[after.rank - 1]
        return "Before rule \(next.rank) today (\(next.claimName) \(next.match.words) \(next.claimValue)), "
            + "which becomes rule \(next.rank + 1)"
    }

    /// The effects for a page.
    ///
    /// - Parameter name: the display name of a provider.
    func effects(_ name: (ProviderID) -> String) -> RuleEffects {
        let people = preview.people.map { person in
            RuleEffects.Person(
                PersonCell(
                    name: person.name,
                    address: .init(person.signIn.email?.spelling, isVerified: !person.isUnverified),
                    provider: name(person.signIn.provider), subject: person.signIn.identity.subject.text),
                before: person.before, after: person.after, reason: reason(person))
        }
        let unverified = preview.raisedUnverified.isEmpty ? nil : preview.raisedUnverifiedTag
        let unreadable = preview.unreadable.map { person in
            PersonCell(
                name: person.name, address: .init(person.email?.spelling, isVerified: !person.isUnverified),
                provider: name(person.provider), subject: person.identity.subject.text)
        }
        return RuleEffects(
            people: people, unreadable: unreadable, unchanged: preview.unchanged, recent: preview.recent,
            own: preview.own,
            shadowed: preview.shadowed, wouldLockOut: preview.wouldLockOut, unverifiedTag: unverified)
    }

    private func reason(_ person: MappingPreview.Person) -> String {
        guard let rule = person.ruleAfter.flatMap({ preview.table.row($0) }) else { return person.reason.words }
        let old = person.ruleBefore.flatMap { preview.table.row($0) }
        if rule.id.isExactly(id), let old, !old.id.isExactly(id), old.rank > rule.rank {
            return "Rule \(rule.rank) applies before rule \(old.rank)"
        }
        guard rule.id.isExactly(id), !person.values.isEmpty else { return "Rule \(rule.rank) applies" }
        return "\(rule.claimName): \(person.values.map { $0.cut(toShow: 80) }.joined(separator: ", "))"
    }
}
