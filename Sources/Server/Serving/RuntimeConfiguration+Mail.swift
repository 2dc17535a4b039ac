internal import Addresses
internal import Configuration
internal import Endpoints
internal import HTTPMessage
internal import Mail
internal import RuntimeConfiguration
internal import Text
internal import Time
internal import Web

extension RuntimeConfiguration {
    /// The route to the mail server.
    func route(_ mail: MailSettings) -> MailRoute {
        MailRoute(
            host: mail.server.host, port: mail.server.port, isImplicitTLS: mail.server.isImplicitTLS,
            username: mail.username, password: mail.password, authoritiesFile: mail.caFile, clientName: mailDomain)
    }

    /// An email of the gateway.
    ///
    /// - Parameter id: the first part of the message's id.
    func email(
        from mail: MailSettings, to recipient: Mailbox, _ subject: String, _ plainText: String, _ html: HTML,
        id: String, at now: Timestamp
    ) -> EmailMessage {
        EmailMessage(
            from: mail.from, to: recipient, subject: subject, plainText: plainText, html: html.markup,
            messageID: "\(id)@\(mailDomain)", date: now)
    }

    /// The gateway's name towards mail servers: the host of its URL, an address as a literal (RFC 5321, section 4.1.3).
    private var mailDomain: String {
        let host = AbsoluteURL(publicURL)?.host ?? "localhost"
        return IPAddress(host) == nil ? host : host.holds(":") ? "[IPv6:\(host)]" : "[\(host)]"
    }
}
