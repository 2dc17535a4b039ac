public import ClaimMapping
public import Databases
public import Organizations
internal import Text

/// An identity with a role in an organization, and from where.
public struct SeenMember: Sendable {
    public let identity: IdentityID
    public let issuer: String
    public let subject: String
    /// `nil` for an identity that was not seen yet.
    public let person: PersonSeen?
    /// What the claims of the last sign-in earn; without a role if they earn nothing.
    public let access: SeenAccess?
    /// At least one if the claims earn nothing.
    public let grants: [Grant]
    /// The highest of the mapped role and the grants.
    public let role: Role

    /// As lists show the identity.
    public var name: String {
        person.map { $0.email ?? $0.subject } ?? grants.first.map { $0.email ?? $0.subject } ?? ""
    }
}

/// By what a list of members is sorted.
public enum MemberOrder: Sendable {
    /// The identity's id.
    case identity
    /// The address, or the subject where there is none; by bytes.
    case name
}

extension AccessStore {
    /// A page of the identities that have a role in an organization, read by index: its cost depends on the page's
    /// length and not on how many people there are, once ``judgePeople(of:by:)`` is done.
    ///
    /// - Parameters:
    ///   - after: the last one of the page before; `nil` for the first page.
    ///   - limit: how many at most.
    ///   - rows: those that managers added.
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

    /// Those who may have a role: everyone with a grant, and people seen unless it is stored that they earn nothing.
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
            // A person who was seen is named by the last sign-in, whatever a grant says.
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

    /// `nil` if the identity has no role now, or is suspended.
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

    /// A page of an organization's grants, by their ids.
    ///
    /// - Parameter after: the last one of the page before.
    public static func grants(
        _ organization: OrganizationID, after: String, limit: Int, _ transaction: Transaction
    ) throws(DatabaseError) -> [Grant] {
        try transaction.all(
            "SELECT \(grantColumns) FROM access_grant WHERE organization = $1 AND id > $2 ORDER BY id LIMIT $3",
            .text(organization.text), .text(after), .integer(limit), read: grant)
    }

    /// A page of an organization's suspensions, by the ids of their identities.
    ///
    /// - Parameter after: the last one of the page before.
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
