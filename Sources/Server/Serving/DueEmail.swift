internal import Databases
internal import Identities
internal import Inventory
internal import InventoryStore
internal import Invitations
internal import Mail
internal import RuntimeConfiguration
internal import Time

/// An email that a worker has taken from one of the queues.
enum DueEmail: Sendable {
    case invitation(OutgoingEmail)
    case license(LicenseEmail)

    /// An id that no other email has.
    var id: String {
        switch self {
        case .invitation(let email): email.id
        case .license(let email): "license-\(email.id)"
        }
    }

    /// The number of earlier attempts to send it.
    var attempts: Int {
        switch self {
        case .invitation(let email): email.invitation.attempts
        case .license(let email): email.attempts
        }
    }

    var logFields: [(String, String)] {
        switch self {
        case .invitation(let email):
            [("invitation", email.invitation.id), ("organization", email.invitation.organization.text)]
        case .license(let email):
            [("metric", email.notice.metric.rawValue), ("organization", email.notice.organization.text)]
        }
    }

    /// The message and its route; nil if it can no longer be sent.
    func message(
        under configuration: RuntimeConfiguration, at now: Timestamp
    ) -> (email: EmailMessage, route: MailRoute)? {
        switch self {
        case .invitation(let email): configuration.email(email, at: now)
        case .license(let email): configuration.email(email, at: now)
        }
    }
}

/// The queues of emails: invitations, and notices about licenses.
struct EmailQueues: Sendable {
    let outbox: Outbox
    let notices: LicenseNotices

    /// Takes an email that is due, and no other worker takes it during the lease. Returns nil if no email is due.
    func take(for lease: Duration) async throws(DatabaseError) -> DueEmail? {
        if let email = try await outbox.take(for: lease) { return .invitation(email) }
        return try await notices.take(for: lease).map { .license($0) }
    }

    /// Stores the outcome of an attempt.
    func settle(_ email: DueEmail, _ outcome: DeliveryOutcome) async throws(DatabaseError) {
        switch email {
        case .invitation(let email): try await outbox.settle(email, outcome)
        case .license(let email):
            switch outcome {
            case .sent, .failed: try await notices.remove(email)
            case .delayed(_, let time): try await notices.delay(email, until: time)
            }
        }
    }
}
