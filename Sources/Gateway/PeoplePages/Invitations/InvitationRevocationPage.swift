internal import Identities
package import Invitations
package import PageLayout
internal import Policy
internal import Time
package import Web

/// The question whether an invitation is revoked.
package struct InvitationRevocationPage: DocumentPage {
    private let account: Account
    private let organization: OrganizationHeader
    private let invitation: Invitation
    private let path: String
    private let cancel: String
    private let formToken: String
    private let notice: Notice?

    package init(
        account: Account, organization: OrganizationHeader, invitation: Invitation, path: String, cancel: String,
        formToken: String, notice: Notice? = nil
    ) {
        (self.account, self.organization, self.invitation) = (account, organization, invitation)
        (self.path, self.cancel, self.formToken, self.notice) = (path, cancel, formToken, notice)
    }

    package var document: HTML {
        let email = invitation.email.spelling
        let form = ConfirmationForm(
            "Revoke the invitation of \(email)?",
            "The link stops working at once. You can invite this address again at any time.",
            consequences: [
                "The invitation as \(invitation.role.title) would expire on \(account.times.moment(invitation.expiresAt))."
            ], path: path, token: formToken, fields: [], button: "Revoke invitation of \(email)", cancel: cancel,
            notice: notice)
        return organization.questionPage(account, "Revoke invitation", form.markup)
    }
}
