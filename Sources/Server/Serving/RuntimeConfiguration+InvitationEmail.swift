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
        let host = AbsoluteURL(publicURL)?.host ?? "localhost"
        let content = InvitationEmail(
            organization: organization.name, role: invitation.role.title, inviter: invitation.inviterEmail?.spelling,
            link: link(outgoing.token), expiresAt: invitation.expiresAt)
        let domain = IPAddress(host) == nil ? host : host.holds(":") ? "[IPv6:\(host)]" : "[\(host)]"
        let email = EmailMessage(
            from: mail.from, to: recipient, subject: content.subject, plainText: content.plainText,
            html: content.html.markup, messageID: "\(outgoing.id)@\(domain)", date: now)
        let route = MailRoute(
            host: mail.server.host, port: mail.server.port, isImplicitTLS: mail.server.isImplicitTLS,
            username: mail.username, password: mail.password, authoritiesFile: mail.caFile, clientName: domain)
        return (email, route)
    }
}
