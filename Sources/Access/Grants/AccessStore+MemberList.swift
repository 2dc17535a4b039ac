public import Databases
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
            let selection = MemberSelection(organization, issuers: reading.issuers, query)
            let rows = try transaction.all(selection.sql, selection.values) { row throws(DatabaseError) in
                row.boolean(1) ? row.text(0) : nil
            }
            let page = ListPage(
                of: rows.compactMap { $0 }, number: query.page, limit: query.limit, all: rows.count)
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
            let selection = MemberSelection(organization, issuers: reading.issuers, MemberQuery())
            return try transaction.all("SELECT count(*) FROM (\(selection.sql))", selection.values) {
                row throws(DatabaseError) in row.integer(0)
            }.first ?? 0
        }
    }
}

extension MemberReading {
    /// The issuers whose identities may hold grants here.
    fileprivate var issuers: [Issuer] { settings.rules.issuers(of: organization) }
}

/// The SQL of a list of members: one row a member in the query's order, with its identity and whether it matches.
///
/// Its conditions are those of ``MemberReading``, which reads the members of one page.
private struct MemberSelection {
    let sql: String
    let values: [SQLValue]

    init(_ organization: OrganizationID, issuers: [Issuer], _ query: MemberQuery) {
        var values: [SQLValue] = [
            .text(organization.text), .text(PersonTexts.pattern(query.text)),
            .text(query.role.map(\.rawValue) ?? ""), .text(query.provider?.text ?? ""),
            .text(query.source?.rawValue ?? ""), .text(query.rule ?? ""),
        ]
        let listed = (issuers.map(\.text) + [""]).map { issuer in
            values.append(.text(issuer))
            return "$\(values.count)"
        }
        self.values = values
        let direction = query.isDescending ? "DESC" : "ASC"
        let order =
            switch query.sort {
            case .name: "sort \(direction), identity \(direction)"
            case .role: "height \(query.isDescending ? "ASC" : "DESC"), sort, identity"
            case .lastSignIn: "seen_at IS NULL, seen_at \(direction), sort, identity"
            }
        sql = """
            WITH granted AS (
                SELECT identity, max(\(MemberSelection.height("role"))) AS height,
                    max(source = 'invitation') AS is_invited, max(source = 'operator') AS is_named, min(email) AS email,
                    min(sort) AS sort, min(search) AS search
                FROM access_grant WHERE organization = $1 AND issuer IN (\(listed.joined(separator: ", ")))
                GROUP BY identity
            ), member AS (
                SELECT seen.identity AS identity, seen.sort AS sort, seen.search AS search, seen.seen_at AS seen_at,
                    seen.provider AS provider, seen.mapped_by AS mapped_by, seen.mapped_role AS mapped_role,
                    CASE WHEN coalesce(granted.height, 0) > \(MemberSelection.height("seen.mapped_role"))
                        THEN granted.height ELSE \(MemberSelection.height("seen.mapped_role")) END AS height,
                    granted.is_invited AS is_invited, granted.is_named AS is_named, seen.mapped_email AS email
                FROM person_seen AS seen LEFT JOIN granted ON granted.identity = seen.identity
                WHERE seen.organization = $1 AND (seen.mapped_role IS NOT NULL OR granted.identity IS NOT NULL)
                UNION ALL
                SELECT identity, sort, search, NULL, '', '', NULL, height, is_invited, is_named, lower(email)
                FROM granted WHERE NOT EXISTS (
                    SELECT 1 FROM person_seen AS seen
                    WHERE seen.organization = $1 AND seen.identity = granted.identity)
            )
            SELECT identity, ($2 = '' OR instr(search, $2) > 0) AND ($3 = '' OR height = \(MemberSelection.height("$3")))
                AND ($4 = '' OR provider = $4) AND ($6 = '' OR mapped_by = $6)
                AND ($5 = '' OR $5 = 'rule' AND mapped_role IS NOT NULL OR $5 = 'invitation' AND is_invited
                    OR $5 = 'operator' AND is_named)
            FROM member
            WHERE NOT EXISTS (
                    SELECT 1 FROM suspension AS own WHERE own.organization = $1 AND own.identity = member.identity)
                AND NOT EXISTS (
                    SELECT 1 FROM suspension_email AS own WHERE own.organization = $1 AND own.email = member.email)
            ORDER BY \(order)
            """
    }

    /// SQL expression: the height of a role, from 1; 0 for none.
    private static func height(_ role: String) -> String {
        let cases = Role.allCases.sorted().enumerated().map { "WHEN '\($1.rawValue)' THEN \($0 + 1)" }
        return "(CASE \(role) \(cases.joined(separator: " ")) ELSE 0 END)"
    }
}
