public import Databases
public import Grants
public import Identities
internal import Policy
internal import Snapshots
internal import Text

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

    /// Returns the number of members.
    public func countMembers(of organization: OrganizationID) async throws(DatabaseError) -> Int {
        try await evaluateUsers(of: organization)
        let reading = reading(of: organization, under: settings.read().value)
        return try await database.read { transaction throws(DatabaseError) in
            try MemberSelection(reading).members(matching: MemberQuery(), transaction).all
        }
    }
}

/// The members of an organization as a list needs them: their identities in order, and whether they match.
///
/// Its conditions are those of ``MemberReading``, which reads the members of one page. Sign-ins are read by an index
/// alone, and grants are few: joining both in SQL takes several times as long.
private struct MemberSelection {
    private let organization: OrganizationID
    private let issuers: [Issuer]

    init(_ reading: MemberReading) {
        organization = reading.organization
        issuers = reading.settings.rules.issuers(of: reading.organization)
    }

    /// The grants of one identity.
    private struct Granted {
        var role: Role
        var isInvited = false
        var isNamed = false
    }

    private struct Candidate {
        let identity: String
        let role: Role
    }

    /// Returns the identities of the members that a query selects, in its order, and the number of all members.
    func members(
        matching query: MemberQuery, _ transaction: Transaction
    ) throws(DatabaseError) -> (found: [String], all: Int) {
        let granted = try granted(transaction)
        var (found, all): ([Candidate], Int) = ([], 0)
        var known: Set<ExactText> = []
        for row in try rows(query, transaction) {
            let own = granted.isEmpty ? nil : granted[ExactText(row.identity)]
            guard let role = [own?.role, row.mapped].compactMap({ $0 }).max() else { continue }
            // A user with several grants and no sign-in has several rows.
            if !row.isSeen { guard known.insert(ExactText(row.identity)).inserted else { continue } }
            all += 1
            let isFromSource =
                switch query.source {
                case nil: true
                case .rule: row.mapped != nil
                case .invitation: own?.isInvited ?? false
                case .operator: own?.isNamed ?? false
                }
            guard row.fits, isFromSource, query.role == nil || query.role == role else { continue }
            found.append(Candidate(identity: row.identity, role: role))
        }
        if query.sort == .role {
            // The sort is stable, so that equal roles stay in the order of names.
            found = Role.allCases.sorted { query.isDescending ? $0 < $1 : $0 > $1 }.flatMap { role in
                found.filter { $0.role == role }
            }
        }
        return (found.map(\.identity), all)
    }

    private func granted(_ transaction: Transaction) throws(DatabaseError) -> [ExactText: Granted] {
        var granted: [ExactText: Granted] = [:]
        try transaction.each(
            "SELECT identity, issuer, role, source FROM access_grant WHERE organization = $1",
            .text(organization.text)
        ) { row throws(DatabaseError) in
            guard let role = Role(exactly: row.text(2)), issuers.contains(Issuer(row.text(1))) else { return }
            let isInvited = row.text(3).isExactly(Grant.Source.invitation.rawValue)
            var own = granted[ExactText(row.text(0))] ?? Granted(role: role)
            own.role = max(own.role, role)
            if isInvited { own.isInvited = true } else { own.isNamed = true }
            granted[ExactText(row.text(0))] = own
        }
        return granted
    }

    private struct SelectionRow {
        let identity: String
        let mapped: Role?
        let fits: Bool
        let isSeen: Bool
    }

    /// All users who signed in or have a grant and are not suspended, in the order of the query.
    private func rows(
        _ query: MemberQuery, _ transaction: Transaction
    ) throws(DatabaseError) -> [SelectionRow] {
        let direction = query.isDescending && query.sort != .role ? "DESC" : "ASC"
        let order =
            query.sort == .lastSignIn
            ? "latest \(direction), sort, identity" : "sort \(direction), identity \(direction)"
        // Users who have not signed in are last in both directions.
        let never = query.isDescending ? "-1" : "9223372036854775807"
        let heights = Role.allCases.sorted()
        let cases = heights.enumerated().map { "WHEN '\($1.rawValue)' THEN \($0 + 1)" }.joined(separator: " ")
        return try transaction.all(
            """
            SELECT identity, (CASE mapped_role \(cases) ELSE 0 END),
                ($2 = '' OR instr(search, $2) > 0) AND ($3 = '' OR provider = $3) AND ($4 = '' OR mapped_by = $4),
                1, sort, seen_at AS latest
            FROM person_seen AS seen WHERE organization = $1
                AND NOT EXISTS (
                    SELECT 1 FROM suspension AS own WHERE own.organization = $1 AND own.identity = seen.identity)
                AND NOT EXISTS (
                    SELECT 1 FROM suspension_email AS own WHERE own.organization = $1 AND own.email = seen.mapped_email)
            UNION ALL
            SELECT identity, 0, ($2 = '' OR instr(search, $2) > 0) AND $3 = '' AND $4 = '', 0, sort, \(never)
            FROM access_grant AS given WHERE organization = $1
                AND NOT EXISTS (
                    SELECT 1 FROM person_seen AS own WHERE own.organization = $1 AND own.identity = given.identity)
                AND NOT EXISTS (
                    SELECT 1 FROM suspension AS own WHERE own.organization = $1 AND own.identity = given.identity)
                AND NOT EXISTS (
                    SELECT 1 FROM suspension_email AS own
                    WHERE own.organization = $1 AND own.email = lower(given.email))
            ORDER BY \(order)
            """, .text(organization.text), .text(PersonTexts.pattern(query.text)),
            .text(query.provider?.text ?? ""), .text(query.rule ?? "")
        ) { row throws(DatabaseError) in
            let height = row.integer(1)
            return SelectionRow(
                identity: row.text(0), mapped: height > 0 ? heights[height - 1] : nil, fits: row.boolean(2),
                isSeen: row.boolean(3))
        }
    }
}
