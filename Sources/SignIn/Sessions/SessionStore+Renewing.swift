internal import Cryptography
public import Databases

/// The claim of a session's renewal. A refresh token may work once only, so one process at a time may send it.
extension SessionStore {
    /// Longer than a request to the provider and the storing of its result may take, in seconds.
    private static let renewalTime = 90

    /// Claims the renewal of a session for this process.
    ///
    /// - Returns: false if another process renews the session, or if it was renewed or ended since it was read. The
    ///   session is then read again at its next use.
    public func claimRenewal(of session: Session) async throws(DatabaseError) -> Bool {
        guard database.isShared else { return true }
        guard try await database.claim(SessionStore.renewal(of: session), for: SessionStore.renewalTime) else {
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

    private static func renewal(of session: Session) -> String { "renewal \(session.id)" }
}
