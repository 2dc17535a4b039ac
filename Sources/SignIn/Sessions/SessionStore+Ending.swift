public import Audit
public import Cryptography
public import Databases
public import Identities
public import Time
public import Tokens

extension SessionStore {
    /// The time, in seconds, for which new sessions of an ended provider session are refused.
    static let refusalSpan: Int64 = 600

    /// Ends one session. Does nothing if the session does not exist.
    ///
    /// - Parameter records: events to append to the audit log in the transaction.
    public func end(_ key: SessionKey, recording records: [AuditRecord] = []) async throws(DatabaseError) {
        let (cache, moment) = (cache, now())
        let result: Result<Void, Never> = try await database.decide { transaction throws(DatabaseError) in
            try SessionStore.end(key, at: moment, transaction)
            for record in records { try AuditLog.append(record, at: moment, transaction) }
            return .commit((), publish: { cache.remove(key) })
        }
        result.get()
    }

    /// Ends one session in the background.
    ///
    /// - Parameter limit: the session goes on if it was used after this time, at another process perhaps; nil to end it
    ///   in any case.
    public func endInBackground(_ key: SessionKey, unlessUsedAfter limit: Timestamp? = nil) {
        cache.remove(key)
        let moment = now()
        database.writeInSlices { transaction throws(DatabaseError) in
            _ = try SessionStore.end(
                "key = $1 AND used_at <= $2", [.blob(key.bytes), .integer(limit?.seconds ?? .max)], at: moment,
                transaction)
            return false
        }
    }

    /// Ends a session by its id. Returns true if the owner had such a session.
    ///
    /// - Parameter records: events to append to the audit log in the transaction.
    public func end(
        id: String, of owner: Identity, recording records: [AuditRecord] = []
    ) async throws(DatabaseError) -> Bool {
        let (cache, moment) = (cache, now())
        let result: Result<Bool, Never> = try await database.decide { transaction throws(DatabaseError) in
            let keys = try SessionStore.end(
                "id = $1 AND issuer = $2 AND subject = $3",
                [.text(id), .text(owner.issuer.text), .text(owner.subject.text)],
                at: moment, transaction)
            if !keys.isEmpty { for record in records { try AuditLog.append(record, at: moment, transaction) } }
            return .commit(!keys.isEmpty, publish: { for key in keys { cache.remove(key) } })
        }
        return result.get()
    }

    /// Ends all sessions of an identity but one.
    ///
    /// - Parameter records: appended to the audit log with the number of ended sessions, if there are any.
    public func endOthers(
        than id: String, of owner: Identity, recording records: [AuditRecord]
    ) async throws(DatabaseError) {
        let (cache, moment) = (cache, now())
        let result: Result<Void, Never> = try await database.decide { transaction throws(DatabaseError) in
            let keys = try SessionStore.end(
                "issuer = $1 AND subject = $2 AND id <> $3",
                [.text(owner.issuer.text), .text(owner.subject.text), .text(id)], at: moment, transaction)
            for var record in records where !keys.isEmpty {
                record.details.append(("sessions", String(keys.count)))
                try AuditLog.append(record, at: moment, transaction)
            }
            return .commit((), publish: { for key in keys { cache.remove(key) } })
        }
        return result.get()
    }

    /// Ends all sessions of an identity, in a transaction that also decides whether they may be ended.
    ///
    /// - Parameter records: appended to the audit log, with the number of ended sessions.
    /// - Returns: the ended sessions, which must be published after COMMIT.
    public func endAll(
        of owner: Identity, recording records: [AuditRecord], at moment: Timestamp, _ transaction: Transaction
    ) throws(DatabaseError) -> EndedSessions {
        let keys = try SessionStore.end(
            "issuer = $1 AND subject = $2", [.text(owner.issuer.text), .text(owner.subject.text)],
            at: moment, transaction)
        for var record in records {
            record.details.append(("sessions", String(keys.count)))
            try AuditLog.append(record, at: moment, transaction)
        }
        return EndedSessions(keys: keys, cache: cache)
    }

    /// Sessions that ended in a transaction.
    public struct EndedSessions: Sendable {
        fileprivate let keys: [SessionKey]
        fileprivate let cache: SessionCache

        /// The number of sessions.
        public var count: Int { keys.count }

        /// Removes the sessions from memory, so that the next request of each is refused. Call it after COMMIT.
        public func publish() {
            for key in keys { cache.remove(key) }
        }
    }

