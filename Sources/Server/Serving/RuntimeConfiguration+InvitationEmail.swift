internal import AccessUseCases
internal import Addresses
internal import Configuration
internal import HTTPMessage
internal import Identities
package import Invitations
package import Mail
internal import PageLayout
internal import RuntimeConfiguration
internal import SignInPages
internal import Text
package import Time
internal import Web

extension RuntimeConfiguration {
    /// The email with an invitation's link; nil if emails are no longer sent, if the organization is gone, or if the
    /// address cannot receive mail.
    package func email(_ outgoing: OutgoingEmail, at now: Timestamp) -> (email: EmailMessage, route: MailRoute)? {
        let invitation = outgoing.invitation
        guard let mail, let organization = organization(invitation.organization),
            let recipient = try? Mailbox(invitation.email.spelling)
        else { return nil }
        let content = InvitationEmail(
            organization: organization.name, role: invitation.role.title, inviter: invitation.inviterEmail?.spelling,
            link: outgoing.token.link(at: publicURL), expiresAt: invitation.expiresAt)
        return (
            self.email(
                from: mail, to: recipient, content.subject, content.plainText, content.html, id: outgoing.id, at: now),
            route(mail)
        )
    }
}
