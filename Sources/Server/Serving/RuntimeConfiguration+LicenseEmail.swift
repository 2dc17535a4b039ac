internal import Configuration
internal import Endpoints
internal import Identities
package import InventoryStore
package import Mail
internal import MetricsPages
internal import RuntimeConfiguration
package import Time
internal import Web

extension RuntimeConfiguration {
    /// The email about a crossed threshold of a license. Nil if emails are no longer sent, if the organization is gone,
    /// or if the address cannot receive mail.
    package func email(_ outgoing: LicenseEmail, at now: Timestamp) -> (email: EmailMessage, route: MailRoute)? {
        guard let mail, let organization = organization(outgoing.notice.organization.text),
            let recipient = try? Mailbox(outgoing.recipient.spelling)
        else { return nil }
        let content = LicenseMessage(
            outgoing.notice, organization: organization.name,
            link: publicURL + Paths.organization.path(organization.id.text))
        return (
            email(
                from: mail, to: recipient, content.subject, content.plainText, content.html,
                id: "license-\(outgoing.id)", at: now), route(mail)
        )
    }
}
