internal import ClaimMapping
public import Databases
public import Identities
internal import Policy
internal import Snapshots
internal import Time

extension AccessStore {
    /// Returns the verified addresses of an organization's managers who signed in within the last 30 days, each once.
    /// Managers are those of the rules in force, by claims or by grants; suspended users are not among them.
    public func recentManagers(of organization: OrganizationID) async throws(DatabaseError) -> [EmailAddress] {
        try await evaluateUsers(of: organization)
        let (settings, moment) = (settings.read().value, now())
        let reading = reading(of: organization, under: settings)
        return try await database.read { transaction throws(DatabaseError) in
            let candidates = try transaction.all(
                """
                SELECT identity FROM person_seen WHERE organization = $1 AND mapped_role = $2 AND +seen_at > $3
                UNION SELECT identity FROM person_seen WHERE organization = $1 AND rules < $4 AND +seen_at > $3
                UNION SELECT identity FROM person_seen WHERE organization = $1 AND rules > $4 AND +seen_at > $3
                UNION SELECT identity FROM access_grant WHERE organization = $1 AND role = $2 ORDER BY identity
                """, .text(organization.text), .text(Role.manager.rawValue),
                .integer(moment.seconds - AccessStore.memory), .text(reading.tag?.text ?? "-")
            ) { row throws(DatabaseError) in row.text(0) }
            var (addresses, known, evaluated): ([EmailAddress], Set<EmailAddress>, Int) = ([], [], 0)
            for text in candidates {
                guard let id = IdentityID(text), let member = try reading.member(id, &evaluated, transaction),
                    member.role == .manager, let signIn = member.signIn,
                    AccessStore.isRecent(signIn, at: moment),
                    let email = member.access?.verifiedEmail, known.insert(email).inserted
                else { continue }
                addresses.append(email)
            }
            return addresses
        }
    }
}
