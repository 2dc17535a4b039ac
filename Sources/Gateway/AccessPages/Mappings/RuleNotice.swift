internal import AccessUseCases
internal import Audit
internal import PageLayout
internal import Text
internal import Web

/// The notice after a change of rules, from the change's event in the audit log.
struct RuleNotice {
    /// The name of the address item with the number of the event.
    static let item: ExactText = "event"

    let action: RecentAction
    /// The removal, if it can be undone.
    let removal: RuleRemoval?

    /// - Parameter token: the token of the form that undoes the change; nil for none.
    func notice(path: String, token: String?) -> Notice? {
        guard let sentence else { return nil }
        var notice = Notice(.done, "\(sentence) It's in effect now.", dismissal: path)
        if let removal, let token {
            notice.button = ButtonForm(
                path: path, token: token,
                fields: [("action", "undo"), (RuleNotice.item.text, String(action.sequence))], title: "Undo",
                label: "Undo: restore rule \(removal.rule.rank)", kind: "plain")
        }
        return notice
    }

    private var sentence: String? {
        switch action.action {
        case .claimMappingCreate: return action.isReversal ? "Rule restored." : "Rule saved."
        case .claimMappingUpdate:
            guard let before = action.rules.before, let after = action.rules.after else { return "Rule saved." }
            return before.content == after.content && before.rank != after.rank ? "Rule moved." : "Rule saved."
        case .claimMappingDelete: return "Rule removed."
        default: return nil
        }
    }
}
