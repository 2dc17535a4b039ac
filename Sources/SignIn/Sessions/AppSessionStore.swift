public import Cryptography
public import Databases
public import Identities
internal import Synchronization
internal import Text
internal import Time

/// The store of sessions at applications' hosts, and of the codes that begin them.
///
/// Codes and sessions are stored as hashes only. Both are deleted in the transaction that ends their parent.
public struct AppSessionStore: Sendable {
    /// How long a code can be redeemed.
    public static let codeLifetime: Duration = .seconds(60)
    /// The most codes of one session that wait at once. A browser needs one for each tab that opens an application.
    static let mostCodes = 20

    private let database: Database
    private let replacements: Replacements
    private let now: @Sendable () -> Timestamp

    public init(_ sessions: SessionStore) {
        database = sessions.database
        replacements = sessions.replacedApps
        now = sessions.now
    }

    /// Creates a code that begins a session at a host, in the browser that began the sign-in.
    ///
    /// - Parameters:
    ///   - session: the parent.
    ///   - host: in lower case and without a port.
    ///   - begin: the hash of the cookie that the host set at the beginning.
    /// - Returns: nil if the parent has ended, or if no random bytes are available.
    public func makeCode(
        for session: Session, at host: String, begunWith begin: SecretDigest<BeginPurpose>
    ) async throws(DatabaseError) -> HandoffCode? {
        guard let code = try? HandoffCode.make(), let digest = try? code.digest else { return nil }
        let (key, until) = (session.key, (now() + AppSessionStore.codeLifetime).seconds)
        let count = try await database.write { transaction throws(DatabaseError) in
            try transaction.execute(
                """
                DELETE FROM handoff_code WHERE code IN (
                    SELECT code FROM handoff_code WHERE session = $1 ORDER BY until DESC, code LIMIT $3 OFFSET $2)
                """, .blob(key.bytes), .integer(AppSessionStore.mostCodes - 1), .integer(Int64.max))
            return try transaction.execute(
                """
                INSERT INTO handoff_code (code, session, host, browser, until)
                SELECT $1, key, $3, $4, $5 FROM session WHERE key = $2 AND ended_at IS NULL
                """, .blob(digest.bytes), .blob(key.bytes), .text(host), .blob(begin.bytes), .integer(until))
        }
        return count > 0 ? code : nil
    }

    /// Redeems a code and begins a session at its host, in place of an earlier one of the same parent there. The code is
    /// used up, even if it is refused.
    ///
    /// - Parameters:
    ///   - host: the host at which the code arrived.
    ///   - begin: the hash of the browser's cookie.
    /// - Returns: nil if the code is unknown, used, expired, of another host or of another browser, or if its parent has
    ///   ended.
    public func redeem(
        _ code: HandoffCode, at host: String, begunWith begin: SecretDigest<BeginPurpose>
    ) async throws(DatabaseError) -> AppSessionToken? {
        guard let digest = try? code.digest, let token = try? AppSessionToken.make(), let key = try? token.digest,
            let id = (try? RandomBytes.make(12)).map({ Base64URL.encode($0) })
        else { return nil }
        let moment = now().seconds
        let isBegun = try await database.write { transaction throws(DatabaseError) in
            let row = try transaction.first(
                "SELECT session, host, browser, until FROM handoff_code WHERE code = $1", .blob(digest.bytes)
            ) { row throws(DatabaseError) in (row.blob(0), row.text(1), row.blob(2), row.integer(3)) }
            guard let (session, meant, browser, until) = row else { return false }
            try transaction.execute("DELETE FROM handoff_code WHERE code = $1", .blob(digest.bytes))
            guard meant.isExactly(host), SecretDigest<BeginPurpose>(stored: browser) == begin, moment < until,
                // A code from a time when the clock was ahead is refused too.
                Int64(until) <= moment + AppSessionStore.codeLifetime.components.seconds
            else { return false }
            transaction.note(StoreChange(StoreChange.appSession, ""))
            try transaction.execute(
                "DELETE FROM app_session WHERE session = $1 AND host = $2", .blob(session), .text(host))
            return try transaction.execute(
                """
                INSERT INTO app_session (key, id, session, host)
                SELECT $1, $2, key, $4 FROM session WHERE key = $3 AND ended_at IS NULL
                """, .blob(key.bytes), .text(id), .blob(session), .text(host)) > 0
        }
        if isBegun { replacements.note() }
        return isBegun ? token : nil
    }

    /// A number that changes when a session may have been replaced by another one of the same parent. Sessions that were
    /// read before are read again then.
    public var replaced: Int { replacements.count.load(ordering: .acquiring) }

    /// Counts replaced sessions for all users of a store.
    final class Replacements: Sendable {
        let count = Atomic(0)

        func note() { count.wrappingAdd(1, ordering: .acquiringAndReleasing) }
    }

    /// Uses a code up without a session: it arrived in a browser that did not begin the sign-in.
    public func void(_ code: HandoffCode) async throws(DatabaseError) {
        guard let digest = try? code.digest else { return }
        _ = try await database.write { transaction throws(DatabaseError) in
            try transaction.execute("DELETE FROM handoff_code WHERE code = $1", .blob(digest.bytes))
        }
    }

    /// Returns the session of a cookie at a host, or nil if there is none. Its parent may have ended.
    public func session(
        _ key: SecretDigest<AppSessionPurpose>, at host: String
    ) async throws(DatabaseError) -> AppSession? {
        try await database.read { transaction throws(DatabaseError) in
            try transaction.first(
                "SELECT id, session FROM app_session WHERE key = $1 AND host = $2", .blob(key.bytes), .text(host)
            ) { row throws(DatabaseError) in
                AppSession(id: row.text(0), session: SessionKey(stored: row.blob(1)), host: host)
            }
        }
    }

    /// Deletes the waiting codes of an identity, in the transaction in which any of its access ends.
    public static func voidCodes(of identity: Identity, _ transaction: Transaction) throws(DatabaseError) {
        try transaction.execute(
            """
            DELETE FROM handoff_code WHERE session IN (SELECT key FROM session WHERE issuer = $1 AND subject = $2)
            """, .text(identity.issuer.text), .text(identity.subject.text))
    }

    /// Deletes what an ended session leaves.
    static func end(_ session: SQLValue, _ transaction: Transaction) throws(DatabaseError) {
        try transaction.execute("DELETE FROM handoff_code WHERE session = $1", session)
        try transaction.execute("DELETE FROM app_session WHERE session = $1", session)
    }

    /// Deletes expired codes.
    static func sweep(at moment: Int64, _ transaction: Transaction) throws(DatabaseError) {
        try transaction.execute(
            "DELETE FROM handoff_code WHERE until < $1 OR until > $2", .integer(moment), .integer(moment + 600))
    }
}
