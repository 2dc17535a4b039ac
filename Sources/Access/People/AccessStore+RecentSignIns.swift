public import Databases
public import Grants
public import Identities

extension AccessStore {
    /// Returns the latest sign-ins to an organization, newest first.
    public func recentSignIns(
        of organization: OrganizationID, limit: Int
    ) async throws(DatabaseError) -> [LastSignIn] {
        try await database.read { transaction throws(DatabaseError) in
            try transaction.all(
                """
                SELECT \(AccessStore.signInColumns) FROM person_seen WHERE organization = $1
                ORDER BY seen_at DESC, identity LIMIT $2
                """, .text(organization.text), .integer(limit)
            ) { row throws(DatabaseError) in try AccessStore.signIn(row, organization) }
        }
    }
}
