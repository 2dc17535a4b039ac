public import ClaimMapping
public import Databases
public import Identities
internal import Text

/// A member: an identity with a role in an organization, and the sources of the role.
public struct SeenMember: Sendable {
    public let identity: IdentityID
    public let issuer: String
    public let subject: String
    /// The last sign-in; nil if the identity has not signed in yet.
    public let person: PersonSeen?
    /// The access earned by the claims of the last sign-in; without a role if they earn none.
    public let access: SeenAccess?
    /// The member's grants; at least one if the claims earn no role.
    public let grants: [Grant]
    /// The highest of the mapped role and the grants.
    public let role: Role

    /// The name that lists show.
    public var name: String {
        person.map { $0.email ?? $0.subject } ?? grants.first.map { $0.email ?? $0.subject } ?? ""
    }
}

/// The order of a list of members.
public enum MemberOrder: Sendable {
    /// The identity's id.
    case identity
    /// The address, or the subject if there is no address; compared by bytes.
    case name
}

extension AccessStore {
    /// Returns a page of an organization's members, read by index. Once ``judgePeople(of:by:)`` is done, the cost
    /// depends on the page's length, not on the number of users.
    ///
    /// - Parameters:
    ///   - after: the last member of the previous page; nil for the first page.
    ///   - limit: the maximum number of members.
    ///   - rows: the rules that managers added.
    public static func members(
        of organization: OrganizationID, by order: MemberOrder, after: IdentityID?, limit: Int,
        under rows: MappingRows, by rules: PeopleRules, _ transaction: Transaction
    ) throws(DatabaseError) -> [SeenMember] {
        let tag = rules.tag(organization, rows)
        var members: [SeenMember] = []
        var last =
            try after.map { id throws(DatabaseError) in
                try (name: order == .name ? name(of: id, in: organization, transaction) : "", identity: id.text)
            } ?? (name: "", identity: "")
        while members.count < limit {
            let batch = limit - members.count + 10
            let found = try candidates(organization, order, after: last, tag: tag, limit: batch, transaction)
            for (_, text) in found {
                guard let identity = IdentityID(text) else {
                    throw DatabaseError(.failed, cause: "an identity cannot be read")
                }
                let member = try member(identity, of: organization, under: rows, tag, by: rules, transaction)
                if let member { members.append(member) }
                if members.count == limit { break }
            }
            guard found.count == batch, let end = found.last else { break }
            last = end
        }
        return members
    }

    /// Returns the identities that may have a role: those with a grant, and seen users unless it is stored that they
    /// earn none.
    private static func candidates(
        _ organization: OrganizationID, _ order: MemberOrder, after: (name: String, identity: String),
        tag: RulesTag?, limit: Int, _ transaction: Transaction
    ) throws(DatabaseError) -> [(name: String, identity: String)] {
        let mayHaveRole = "(mapped_role IS NOT NULL OR rules <> $2)"
        let (organization, tag) = (SQLValue.text(organization.text), SQLValue.text(tag?.text ?? "-"))
        switch order {
        case .identity:
            return try transaction.all(
                """
                SELECT identity FROM person_seen WHERE organization = $1 AND \(mayHaveRole) AND identity > $3
                UNION SELECT identity FROM access_grant WHERE organization = $1 AND identity > $3
                ORDER BY identity LIMIT $4
                """, organization, tag, .text(after.identity), .integer(limit)
            ) { row throws(DatabaseError) in (name: "", identity: row.text(0)) }
        case .name:
            // A user who signed in is named by the last sign-in, not by a grant.
            return try transaction.all(
                """
                SELECT coalesce(email, subject) AS name, identity FROM person_seen
                WHERE organization = $1 AND (coalesce(email, subject), identity) > ($3, $4)
                    AND (\(mayHaveRole) OR EXISTS (
                        SELECT 1 FROM access_grant AS own
                        WHERE own.organization = $1 AND own.identity = person_seen.identity))
                UNION SELECT coalesce(email, subject) AS name, identity FROM access_grant
                WHERE organization = $1 AND (coalesce(email, subject), identity) > ($3, $4) AND NOT EXISTS (
                    SELECT 1 FROM person_seen AS seen
                    WHERE seen.organization = $1 AND seen.identity = access_grant.identity)
                ORDER BY name, identity LIMIT $5
                """, organization, tag, .text(after.name), .text(after.identity), .integer(limit)
            ) { row throws(DatabaseError) in (name: row.text(0), identity: row.text(1)) }
        }
    }

    private static func name(
        of identity: IdentityID, in organization: OrganizationID, _ transaction: Transaction
    ) throws(DatabaseError) -> String {
        if let person = try person(identity, in: organization, transaction) { return person.email ?? person.subject }
        return try transaction.first(
            "SELECT coalesce(email, subject) FROM access_grant WHERE organization = $1 AND identity = $2",
            .text(organization.text), .text(identity.text)
        ) { row throws(DatabaseError) in row.text(0) } ?? ""
    }

    /// Returns nil if the identity has no role now, or is suspended.
    private static func member(
        _ identity: IdentityID, of organization: OrganizationID, under rows: MappingRows, _ tag: RulesTag?,
        by rules: PeopleRules, _ transaction: Transaction
    ) throws(DatabaseError) -> SeenMember? {
        let person = try person(identity, in: organization, transaction)
        let stored = try grants(of: identity, in: organization, transaction)
        guard let name = person.map({ ($0.issuer, $0.subject) }) ?? stored.first.map({ ($0.issuer, $0.subject) })
        else { return nil }
        let access = person.flatMap { rules.access(of: $0, under: rows, tag: tag) }
        let grants = rules.accepts(name.0, organization) ? stored : []
        guard let role = (grants.map(\.role) + [access?.role].compactMap { $0 }).max() else { return nil }
        let email =
            if let access { access.verifiedEmail } else {
                person.map(\.verifiedEmail) ?? stored.lazy.compactMap(\.email).first
            }
        guard try !isSuspended(identity, email, in: organization, transaction) else { return nil }
        return SeenMember(
            identity: identity, issuer: name.0, subject: name.1, person: person, access: access, grants: grants,
            role: role)
    }

    // MARK: Grants and suspensions

    /// Returns a page of an organization's grants, ordered by id.
    ///
    /// - Parameter after: the id of the last grant of the previous page.
    public static func grants(
        _ organization: OrganizationID, after: String, limit: Int, _ transaction: Transaction
    ) throws(DatabaseError) -> [Grant] {
        try transaction.all(
            "SELECT \(grantColumns) FROM access_grant WHERE organization = $1 AND id > $2 ORDER BY id LIMIT $3",
            .text(organization.text), .text(after), .integer(limit), read: grant)
    }

    /// Returns a page of an organization's suspensions, ordered by identity id.
    ///
    /// - Parameter after: the last identity of the previous page.
    public static func suspensions(
        _ organization: OrganizationID, after: IdentityID?, limit: Int, _ transaction: Transaction
    ) throws(DatabaseError) -> [Suspension] {
        let ids = try transaction.all(
            "SELECT identity FROM suspension WHERE organization = $1 AND identity > $2 ORDER BY identity LIMIT $3",
            .text(organization.text), .text(after?.text ?? ""), .integer(limit)
        ) { row throws(DatabaseError) in row.text(0) }
        var found: [Suspension] = []
        for id in ids {
            if let suspension = try suspension(of: id, in: organization, transaction) { found.append(suspension) }
        }
        return found
    }
}
