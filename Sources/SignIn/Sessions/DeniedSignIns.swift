public import ClaimMapping
public import Databases
public import Identities
internal import Text
public import Time

/// A sign-in for an organization that earned no role there, in the form that its managers see.
public struct DeniedSignIn: Sendable, Hashable {
    public let id: String
    public let timestamp: Timestamp
    public let provider: ProviderID
    public let identity: Identity
    /// The address as the provider sent it, verified or not.
    public let email: EmailAddress?
    /// The reason why the user has no role, from the explanation.
    public let reason: EntitlementReason
    /// A JSON object: the names of all received claims (`names`), and the values of those that rules address
    /// (`values`).
    public let claims: [UInt8]
    /// The verdicts of all rules, as a JSON array.
    public let rows: [UInt8]

    public init(
        id: String, timestamp: Timestamp, provider: ProviderID, identity: Identity, email: EmailAddress?,
        reason: EntitlementReason, claims: [UInt8], rows: [UInt8]
    ) {
        self.id = id
        self.timestamp = timestamp
        self.provider = provider
        self.identity = identity
        self.email = email
        self.reason = reason
        self.claims = claims
        self.rows = rows
    }
}

/// The store of denied sign-ins. It keeps the last one of each user for 30 days, and at most 500 per organization.
public final class DeniedSignInStore: Sendable {
    private static let days: Int64 = 30
    private static let limit = 500

    private let database: Database

    public init(database: Database) {
        self.database = database
    }

    public static let schema = Schema(
        component: "denied_sign_ins",
        migrations: [
            """
            CREATE TABLE denied_sign_in (
                organization TEXT NOT NULL, id TEXT NOT NULL, at INTEGER NOT NULL,
                provider TEXT NOT NULL, issuer TEXT NOT NULL, subject TEXT NOT NULL, email TEXT,
                reason TEXT NOT NULL, claims BLOB NOT NULL, row_verdicts BLOB NOT NULL,
                PRIMARY KEY (organization, issuer, subject)
            ) STRICT;
            CREATE INDEX denied_sign_in_at ON denied_sign_in (organization, at);
            """
        ])

    /// Stores a denied sign-in, which replaces the user's previous one.
    public func record(_ denied: DeniedSignIn, in organization: OrganizationID) async throws(DatabaseError) {
        try await database.write { transaction throws(DatabaseError) in
            try transaction.execute(
                """
                INSERT INTO denied_sign_in
                    (organization, id, at, provider, issuer, subject, email, reason, claims, row_verdicts)
                VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
                ON CONFLICT (organization, issuer, subject) DO UPDATE SET
                    id = excluded.id, at = excluded.at, provider = excluded.provider, email = excluded.email,
                    reason = excluded.reason, claims = excluded.claims, row_verdicts = excluded.row_verdicts
                """, .text(organization.text), .text(denied.id), .integer(denied.timestamp.seconds),
                .text(denied.provider.text), .text(denied.identity.issuer.text), .text(denied.identity.subject.text),
                .text(orNull: denied.email?.spelling), .text(denied.reason.rawValue), .blob(denied.claims),
                .blob(denied.rows))
            try transaction.execute(
                """
                DELETE FROM denied_sign_in WHERE organization = $1 AND (at < $2 OR at > $4 OR at < (
                    SELECT at FROM denied_sign_in WHERE organization = $1 ORDER BY at DESC LIMIT 1 OFFSET $3))
                """, .text(organization.text), .integer(denied.timestamp.seconds - DeniedSignInStore.days * 86400),
                .integer(DeniedSignInStore.limit - 1), .integer(denied.timestamp.latestStored.seconds))
        }
    }

    /// Returns one denied sign-in, or nil if it is unknown or too old.
    public func find(_ id: String, in organization: OrganizationID, now: Timestamp) async throws(DatabaseError)
        -> DeniedSignIn?
    {
        try await database.read { transaction throws(DatabaseError) in
            try transaction.first(
                """
                SELECT \(DeniedSignInStore.columns) FROM denied_sign_in
                WHERE organization = $1 AND id = $2 AND at > $3 AND at <= $4
                """, .text(organization.text), .text(id), .integer(now.seconds - DeniedSignInStore.days * 86400),
                .integer(now.latestStored.seconds), read: DeniedSignInStore.deniedSignIn)
        }
    }

    private static let columns = "id, at, provider, issuer, subject, email, reason, claims, row_verdicts"

    private static func deniedSignIn(_ row: Row) throws(DatabaseError) -> DeniedSignIn {
        guard let provider = ProviderID(row.text(2)), let reason = EntitlementReason(exactly: row.text(6)) else {
            throw DatabaseError(.failed, cause: "a denied sign-in cannot be read")
        }
        return DeniedSignIn(
            id: row.text(0), timestamp: Timestamp(seconds: Int64(row.integer(1))), provider: provider,
            identity: Identity(issuer: Issuer(row.text(3)), subject: Subject(row.text(4))),
            email: row.optionalText(5).map { EmailAddress($0) }, reason: reason,
            claims: row.blob(7), rows: row.blob(8))
    }

    /// The maximum size of a page's claims and verdicts, in bytes. A page ends after the item that exceeds it.
    private static let pageBytes = 2 << 20

    /// Returns a page of denied sign-ins, newest first.
    /// - Parameters:
    ///   - before: the last item of the previous page: its time in seconds, and its id.
    ///   - limit: the maximum number of items.
    /// - Returns: the page, and whether more items follow. The page is shorter than the limit if its items are large.
    public func list(
        of organization: OrganizationID, before: (at: Int64, id: String)?, limit: Int, now: Timestamp
    ) async throws(DatabaseError) -> (items: [DeniedSignIn], hasMore: Bool) {
        let (at, id) = (before?.at ?? .max, before?.id ?? "")
        return try await database.read { transaction throws(DatabaseError) in
            var (items, bytes): ([DeniedSignIn], Int) = ([], 0)
            // The search returns true as soon as it finds an item beyond the page.
            let hasMore = try transaction.contains(
                """
                SELECT \(DeniedSignInStore.columns) FROM denied_sign_in
                WHERE organization = $1 AND at > $2 AND at <= $5 AND (at < $3 OR at = $3 AND id > $4)
                ORDER BY at DESC, id
                """, .text(organization.text), .integer(now.seconds - DeniedSignInStore.days * 86400), .integer(at),
                .text(id), .integer(now.latestStored.seconds)
            ) { row throws(DatabaseError) in
                guard items.count < limit, bytes < DeniedSignInStore.pageBytes else { return true }
                let item = try DeniedSignInStore.deniedSignIn(row)
                bytes += item.claims.count + item.rows.count
                items.append(item)
                return false
            }
            return (items, hasMore)
        }
    }
}
