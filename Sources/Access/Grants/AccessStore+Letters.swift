internal import Audit
public import Databases
public import Time

/// An invitation letter that is due, with its own link.
public struct OutgoingLetter: Sendable {
    /// The id of this attempt; each attempt has another link.
    public let id: String
    public let invitation: Invitation
    public let token: InvitationToken
}

/// The outcome of one attempt to send a letter.
public enum LetterOutcome: Sendable, Hashable {
    case sent
    /// The attempt failed. The letter is tried again at this time, unless the limit of attempts is reached.
    case delayed(String, until: Timestamp)
    case failed(String)
}

// Each attempt makes its own link, because an unstored token cannot be sent again. All links work until the invitation
// is accepted, revoked or sent again. The store therefore holds no secret that opens an invitation, not even sealed.
extension AccessStore {
    /// The longest time between two attempts. A later time was set by a clock that was ahead, so the letter is due.
    static let longestLetterWait: Duration = .seconds(8 * 3600)

    /// Takes the letter that has waited longest. The lease keeps other workers from sending it meanwhile. Returns nil
    /// if no letter is due.
    public func takeLetter(for lease: Duration) async throws(DatabaseError) -> OutgoingLetter? {
        let result = try await change { moment, transaction throws(DatabaseError) -> ChangeOutcome<OutgoingLetter> in
            let due = try AccessStore.invitations(
                """
                delivery = 'queued' AND (next_attempt_at <= $1 OR next_attempt_at > $2) AND state = 'pending'
                    AND NOT \(AccessStore.hasRunOut(at: "$1"))
                ORDER BY next_attempt_at, id LIMIT 1
                """, .integer(moment.seconds), .integer((moment + AccessStore.longestLetterWait).latestStored.seconds),
                at: moment,
                transaction)
            guard let invitation = due.first else { return .refused(.notFound) }
            try transaction.execute(
                "UPDATE invitation SET attempts = attempts + 1, next_attempt_at = $2 WHERE id = $1",
                .text(invitation.id), .integer((moment + lease).seconds))
            let token = try AccessStore.makeToken(of: invitation.id, transaction)
            return .kept(
                OutgoingLetter(id: try AccessStore.makeID(at: moment), invitation: invitation, token: token), [])
        }
        return try? result.get()
    }

    /// Stores the outcome of an attempt, unless the invitation was sent again meanwhile.
    public func settle(_ letter: OutgoingLetter, _ outcome: LetterOutcome) async throws(DatabaseError) {
        _ = try await change { moment, transaction throws(DatabaseError) -> ChangeOutcome<Void> in
            guard let hash = try? letter.token.hash,
                try transaction.first(
                    "SELECT 1 FROM invitation_token WHERE hash = $1", .blob(hash),
                    read: { _ throws(DatabaseError) in 1 })
                    != nil
            else { return .refused(.notFound) }
            let id = letter.invitation.id
            switch outcome {
            case .delayed(let failure, let next):
                try transaction.execute(
                    "UPDATE invitation SET next_attempt_at = $2, last_failure = $3 WHERE id = $1 AND delivery = 'queued'",
                    .text(id), .integer(min(next, moment + AccessStore.longestLetterWait).seconds), .text(failure))
                return .kept((), [])
            case .sent:
                try transaction.execute(
                    "UPDATE invitation SET delivery = 'sent', next_attempt_at = NULL, last_failure = NULL WHERE id = $1",
                    .text(id))
                try AccessStore.append(
                    AuditRecord(.invitationSend, by: .system), about: letter.invitation, at: moment, transaction)
            case .failed(let failure):
                try transaction.execute(
                    "UPDATE invitation SET delivery = 'failed', next_attempt_at = NULL, last_failure = $2 WHERE id = $1",
                    .text(id), .text(failure))
                try AccessStore.append(
                    AuditRecord(
                        .invitationSend, by: .system, outcome: .failure, reason: "undeliverable",
                        details: [("failure", failure)]), about: letter.invitation, at: moment, transaction)
            }
            return .kept((), [])
        }
    }
}
