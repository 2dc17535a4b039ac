public import Databases
public import Grants
public import Identities
internal import Policy
internal import Snapshots

extension AccessStore {
    /// Returns a page of the members that a query selects. The claims of users are opened only if they have not been
    /// evaluated under the rules in force.
    public func members(
        of organization: OrganizationID, matching query: MemberQuery
    ) async throws(DatabaseError) -> ListPage<Member> {
        try await evaluateUsers(of: organization)
        let reading = reading(of: organization, under: settings.read().value)
        return try await database.read { transaction throws(DatabaseError) in
            let (found, all) = try MemberSelection(reading).members(matching: query, transaction)
            let page = ListPage(of: found, number: query.page, limit: query.limit, all: all)
            var (members, evaluated): ([Member], Int) = ([], 0)
            for text in page.items {
                guard let id = IdentityID(text) else {
                    throw DatabaseError(.failed, cause: "an identity cannot be read")
                }
                if let member = try reading.member(id, &evaluated, transaction) { members.append(member) }
            }
            return page.with(members)
        }
    }

    /// Returns the identities of the members that a query selects, in its order; its page is ignored.
    public func memberIDs(
        of organization: OrganizationID, matching query: MemberQuery
    ) async throws(DatabaseError) -> [IdentityID] {
        try await evaluateUsers(of: organization)
        let reading = reading(of: organization, under: settings.read().value)
        return try await database.read { transaction throws(DatabaseError) in
            try MemberSelection(reading).members(matching: query, transaction).found.compactMap { IdentityID($0) }
        }
    }

    /// Returns the members among identities, in their order.
    public func members(
        _ ids: [IdentityID], of organization: OrganizationID
    ) async throws(DatabaseError) -> [Member] {
        let reading = reading(of: organization, under: settings.read().value)
        return try await database.read { transaction throws(DatabaseError) in
            var (members, evaluated): ([Member], Int) = ([], 0)
            for id in ids {
                if let member = try reading.member(id, &evaluated, transaction) { members.append(member) }
            }
            return members
        }
    }

    /// Returns the number of members.
    public func countMembers(of organization: OrganizationID) async throws(DatabaseError) -> Int {
        try await evaluateUsers(of: organization)
        let reading = reading(of: organization, under: settings.read().value)
        return try await database.read { transaction throws(DatabaseError) in
            try MemberSelection(reading).count(transaction)
        }
    }
}