    /// Ends the sessions that a provider's logout token names. Each token is accepted once.
    ///
    /// - Returns: the number of sessions that ended, or nil if the token was used before.
    public func end(by notice: LogoutNotice) async throws(DatabaseError) -> Int? {
        let (moment, cache) = (now(), cache)
        let now = moment.seconds
        let result: Result<Int, AlreadyTakenError> = try await database.decide { transaction throws(DatabaseError) in
            let id = "\(notice.issuer) \(notice.tokenID)"
            guard try SessionStore.takeOnce("logout", id, until: notice.rememberUntil.seconds, transaction) else {
                return .refuse(AlreadyTakenError())
            }
            let keys: [SessionKey]
            if let providerSession = notice.sessionID {
                try transaction.execute(
                    "DELETE FROM ended_provider_session WHERE issuer = $1 AND provider_session = $2",
                    .text(notice.issuer.text), .text(providerSession))
                try transaction.execute(
                    """
                    INSERT INTO ended_provider_session (issuer, provider_session, until) VALUES ($1, $2, $3)
                    """, .text(notice.issuer.text), .text(providerSession), .integer(now + SessionStore.refusalSpan))
                keys = try SessionStore.end(
                    "issuer = $1 AND provider_session = $2 AND ($3 = '' OR provider_subject = $3)",
                    [.text(notice.issuer.text), .text(providerSession), .text(notice.subject?.text ?? "")],
                    at: moment,
                    transaction)
            } else {
                keys = try SessionStore.end(
                    "issuer = $1 AND provider_subject = $2",
                    [.text(notice.issuer.text), .text(notice.subject?.text ?? "")],
                    at: moment, transaction)
            }
            var record = AuditRecord(
                .sessionEnd, by: .system, reason: "backchannel_logout", details: [("sessions", String(keys.count))])
            // The provider's own subject may differ from the identity's, which the ended sessions hold.
            if let owner = try SessionStore.owner(of: keys, transaction), let id = try? IdentityID(owner) {
                record = record.about(AuditPerson(owner), id)
            } else {
                record.target = notice.subject?.text ?? notice.sessionID
                record.details.append(("issuer", notice.issuer.text))
            }
            try AuditLog.append(record, at: moment, transaction)
            return .commit(keys.count, publish: { for key in keys { cache.remove(key) } })
        }
        return try? result.get()
    }

    private struct AlreadyTakenError: Error {}

    /// Marks the state of a sign-in as used. Returns false if it was used before.
    public func takeState(_ id: String, until: Timestamp) async throws(DatabaseError) -> Bool {
        try await database.write { transaction throws(DatabaseError) in
            try SessionStore.takeOnce("state", id, until: until.seconds, transaction)
        }
    }

    // MARK: Inside a transaction

    /// Returns the identity of the first session; nil if there is none.
    private static func owner(of keys: [SessionKey], _ transaction: Transaction) throws(DatabaseError) -> Identity? {
        guard let key = keys.first else { return nil }
        return try transaction.first("SELECT issuer, subject FROM session WHERE key = $1", .blob(key.bytes)) {
            row throws(DatabaseError) in
            Identity(issuer: Issuer(row.text(0)), subject: Subject(row.text(1)))
        }
    }

    static func end(_ key: SessionKey, at moment: Timestamp, _ transaction: Transaction) throws(DatabaseError) {
        _ = try end("key = $1", [.blob(key.bytes)], at: moment, transaction)
    }

    /// Ends the sessions that a condition selects, and erases their secrets.
    static func end(
        _ condition: String, _ values: [SQLValue], at moment: Timestamp, _ transaction: Transaction
    ) throws(DatabaseError) -> [SessionKey] {
        let keys = try transaction.all(
            "SELECT key FROM session WHERE ended_at IS NULL AND \(condition)", values
        ) { row throws(DatabaseError) in SessionKey(stored: row.blob(0)) }
        for key in keys {
            transaction.note(StoreChange(key))
            try transaction.execute(
                """
                UPDATE session SET ended_at = $2, claims = $3, refresh_token = NULL, id_token = NULL WHERE key = $1
                """, .blob(key.bytes), .integer(moment.seconds), .blob([]))
            try transaction.execute("DELETE FROM session_note WHERE session = $1", .blob(key.bytes))
            try AppSessionStore.end(.blob(key.bytes), transaction)
        }
        return keys
    }

    private static func takeOnce(
        _ kind: String, _ id: String, until: Int64, _ transaction: Transaction
    ) throws(DatabaseError) -> Bool {
        try transaction.execute(
            "INSERT INTO used_once (kind, id, until) VALUES ($1, $2, $3) ON CONFLICT (kind, id) DO NOTHING",
            .text(kind), .text(id), .integer(until)) > 0
    }
}
