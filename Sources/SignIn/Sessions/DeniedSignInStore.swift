internal import ClaimMapping
public import Databases
public import Identities
internal import Synchronization
internal import Text
public import Time

/// The store of denied sign-ins. It keeps the last one of each user for 30 days, and at most 500 per organization.
public final class DeniedSignInStore: Sendable {
    static let days: Int64 = 30
    private static let limit = 500

    let database: Database
    private let changes = Atomic<UInt64>(0)

    public init(database: Database) {
        self.database = database
    }

    public static let schema = Schema(
        component: "denied_sign_ins", sqlite: sqliteMigrations, postgreSQL: postgreSQLMigrations)

    /// The number of changes that this process made. It tells that a count is out of date.
    public var version: UInt64 { changes.load(ordering: .acquiring) }

    /// Counts a committed change.
    public func noteChange() { changes.add(1, ordering: .releasing) }

    /// Stores a denied sign-in. It replaces the user's previous one, and counts as a further attempt. A dismissed request
    /// stays dismissed, unless what the manager decided on has changed.
    public func record(_ denied: DeniedSignIn, in organization: OrganizationID) async throws(DatabaseError) {
        let (request, now) = (denied.request, denied.timestamp)
        let (oldest, latest) = (now.seconds - DeniedSignInStore.days * 86400, now.latestStored.seconds)
        // Text is compared by octets; addresses without regard to ASCII case, as `lower` compares them.
        let isKept = "denied_sign_in.at >= $13 AND denied_sign_in.at <= $14"
        let isSame =
            """
            \(isKept) AND denied_sign_in.provider = excluded.provider AND denied_sign_in.reason = excluded.reason
            AND (lower(denied_sign_in.email) = lower(excluded.email)
                OR denied_sign_in.email IS NULL AND excluded.email IS NULL)
            AND denied_sign_in.is_email_verified = excluded.is_email_verified
            """
        try await database.write { transaction throws(DatabaseError) in
            try transaction.execute(
                """
                INSERT INTO denied_sign_in
                    (organization, id, first_at, at, attempts, provider, issuer, subject, name, email,
                        is_email_verified, reason, claims, row_verdicts)
                VALUES ($1, $2, $3, $3, 1, $4, $5, $6, $7, $8, $9, $10, $11, $12)
                ON CONFLICT (organization, issuer, subject) DO UPDATE SET
                    id = CASE WHEN \(isSame) THEN denied_sign_in.id ELSE excluded.id END,
                    dismissed_at = CASE WHEN \(isSame) THEN denied_sign_in.dismissed_at END,
                    first_at = CASE WHEN \(isKept) THEN min(denied_sign_in.first_at, excluded.at) ELSE excluded.at END,
                    attempts = CASE WHEN \(isKept) THEN denied_sign_in.attempts + 1 ELSE 1 END,
                    at = excluded.at, provider = excluded.provider, name = excluded.name, email = excluded.email,
                    is_email_verified = excluded.is_email_verified, reason = excluded.reason,
                    claims = excluded.claims, row_verdicts = excluded.row_verdicts
                """, .text(organization.text), .text(request.id), .integer(now.seconds), .text(request.provider.text),
                .text(request.identity.issuer.text), .text(request.identity.subject.text), .text(orNull: request.name),
                .text(orNull: request.email?.spelling), .integer(request.isEmailVerified ? 1 : 0),
                .text(request.reason.rawValue), .blob(denied.claims), .blob(denied.rows), .integer(oldest),
                .integer(latest))
            try transaction.execute(
                """
                DELETE FROM denied_sign_in WHERE organization = $1 AND (at < $2 OR at > $4 OR at < (
                    SELECT at FROM denied_sign_in WHERE organization = $1 ORDER BY at DESC LIMIT 1 OFFSET $3))
                """, .text(organization.text), .integer(oldest), .integer(DeniedSignInStore.limit - 1),
                .integer(latest))
        }
        noteChange()
    }

    /// Dismisses a request, or opens a dismissed one again.
    ///
    /// - Returns: the request before the change; nil if it is unknown or too old.
    public static func dismiss(
        _ isDismissed: Bool, _ id: String, in organization: OrganizationID, at now: Timestamp,
        _ transaction: Transaction
    ) throws(DatabaseError) -> AccessRequest? {
        guard let request = try request(id, in: organization, at: now, transaction) else { return nil }
        // A repeated dismissal does not extend the first one.
        guard request.state != (isDismissed ? .dismissed : .open) else { return request }
        try transaction.execute(
            "UPDATE denied_sign_in SET dismissed_at = $3 WHERE organization = $1 AND id = $2",
            .text(organization.text), .text(id), isDismissed ? .integer(now.seconds) : .null)
        return request
    }
}
