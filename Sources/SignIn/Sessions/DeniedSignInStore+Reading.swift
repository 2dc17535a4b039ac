internal import ClaimMapping
public import Databases
public import Identities
internal import Text
public import Time

extension DeniedSignInStore {
    /// The maximum size of a page's claims and verdicts, in bytes. A page ends after the item that exceeds it.
    private static let pageBytes = 2 << 20

    private static let short =
        """
        id, first_at, at, attempts, provider, issuer, subject, name, email, is_email_verified, reason, dismissed_at
        """

    /// The condition of one request that is not too old. The plus signs keep the bounds of the time from replacing the
    /// lookup by a search through all requests of the organization.
    static let byID = "organization = $1 AND id = $2 AND +at > $3 AND +at <= $4"

    /// Returns the last denied sign-in of a request, or nil if it is unknown or too old.
    public func find(_ id: String, in organization: OrganizationID, now: Timestamp) async throws(DatabaseError)
        -> DeniedSignIn?
    {
        try await database.read { transaction throws(DatabaseError) in
            try DeniedSignInStore.find(id, in: organization, at: now, transaction)
        }
    }

    /// Variant of ``find(_:in:now:)`` inside a transaction.
    public static func find(
        _ id: String, in organization: OrganizationID, at now: Timestamp, _ transaction: Transaction
    ) throws(DatabaseError) -> DeniedSignIn? {
        try transaction.first(
            """
            SELECT \(short), claims, row_verdicts FROM denied_sign_in
            WHERE \(byID)
            """, .text(organization.text), .text(id), .integer(now.seconds - days * 86400),
            .integer(now.latestStored.seconds)
        ) { row throws(DatabaseError) in try deniedSignIn(row, at: now) }
    }

    static func request(
        _ id: String, in organization: OrganizationID, at now: Timestamp, _ transaction: Transaction
    ) throws(DatabaseError) -> AccessRequest? {
        try transaction.first(
            "SELECT \(short) FROM denied_sign_in WHERE \(byID)",
            .text(organization.text), .text(id), .integer(now.seconds - days * 86400),
            .integer(now.latestStored.seconds)
        ) { row throws(DatabaseError) in try request(row, at: now) }
    }

    /// Returns the request of an identity, or nil if there is none.
    public static func request(
        of identity: Identity, in organization: OrganizationID, at now: Timestamp, _ transaction: Transaction
    ) throws(DatabaseError) -> AccessRequest? {
        try transaction.first(
            """
            SELECT \(short) FROM denied_sign_in
            WHERE organization = $1 AND issuer = $2 AND subject = $3 AND at > $4 AND at <= $5
            """, .text(organization.text), .text(identity.issuer.text), .text(identity.subject.text),
            .integer(now.seconds - days * 86400), .integer(now.latestStored.seconds)
        ) { row throws(DatabaseError) in try request(row, at: now) }
    }

    /// Passes all requests of an organization, newest first and without their claims, to a closure.
    public static func eachRequest(
        of organization: OrganizationID, at now: Timestamp, _ transaction: Transaction,
        _ body: (AccessRequest) throws(DatabaseError) -> Void
    ) throws(DatabaseError) {
        try transaction.each(
            """
            SELECT \(short) FROM denied_sign_in WHERE organization = $1 AND at > $2 AND at <= $3
            ORDER BY at DESC, id
            """, .text(organization.text), .integer(now.seconds - days * 86400), .integer(now.latestStored.seconds)
        ) { row throws(DatabaseError) in try body(try request(row, at: now)) }
    }

    /// Returns a page of denied sign-ins, newest first.
    ///
    /// - Parameters:
    ///   - before: the last item of the previous page: its time in seconds, and its id.
    ///   - limit: the maximum number of items.
    ///   - state: the state of the listed requests.
    ///   - isHidden: returns true for a user who is not listed.
    /// - Returns: the page, and whether more items follow. The page is shorter than the limit if its items are large.
    public func list(
        of organization: OrganizationID, before: (at: Int64, id: String)?, limit: Int, now: Timestamp,
        state: AccessRequest.State = .open,
        unless isHidden: @escaping @Sendable (Identity, Transaction) throws(DatabaseError) -> Bool = { _, _ in false }
    ) async throws(DatabaseError) -> (items: [DeniedSignIn], hasMore: Bool) {
        let (at, id) = (before?.at ?? .max, before?.id ?? "")
        return try await database.read { transaction throws(DatabaseError) in
            var (items, bytes): ([DeniedSignIn], Int) = ([], 0)
            // The search returns true as soon as it finds an item beyond the page.
            let hasMore = try transaction.contains(
                """
                SELECT \(DeniedSignInStore.short), claims, row_verdicts FROM denied_sign_in
                WHERE organization = $1 AND at > $2 AND at <= $5 AND (at < $3 OR at = $3 AND id > $4)
                ORDER BY at DESC, id
                """, .text(organization.text), .integer(now.seconds - DeniedSignInStore.days * 86400), .integer(at),
                .text(id), .integer(now.latestStored.seconds)
            ) { row throws(DatabaseError) in
                let request = try DeniedSignInStore.request(row, at: now)
                guard request.state == state, try !isHidden(request.identity, transaction) else { return false }
                guard items.count < limit, bytes < DeniedSignInStore.pageBytes else { return true }
                let item = try DeniedSignInStore.deniedSignIn(row, at: now)
                bytes += item.claims.count + item.rows.count
                items.append(item)
                return false
            }
            return (items, hasMore)
        }
    }

    private static func deniedSignIn(_ row: Row, at now: Timestamp) throws(DatabaseError) -> DeniedSignIn {
        DeniedSignIn(try request(row, at: now), claims: row.blob(12), rows: row.blob(13))
    }

    private static func request(_ row: Row, at now: Timestamp) throws(DatabaseError) -> AccessRequest {
        guard let provider = ProviderID(row.text(4)), let reason = EntitlementReason(exactly: row.text(10)) else {
            throw DatabaseError(.failed, cause: "a denied sign-in cannot be read")
        }
        // A dismissal ends after 30 days, and one of a clock that was ahead never began.
        let dismissedAt = row.optionalInteger(11).map { Timestamp(seconds: Int64($0)) }.flatMap { moment in
            moment.lasts(.seconds(days * 86400), at: now) ? moment : nil
        }
        return AccessRequest(
            id: row.text(0), identity: Identity(issuer: Issuer(row.text(5)), subject: Subject(row.text(6))),
            provider: provider, name: row.optionalText(7), email: row.optionalText(8).map { EmailAddress($0) },
            isEmailVerified: row.integer(9) == 1, reason: reason, firstAt: Timestamp(seconds: Int64(row.integer(1))),
            lastAt: Timestamp(seconds: Int64(row.integer(2))), attempts: row.integer(3), dismissedAt: dismissedAt)
    }
}
