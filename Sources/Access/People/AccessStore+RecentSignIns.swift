public import Databases
public import Grants
public import Identities
public import Time

extension AccessStore {
    /// Returns the sign-ins to an organization since a time, newest first.
    ///
    /// - Parameter place: the time and the user of the last sign-in of the previous batch.
    public func recentSignIns(
        of organization: OrganizationID, since: Timestamp, before place: (at: Timestamp, id: IdentityID)?, limit: Int
    ) async throws(DatabaseError) -> [LastSignIn] {
        let latest = now().latestStored
        let end = min(latest, place?.at ?? latest)
        return try await database.read { transaction throws(DatabaseError) in
            try transaction.all(
                """
                SELECT \(AccessStore.signInColumns) FROM person_seen
                WHERE organization = $1 AND seen_at >= $2 AND seen_at <= $3
                    AND (seen_at < $4 OR seen_at = $4 AND identity > $5)
                ORDER BY seen_at DESC, identity LIMIT $6
                """, .text(organization.text), .integer(since.seconds), .integer(end.seconds),
                .integer(place?.at.seconds ?? .max), .text(place?.id.text ?? ""), .integer(limit)
            ) { row throws(DatabaseError) in try AccessStore.signIn(row, organization) }
        }
    }
}
