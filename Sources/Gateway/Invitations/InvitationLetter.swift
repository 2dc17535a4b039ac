internal import Configuration
internal import Grants
internal import HTTPClient
internal import Mail
internal import Organizations
internal import Pages
internal import Sockets
internal import Text
internal import Time
internal import Web

extension Deployment {
    /// The letter that brings an invitation's link; `nil` where letters are not sent any more, or the organization is
    /// gone.
    func letter(_ outgoing: OutgoingLetter, at now: Timestamp) -> (letter: Letter, route: MailRoute)? {
        let invitation = outgoing.invitation
        guard let mail, let organization = organization(invitation.organization.text) else { return nil }
        let host = AbsoluteURL(publicURL)?.host ?? "localhost"
        let content = InvitationLetter(
            organization: organization.name, role: invitation.role.title, inviter: invitation.inviterEmail,
            link: link(outgoing.token), expiresAt: invitation.expiresAt)
        let letter = Letter(
            from: mail.from, to: invitation.email, subject: content.subject, plainText: content.plainText,
            html: content.html.markup, messageID: "\(outgoing.id)@\(host)", date: now)
        let route = MailRoute(
            host: mail.server.host, port: mail.server.port, isImplicitTLS: mail.server.isImplicitTLS,
            username: mail.username, password: mail.password,
            clientName: IPAddress(host) == nil ? host : host.holds(":") ? "[IPv6:\(host)]" : "[\(host)]")
        return (letter, route)
    }
}
