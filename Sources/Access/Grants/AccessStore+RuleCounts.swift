internal import ClaimMapping
public import Databases
public import Identities
internal import Policy
public import Text

extension AccessStore {
    /// Returns the number of members whose last sign-in earns its role by each rule, by the rules' ids; suspended users
    /// are not counted. A rule that no member's role comes from is absent.
    ///
    /// Users who were evaluated under other rules are evaluated first, once after each change.
    public func memberCounts(of organization: OrganizationID) async throws(DatabaseError) -> [ExactText: Int] {
        guard let tag = try await evaluateUsers(of: organization) else { return [:] }
        return try await database.read { transaction throws(DatabaseError) in
            var counts: [ExactText: Int] = [:]
            try transaction.each(
                """
                SELECT mapped_by, count(*) FROM person_seen AS seen
                WHERE organization = $1 AND rules = $2 AND mapped_role IS NOT NULL AND mapped_by IS NOT NULL
                    AND NOT EXISTS (
                        SELECT 1 FROM suspension WHERE organization = $1 AND identity = seen.identity)
                    AND NOT EXISTS (
                        SELECT 1 FROM suspension_email WHERE organization = $1 AND email = seen.mapped_email)
                GROUP BY mapped_by
                """, .text(organization.text), .text(tag.text)
            ) { row throws(DatabaseError) in counts[ExactText(row.text(0))] = row.integer(1) }
            return counts
        }
    }
}
