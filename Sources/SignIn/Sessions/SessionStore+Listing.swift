public import Databases
public import Identities
public import Time
internal import Tokens

/// A session in its owner's list.
public struct SessionSummary: Sendable, Hashable {
    public let id: String
    public let createdAt: Timestamp
    /// The time of the last use, up to a minute late.
    public let usedAt: Timestamp
    public let address: String
    public let userAgent: String

    /// The browser and the system, such as `Chrome on macOS`.
    public var device: String { DeviceName(userAgent: userAgent).text }
}

extension SessionStore {
    /// Returns the owner's active sessions, newest first, at most 100.
    public func sessions(
        of owner: Identity, under lifetimes: SessionLifetimes
    ) async throws(DatabaseError) -> [SessionSummary] {
        let now = now()
        let (created, used) = ((now - lifetimes.absolute).seconds, (now - lifetimes.idle).seconds)
        return try await database.read { transaction throws(DatabaseError) in
            try transaction.all(
                """
                SELECT id, created_at, used_at, ip, user_agent FROM session
                WHERE issuer = $1 AND subject = $2 AND ended_at IS NULL AND created_at > $3 AND used_at > $4
                    AND created_at <= $5 AND used_at <= $5
                ORDER BY created_at DESC, id LIMIT 100
                """, .text(owner.issuer.text), .text(owner.subject.text), .integer(created), .integer(used),
                .integer(now.latestStored.seconds)
            ) { row throws(DatabaseError) in
                SessionSummary(
                    id: row.text(0), createdAt: Timestamp(seconds: Int64(row.integer(1))),
                    usedAt: Timestamp(seconds: Int64(row.integer(2))), address: row.text(3), userAgent: row.text(4))
            }
        }
    }

    /// Returns the number of active sessions.
    public func countActive(under lifetimes: SessionLifetimes) async throws(DatabaseError) -> Int {
        let now = now()
        let (created, used) = ((now - lifetimes.absolute).seconds, (now - lifetimes.idle).seconds)
        return try await database.read { transaction throws(DatabaseError) in
            try transaction.first(
                """
                SELECT count(*) FROM session
                WHERE ended_at IS NULL AND created_at > $1 AND used_at > $2 AND created_at <= $3 AND used_at <= $3
                """, .integer(created), .integer(used), .integer(now.latestStored.seconds)
            ) { row throws(DatabaseError) in row.integer(0) } ?? 0
        }
    }

    /// Deletes expired rows in the background, in slices of a few milliseconds.
    public func sweepInBackground(under lifetimes: SessionLifetimes) {
        let now = now()
        let moment = now.seconds
        let (created, used) = ((now - lifetimes.absolute).seconds, (now - lifetimes.idle).seconds)
        database.writeInSlices { transaction throws(DatabaseError) in
            // Ended sessions are kept for ten minutes. Other processes detect the end much sooner.
            let over: [(String, Int64)] = [
                ("used_at < $1", used - 600), ("created_at < $1", created - 600),
                // Rows written while the clock was ahead would take years to expire.
                ("used_at > $1", now.latestStored.seconds + 600), ("created_at > $1", now.latestStored.seconds + 600),
                ("ended_at < $1", moment - 600),
            ]
            var isMore = false
            for (condition, limit) in over {
                let keys = try transaction.all(
                    "SELECT key FROM session WHERE \(condition) LIMIT 200", .integer(limit)
                ) { row throws(DatabaseError) in SQLValue.blob(row.blob(0)) }
                for key in keys {
                    try transaction.execute("DELETE FROM session WHERE key = $1", key)
                    try transaction.execute("DELETE FROM session_note WHERE session = $1", key)
                    try AppSessionStore.end(key, transaction)
                }
                isMore = isMore || keys.count == 200
            }
            try transaction.execute(
                "DELETE FROM session_note WHERE until < $1 OR until > $2", .integer(moment),
                .integer(now.latestStored.seconds + 86400))
            try AppSessionStore.sweep(at: moment, transaction)
            let marks = try transaction.execute(
                """
                DELETE FROM used_once WHERE (kind, id) IN (SELECT kind, id FROM used_once WHERE until < $1 LIMIT 500)
                """, .integer(moment))
            try transaction.execute("DELETE FROM ended_provider_session WHERE until < $1", .integer(moment))
            let settings = try SessionStore.deleteUnusedSettings(at: moment, transaction)
            return isMore || marks == 500 || settings
        }
    }
}
