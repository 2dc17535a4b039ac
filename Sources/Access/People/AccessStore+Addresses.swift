internal import ClaimMapping
public import Databases
public import Grants
public import Identities
internal import Policy
internal import Snapshots
public import Time

/// A member with one verified address.
public struct AddressedMember: Sendable {
    public let member: Member
    /// The highest role of the grants, and of the claims of a sign-in within the last 30 days.
    public let role: Role
}

extension AccessStore {
    /// Returns the unsuspended members whose verified address is one of the given ones; of several with one address,
    /// that with the highest role. For the transaction of a decision; call ``evaluateUsers(of:)`` before it.
    public func members(
        withVerified addresses: Set<EmailAddress>, in organization: OrganizationID, at moment: Timestamp,
        _ transaction: Transaction
    ) throws(DatabaseError) -> [EmailAddress: AddressedMember] {
        let reading = reading(of: organization, under: settings.read().value)
        var ids: Set<IdentityID> = []
        func take(_ row: Row) throws(DatabaseError) {
            guard let id = IdentityID(row.text(0)) else {
                throw DatabaseError(.failed, cause: "an identity cannot be read")
            }
            ids.insert(id)
        }
        for address in addresses {
            try transaction.each(
                """
                SELECT identity FROM person_seen WHERE organization = $1 AND mapped_email = $2
                UNION SELECT identity FROM access_grant WHERE organization = $1 AND lower(email) = $2
                """, .text(organization.text), .text(address.text), read: take)
        }
        // Users who changed since the evaluation.
        try transaction.each(
            "SELECT identity FROM person_seen WHERE \(AccessStore.isOutdated)", .text(organization.text),
            .text(reading.tag?.text ?? "-"), read: take)
        var (found, evaluated): ([EmailAddress: AddressedMember], Int) = ([:], 0)
        for id in ids {
            guard let member = try reading.member(id, &evaluated, transaction), let address = member.verifiedEmail,
                addresses.contains(address)
            else { continue }
            let isRecent = member.signIn.map { AccessStore.isRecent($0, at: moment) } ?? false
            let roles = member.grants.map(\.role) + [isRecent ? member.access?.role : nil].compactMap { $0 }
            guard let role = roles.max(), found[address].map({ $0.role < role }) ?? true else { continue }
            found[address] = AddressedMember(member: member, role: role)
        }
        return found
    }

    /// Returns the domains of members' verified addresses, with the providers through which these members signed in.
    public func verifiedDomains(
        of organization: OrganizationID
    ) async throws(DatabaseError) -> [(domain: String, provider: ProviderID)] {
        try await database.read { transaction throws(DatabaseError) in
            try transaction.all(
                """
                SELECT DISTINCT substr(mapped_email, instr(mapped_email, '@') + 1), provider FROM person_seen
                WHERE organization = $1 AND mapped_role IS NOT NULL AND mapped_email IS NOT NULL
                ORDER BY 1, 2 LIMIT 500
                """, .text(organization.text)
            ) { row throws(DatabaseError) in (row.text(0), ProviderID(row.text(1))) }
            .compactMap { domain, provider in provider.map { (domain, $0) } }
        }
    }
}
