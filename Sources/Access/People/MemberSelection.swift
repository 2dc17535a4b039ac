internal import Databases
internal import Grants
internal import Identities
internal import Policy
internal import Text

/// The members of an organization as a list needs them: their identities in order, and whether they match.
///
/// Its conditions are those of ``MemberReading``, which reads the members of one page. Sign-ins are read by an index
/// alone. A user has one row, that of the sign-in or else that of the grant; only users with several rows, of which there
/// are few, are looked up. Joining both tables in SQL takes several times as long.
struct MemberSelection {
    private let organization: OrganizationID
    private let issuers: [Issuer]

    init(_ reading: MemberReading) {
        organization = reading.organization
        issuers = reading.settings.rules.issuers(of: reading.organization)
    }

    /// The grants of one identity.
    private struct Granted {
        var role: Role
        var isInvited: Bool
        var isNamed: Bool

        init(_ role: Role, isInvited: Bool) { (self.role, self.isInvited, isNamed) = (role, isInvited, !isInvited) }

        mutating func add(_ other: Granted) {
            role = max(role, other.role)
            (isInvited, isNamed) = (isInvited || other.isInvited, isNamed || other.isNamed)
        }
    }

    private struct Candidate {
        let identity: String
        let role: Role
    }

    /// Returns the identities of the members that a query selects, in its order, and the number of all members.
    func members(
        matching query: MemberQuery, _ transaction: Transaction
    ) throws(DatabaseError) -> (found: [String], all: Int) {
        let several = try several(transaction)
        var (found, all): ([Candidate], Int) = ([], 0)
        var known: Set<ExactText> = []
        for row in try rows(query, transaction) {
            let others = several.isEmpty ? nil : several[ExactText(row.identity)]
            let own = others ?? row.granted
            guard let role = [own?.role, row.mapped].compactMap({ $0 }).max() else { continue }
            // A user with several grants and no sign-in has several rows.
            if !row.isSeen, others != nil {
                guard known.insert(ExactText(row.identity)).inserted else { continue }
            }
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

    /// Returns the number of members.
    func count(_ transaction: Transaction) throws(DatabaseError) -> Int {
        let unsuspended = try unsuspended(transaction)
        let (listed, values) = listed(after: 1)
        return try transaction.all(
            """
            SELECT (SELECT count(*) FROM person_seen AS seen WHERE organization = $1 \(unsuspended.seen)
                AND (\(MemberSelection.height(of: "mapped_role")) > 0 OR EXISTS (
                    SELECT 1 FROM access_grant AS own WHERE own.organization = $1 AND own.identity = seen.identity
                        AND own.issuer IN \(listed) AND \(MemberSelection.height(of: "own.role")) > 0)))
                + (SELECT count(DISTINCT identity) FROM access_grant AS given WHERE organization = $1
                    AND issuer IN \(listed) AND \(MemberSelection.height(of: "role")) > 0
                    AND \(MemberSelection.isUnseen) \(unsuspended.given))
            """, [.text(organization.text)] + values
        ) { row throws(DatabaseError) in row.integer(0) }.first ?? 0
    }

    // MARK: Rows

    /// Returns the grants of the users that have a sign-in or several grants.
    private func several(_ transaction: Transaction) throws(DatabaseError) -> [ExactText: Granted] {
        var granted: [ExactText: Granted] = [:]
        try transaction.each(
            """
            SELECT identity, issuer, role, source FROM access_grant AS given WHERE organization = $1
                AND (NOT \(MemberSelection.isUnseen) OR identity IN (
                    SELECT identity FROM access_grant WHERE organization = $1 GROUP BY identity HAVING count(*) > 1))
            """, .text(organization.text)
        ) { row throws(DatabaseError) in
            guard let role = Role(exactly: row.text(2)), issuers.contains(Issuer(row.text(1))) else { return }
            let isInvited = row.text(3).isExactly(Grant.Source.invitation.rawValue)
            let (key, own) = (ExactText(row.text(0)), Granted(role, isInvited: isInvited))
            granted[key, default: own].add(own)
        }
        return granted
    }

    private struct SelectionRow {
        let identity: String
        let mapped: Role?
        /// The grant of a user who has not signed in.
        let granted: Granted?
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
        let unsuspended = try unsuspended(transaction)
        let (listed, values) = listed(after: 4)
        return try transaction.all(
            """
            SELECT identity, \(MemberSelection.height(of: "mapped_role")),
                CASE WHEN ($2 = '' OR instr(search, $2) > 0) AND ($3 = '' OR provider = $3)
                    AND ($4 = '' OR mapped_by = $4) THEN 1 ELSE 0 END,
                1, 0, sort, seen_at AS latest
            FROM person_seen AS seen WHERE organization = $1 \(unsuspended.seen)
            UNION ALL
            SELECT identity, (CASE WHEN issuer IN \(listed) THEN \(MemberSelection.height(of: "role")) ELSE 0 END),
                CASE WHEN ($2 = '' OR instr(search, $2) > 0) AND $3 = '' AND $4 = '' THEN 1 ELSE 0 END, 0,
                CASE source WHEN '\(Grant.Source.invitation.rawValue)' THEN 1 ELSE 0 END, sort, \(never)
            FROM access_grant AS given WHERE organization = $1 AND \(MemberSelection.isUnseen) \(unsuspended.given)
            ORDER BY \(order)
            """,
            [
                .text(organization.text), .text(PersonTexts.pattern(query.text)), .text(query.provider?.text ?? ""),
                .text(query.rule ?? ""),
            ] + values
        ) { row throws(DatabaseError) in
            let (height, isSeen) = (row.integer(1), row.boolean(3))
            let role = height > 0 ? MemberSelection.heights[height - 1] : nil
            return SelectionRow(
                identity: row.text(0), mapped: isSeen ? role : nil,
                granted: isSeen ? nil : role.map { Granted($0, isInvited: row.boolean(4)) }, fits: row.boolean(2),
                isSeen: isSeen)
        }
    }

    // MARK: Conditions

    /// The roles from the lowest.
    private static let heights = Role.allCases.sorted()

    /// SQL expression: the place of a role among ``heights``, from 1; 0 for no role.
    private static func height(of column: String) -> String {
        let cases = heights.enumerated().map { "WHEN '\($1.rawValue)' THEN \($0 + 1)" }.joined(separator: " ")
        return "(CASE \(column) \(cases) ELSE 0 END)"
    }

    /// SQL condition: the user of a row of `access_grant AS given` has not signed in.
    private static let isUnseen =
        """
        NOT EXISTS (SELECT 1 FROM person_seen AS own WHERE own.organization = $1 AND own.identity = given.identity)
        """

    /// SQL list of the issuers whose users can have a role here, and its values.
    ///
    /// - Parameter count: the number of values before them.
    private func listed(after count: Int) -> (sql: String, values: [SQLValue]) {
        let places = issuers.indices.map { "$\(count + 1 + $0)" }
        return ("(\(places.isEmpty ? "NULL" : places.joined(separator: ", ")))", issuers.map { .text($0.text) })
    }

    /// SQL conditions for rows of `person_seen AS seen` and of `access_grant AS given`: the user is not suspended. They
    /// are empty for an organization that has suspended no user, so that a list does not look for each of its rows.
    private func unsuspended(_ transaction: Transaction) throws(DatabaseError) -> (seen: String, given: String) {
        let isNeeded = try transaction.first(
            """
            SELECT 1 FROM suspension WHERE organization = $1
            UNION ALL SELECT 1 FROM suspension_email WHERE organization = $1 LIMIT 1
            """, .text(organization.text)
        ) { _ throws(DatabaseError) in true }
        guard isNeeded == true else { return ("", "") }
        func conditions(_ row: String, _ address: String) -> String {
            """
            AND NOT EXISTS (
                SELECT 1 FROM suspension AS own WHERE own.organization = $1 AND own.identity = \(row).identity)
            AND NOT EXISTS (
                SELECT 1 FROM suspension_email AS own WHERE own.organization = $1 AND own.email = \(address))
            """
        }
        return (conditions("seen", "seen.mapped_email"), conditions("given", "lower(given.email)"))
    }
}
