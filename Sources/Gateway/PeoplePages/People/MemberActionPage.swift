internal import Endpoints
internal import Grants
internal import Identities
package import PageLayout
package import Web

/// The question before an action on a user, with its consequences.
package struct MemberActionPage: DocumentPage {
    private let account: Account
    private let organization: OrganizationHeader
    private let facts: MemberActionFacts
    /// The list's conditions, and the object of the action.
    private let items: [(name: String, value: String)]
    /// The address of the user's row in the list.
    private let cancel: String
    private let formToken: String
    /// The reason as it was entered.
    package var reason = ""
    package var reasonFault: String?
    package var notice: Notice?
    /// Whether the form confirms the loss of the manager's own role.
    package var confirmsOwnLoss = false

    /// - Parameters:
    ///   - items: the items of the question's address, which the answer carries on.
    ///   - cancel: the address of the user's row in the list.
    package init(
        account: Account, organization: OrganizationHeader, facts: MemberActionFacts,
        items: [(name: String, value: String)], cancel: String, formToken: String
    ) {
        (self.account, self.organization, self.facts) = (account, organization, facts)
        (self.items, self.cancel, self.formToken) = (items, cancel, formToken)
    }

    package var document: HTML {
        let path = Paths.memberAction.path(organization.id.text, facts.person.id, facts.action.rawValue)
        let inputs =
            facts.action == .suspend
            ? [
                FormField(
                    "reason", "Reason (optional, shown in the audit log)", value: reason, fault: reasonFault,
                    maximum: SuspensionTerms.longestReason)
            ] : []
        let form = ConfirmationForm(
            facts.question, facts.sentence(in: organization), person: facts.person.cell(),
            consequences: facts.consequences(in: organization), path: items.address(of: path), token: formToken,
            fields: confirmsOwnLoss ? [("confirm", "self")] : [], inputs: inputs,
            button: confirmsOwnLoss ? "Yes, remove my own role" : facts.button,
            isDestructive: facts.action != .reinstate, cancel: cancel, notice: notice)
        return organization.questionPage(account, facts.button, form.markup)
    }
}
