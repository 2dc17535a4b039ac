public import Databases
public import Identities
public import Inventory
internal import Text
public import Time

/// A crossed threshold that managers are told about.
public struct LicenseNotice: Sendable, Hashable {
    public let organization: OrganizationID
    public let metric: Metric
    /// ``LicenseState/near`` or ``LicenseState/over``.
    public let state: LicenseState
    /// The figure at the crossing.
    public let figure: Int
    public let licensed: Int
}

/// An email about a crossing to one manager.
public struct LicenseEmail: Sendable {
    /// A number that no other email has.
    public let id: Int
    public let notice: LicenseNotice
    public let recipient: EmailAddress
    /// The number of earlier attempts to send it.
    public let attempts: Int
}

/// The emails about crossed thresholds that wait to be sent. Each email is a row, which is deleted when it was sent or
/// given up, so that no email is sent again after a restart.
public struct LicenseNotices: Sendable {
    /// The longest time between two attempts. A later time was set by a clock that was ahead, so the email is due.
    private static let longestWait: Duration = .seconds(8 * 3600)

    private let database: Database
    private let now: @Sendable () -> Timestamp

    /// - Parameter database: a database that was opened with the tables of the inventory.
    public init(database: Database, now: @escaping @Sendable () -> Timestamp = { Timestamp.now() }) {
        self.database = database
        self.now = now
    }

    /// Returns a crossing without recipients; nil if there is none.
    public func unaddressed() async throws(DatabaseError) -> (id: Int, notice: LicenseNotice)? {
        try await database.read { transaction throws(DatabaseError) in
            try transaction.first(
                "SELECT \(LicenseNotices.columns) FROM license_email WHERE recipient IS NULL ORDER BY id LIMIT 1"
            ) { row throws(DatabaseError) in (row.integer(0), try LicenseNotices.notice(row)) }
        }
    }

    /// Makes one email for each recipient of a crossing, unless another process has already done so.
    ///
    /// - Parameter id: the id of a crossing that ``unaddressed()`` returned.
    public func address(_ id: Int, to recipients: [EmailAddress]) async throws(DatabaseError) {
        let moment = now()
        try await database.write { transaction throws(DatabaseError) in
            let notice = try transaction.first(
                "SELECT \(LicenseNotices.columns) FROM license_email WHERE id = $1 AND recipient IS NULL", .integer(id),
                read: { row throws(DatabaseError) in try LicenseNotices.notice(row) })
            guard let notice else { return }
            try transaction.execute("DELETE FROM license_email WHERE id = $1", .integer(id))
            for recipient in recipients {
                try transaction.execute(
                    "INSERT INTO license_email VALUES ($1, $2, $3, $4, $5, $6, $7, 0, $8)",
                    .integer(Int.random(in: 1 ... .max)), .text(notice.organization.text),
                    .integer(notice.metric.number), .text(notice.state.rawValue), .integer(notice.figure),
                    .integer(notice.licensed), .text(recipient.spelling), .integer(moment.seconds))
            }
        }
    }

    /// Takes the email that has waited longest. During the lease, no other worker takes it. Returns nil if no email is
    /// due.
    public func take(for lease: Duration) async throws(DatabaseError) -> LicenseEmail? {
        let moment = now()
        let isDue = "recipient IS NOT NULL AND (next_attempt_at <= $1 OR next_attempt_at > $2)"
        let due: [SQLValue] = [.integer(moment.seconds), .integer((moment + LicenseNotices.longestWait).seconds)]
        // Most rounds find nothing, and need no write transaction.
        let isAny = try await database.read { transaction throws(DatabaseError) in
            try transaction.first("SELECT 1 FROM license_email WHERE \(isDue) LIMIT 1", due[0], due[1]) {
                _ throws(DatabaseError) in true
            } ?? false
        }
        guard isAny else { return nil }
        return try await database.write { transaction throws(DatabaseError) in
            let email = try transaction.first(
                """
                SELECT \(LicenseNotices.columns), recipient, attempts FROM license_email WHERE \(isDue)
                ORDER BY next_attempt_at, id LIMIT 1
                """, due[0], due[1]
            ) { row throws(DatabaseError) in
                LicenseEmail(
                    id: row.integer(0), notice: try LicenseNotices.notice(row), recipient: EmailAddress(row.text(6)),
                    attempts: row.integer(7))
            }
            guard let email else { return nil }
            try transaction.execute(
                "UPDATE license_email SET attempts = attempts + 1, next_attempt_at = $2 WHERE id = $1",
                .integer(email.id), .integer((moment + lease).seconds))
            return email
        }
    }

    /// Deletes an email that was sent or given up.
    public func remove(_ email: LicenseEmail) async throws(DatabaseError) {
        try await database.write { transaction throws(DatabaseError) in
            _ = try transaction.execute("DELETE FROM license_email WHERE id = $1", .integer(email.id))
        }
    }

    /// Sets the time of the next attempt.
    public func delay(_ email: LicenseEmail, until time: Timestamp) async throws(DatabaseError) {
        let next = min(time, now() + LicenseNotices.longestWait)
        try await database.write { transaction throws(DatabaseError) in
            _ = try transaction.execute(
                "UPDATE license_email SET next_attempt_at = $2 WHERE id = $1", .integer(email.id),
                .integer(next.seconds))
        }
    }

    private static let columns = "id, organization, metric, threshold, figure, licensed"

    private static func notice(_ row: Row) throws(DatabaseError) -> LicenseNotice {
        guard let organization = OrganizationID(row.text(1)), let metric = Metric(number: row.integer(2)),
            let state = LicenseState(exactly: row.text(3))
        else { throw DatabaseError(.failed, cause: "a license notice cannot be read") }
        return LicenseNotice(
            organization: organization, metric: metric, state: state, figure: row.integer(4), licensed: row.integer(5))
    }
}
