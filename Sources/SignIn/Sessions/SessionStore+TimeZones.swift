public import Audit
internal import Cryptography
public import Databases
public import Identities
internal import Text
internal import Time
internal import TimeZones

/// A user's choice of a time zone.
struct ChosenTimeZone: Sendable {
    let name: String
    /// Nil if the system does not know the zone any more.
    let zone: TimeZone?

    /// - Parameter timeZones: may read a file.
    init(_ name: String, _ timeZones: TimeZoneDatabase) {
        self.name = name
        zone = timeZones.zone(named: name)
    }
}

/// The refusal of a time zone that the system does not know.
public struct UnknownTimeZoneRefusal: Error, Sendable {}

extension SessionStore {
    /// The time after which the choice of a user who does not sign in is deleted, in seconds: 400 days.
    private static let settingLifetime: Int64 = 400 * 86400

    /// Returns the name of the time zone that a user chose for the pages; nil if the user chose none.
    public func timeZone(of user: Identity) async throws(DatabaseError) -> String? {
        try await database.read { transaction throws(DatabaseError) in
            try SessionStore.zoneName(of: user, transaction)
        }
    }

    /// Stores a user's choice of a time zone, for all sessions of the user.
    ///
    /// - Parameters:
    ///   - name: compared exactly with the list of names before any file is opened; nil to remove the choice.
    ///   - records: events to append to the audit log in the transaction, unless nothing changes. The names before and
    ///     after the change are added here.
    public func setTimeZone(
        _ name: String?, of user: Identity, recording records: [AuditRecord]
    ) async throws(DatabaseError) -> Result<Void, UnknownTimeZoneRefusal> {
        let (timeZones, cache, moment) = (timeZones, cache, now())
        let choice = try await database.compute { name.map { ChosenTimeZone($0, timeZones) } }
        if let choice, choice.zone == nil { return .failure(UnknownTimeZoneRefusal()) }
        let result: Result<Void, Never> = try await database.decide { transaction throws(DatabaseError) in
            let old = try SessionStore.zoneName(of: user, transaction)
            guard !old.isExactly(choice?.name) else { return .commit(()) }
            let owner: [SQLValue] = [.text(user.issuer.text), .text(user.subject.text)]
            if let choice {
                try transaction.execute(
                    """
                    INSERT INTO user_setting (issuer, subject, time_zone, seen_at) VALUES ($1, $2, $3, $4)
                    ON CONFLICT (issuer, subject) DO UPDATE
                    SET time_zone = excluded.time_zone, seen_at = max(user_setting.seen_at, excluded.seen_at)
                    """, owner[0], owner[1], .text(choice.name), .integer(moment.seconds))
            } else {
                try transaction.execute(
                    "DELETE FROM user_setting WHERE issuer = $1 AND subject = $2", owner[0], owner[1])
            }
            let keys = try transaction.all(
                "SELECT key FROM session WHERE issuer = $1 AND subject = $2 AND ended_at IS NULL", owner
            ) { row throws(DatabaseError) in SessionKey(stored: row.blob(0)) }
            for key in keys { transaction.note(StoreChange(key)) }
            for var record in records {
                record.details += [("before", old), ("after", choice?.name)].compactMap { part, value in
                    value.map { (part, $0) }
                }
                try AuditLog.append(record, at: moment, transaction)
            }
            return .commit((), publish: { for key in keys { cache[key]?.zone = choice } })
        }
        result.get()
        return .success(())
    }

    private static func zoneName(of user: Identity, _ transaction: Transaction) throws(DatabaseError) -> String? {
        try transaction.first(
            "SELECT time_zone FROM user_setting WHERE issuer = $1 AND subject = $2", .text(user.issuer.text),
            .text(user.subject.text)
        ) { row throws(DatabaseError) in row.text(0) }
    }

    /// Returns a user's choice.
    ///
    /// - Parameter seenAt: the time of a sign-in, in seconds, which is noted; nil without one.
    func zone(
        of user: Identity, seenAt: Int64? = nil, _ transaction: Transaction
    ) throws(DatabaseError) -> ChosenTimeZone? {
        if let seenAt {
            try transaction.execute(
                "UPDATE user_setting SET seen_at = max(seen_at, $3) WHERE issuer = $1 AND subject = $2",
                .text(user.issuer.text), .text(user.subject.text), .integer(seenAt))
        }
        return try SessionStore.zoneName(of: user, transaction).map { ChosenTimeZone($0, timeZones) }
    }

    /// Deletes the choices of users who have not signed in for long. Returns true if there may be more.
    static func deleteUnusedSettings(at moment: Int64, _ transaction: Transaction) throws(DatabaseError) -> Bool {
        try transaction.execute(
            """
            DELETE FROM user_setting WHERE (issuer, subject) IN (
                SELECT issuer, subject FROM user_setting WHERE seen_at < $1 LIMIT 200)
            """, .integer(moment - settingLifetime)) == 200
    }
}
