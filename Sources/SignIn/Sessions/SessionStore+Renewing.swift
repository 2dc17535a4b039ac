public import Audit
internal import Cryptography
public import Databases
internal import Leases

/// The claim of a session's renewal. A refresh token may work once only, so one process at a time may send it.
extension SessionStore {
    private static let renewalSeconds = 90
    /// The time of a claim: longer than a request to the provider and the storing of its result take usually. After it,
    /// another process may renew the session.
    public static let renewalTime: Duration = .seconds(renewalSeconds)

    /// Claims the renewal of a session for this process.
    ///
    /// - Returns: false if another process renews the session, or if it was renewed or ended since it was read. The
    ///   session is then read again at its next use.
    public func claimRenewal(of session: Session) async throws(DatabaseError) -> Bool {
        guard database.isShared else { return true }
        guard try await database.claim(SessionStore.renewal(of: session), for: SessionStore.renewalSeconds) else {
            return false
        }
        guard try await isOutdated(session) else { return true }
        await releaseRenewal(of: session)
        return false
    }

    /// Ends the claim. If the store fails, the claim ends by itself.
    public func releaseRenewal(of session: Session) async {
        try? await database.release(SessionStore.renewal(of: session))
    }

    /// Returns true if the store no longer has the session in this state: another process has renewed or ended it.
    public func isOutdated(_ session: Session) async throws(DatabaseError) -> Bool {
        let version = try await database.read { transaction throws(DatabaseError) in
            try transaction.first(
                "SELECT version FROM session WHERE key = $1 AND ended_at IS NULL", .blob(session.key.bytes)
            ) { row throws(DatabaseError) in row.integer(0) }
        }
        guard version != session.version else { return false }
        cache.remove(session.key)
        return true
    }

    /// Ends a session that its provider refused to renew. If another process has renewed it since it was read, the
    /// provider refused a refresh token that was used up, and the session stays.
    ///
    /// - Parameter records: events to append to the audit log in the transaction.
    /// - Returns: false if the session was renewed or ended since it was read.
    public func endUnlessRenewed(
        _ session: Session, recording records: [AuditRecord]
    ) async throws(DatabaseError) -> Bool {
        let (cache, moment) = (cache, now())
        let result: Result<Bool, Never> = try await database.decide { transaction throws(DatabaseError) in
            let keys = try SessionStore.end(
                "key = $1 AND version = $2", [.blob(session.key.bytes), .integer(session.version)], at: moment,
                transaction)
            if !keys.isEmpty { for record in records { try AuditLog.append(record, at: moment, transaction) } }
            return .commit(!keys.isEmpty, publish: { cache.remove(session.key) })
        }
        return result.get()
    }

    /// Lets the next use of a session read it from the store.
    public func removeFromMemory(_ session: Session) { cache.remove(session.key) }

    private static func renewal(of session: Session) -> String { "renewal \(session.id)" }
}
