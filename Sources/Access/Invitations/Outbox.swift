internal import Audit
public import Cryptography
public import Databases
internal import Grants
public import Time

/// An invitation's email that is due, with its own link.
public struct OutgoingEmail: Sendable {
    /// The id of this attempt; each attempt has another link.
    public let id: String
    public let invitation: Invitation
    public let token: InvitationToken
}

/// The outcome of one attempt to send an email.
public enum DeliveryOutcome: Sendable, Hashable {
    case sent
    /// The attempt failed. The email is tried again at this time, unless the limit of attempts is reached.
    case delayed(String, until: Timestamp)
    case failed(String)
}

/// The emails of invitations that wait to be sent.
///
/// Each attempt makes its own link, because an unstored token cannot be sent again. All links work until the invitation
/// is accepted, revoked or sent again. The store therefore holds no secret that opens an invitation, not even sealed.
public struct Outbox: Sendable {
    /// The longest time between two attempts. A later time was set by a clock that was ahead, so the email is due.
    private static let longestWait: Duration = .seconds(8 * 3600)

    private let access: AccessStore

    public init(_ invitations: InvitationStore) {
        access = invitations.access
    }

    /// Takes the email that has waited longest. During the lease, no other worker takes it. Returns nil
    /// if no email is due.
    public func take(for lease: Duration) async throws(DatabaseError) -> OutgoingEmail? {
        let result = try await access.change {
            moment, transaction throws(DatabaseError) -> ChangeOutcome<OutgoingEmail> in
            let due = try InvitationTable.invitations(
                """
                delivery = 'queued' AND (next_attempt_at <= $1 OR next_attempt_at > $2) AND state = 'pending'
                    AND NOT \(InvitationTable.hasRunOut(at: "$1"))
                ORDER BY next_attempt_at, id LIMIT 1
                """, .integer(moment.seconds), .integer((moment + Outbox.longestWait).latestStored.seconds),
                at: moment, transaction)
            guard let invitation = due.first else { return .refused(.notFound) }
            try transaction.execute(
                "UPDATE invitation SET attempts = attempts + 1, next_attempt_at = $2 WHERE id = $1",
                .text(invitation.id), .integer((moment + lease).seconds))
            let token = try InvitationTable.makeToken(of: invitation.id, transaction)
            return .kept(
                OutgoingEmail(id: try AccessStore.makeID(at: moment), invitation: invitation, token: token))
        }
        return try? result.get()
    }

    /// Stores the outcome of an attempt, unless the invitation was sent again in the meantime.
    public func settle(_ email: OutgoingEmail, _ outcome: DeliveryOutcome) async throws(DatabaseError) {
        _ = try await access.change { moment, transaction throws(DatabaseError) -> ChangeOutcome<Void> in
            guard let hash = try? email.token.digest.bytes,
                try transaction.first(
                    "SELECT 1 FROM invitation_token WHERE hash = $1", .blob(hash),
                    read: { _ throws(DatabaseError) in 1 })
                    != nil
            else { return .refused(.notFound) }
            let id = email.invitation.id
            switch outcome {
            case .delayed(let failure, let next):
                try transaction.execute(
                    "UPDATE invitation SET next_attempt_at = $2, last_failure = $3 WHERE id = $1 AND delivery = 'queued'",
                    .text(id), .integer(min(next, moment + Outbox.longestWait).seconds), .text(failure))
            case .sent:
                try transaction.execute(
                    "UPDATE invitation SET delivery = 'sent', next_attempt_at = NULL, last_failure = NULL WHERE id = $1",
                    .text(id))
                try InvitationTable.append(
                    AuditRecord(.invitationSend, by: .system), about: email.invitation, at: moment, transaction)
            case .failed(let failure):
                // A sender that was held up for longer than its lease says nothing about the email of another one.
                let count = try transaction.execute(
                    """
                    UPDATE invitation SET delivery = 'failed', next_attempt_at = NULL, last_failure = $2
                    WHERE id = $1 AND delivery = 'queued'
                    """, .text(id), .text(failure))
                guard count > 0 else { return .refused(.notFound) }
                try InvitationTable.append(
                    AuditRecord(
                        .invitationSend, by: .system, outcome: .failure, reason: "undeliverable",
                        details: [("failure", failure)]), about: email.invitation, at: moment, transaction)
            }
            return .kept(())
        }
    }
}
