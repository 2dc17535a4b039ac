package import ClaimMapping
public import Databases
public import Identities
public import Policy
internal import Snapshots
internal import Text

/// A member: an identity with a role in an organization, and the sources of the role.
public struct Member: Sendable {
    public let id: IdentityID
    public let identity: Identity
    /// The last sign-in; nil if the identity has not signed in yet.
    public let signIn: LastSignIn?
    /// The access earned by the claims of the last sign-in; without a role if they earn none.
    public let access: EarnedAccess?
    /// The member's grants; at least one if the claims earn no role.
    public let grants: [Grant]
    /// The highest of the mapped role and the grants.
    public let role: Role
    /// Whether ``email`` counts as verified; nil if that is not known, since the claims cannot be opened.
    public let isVerified: Bool?

    /// Whether ``email`` is known to count as verified.
    public var isEmailVerified: Bool { isVerified == true }

    /// The full name at the last sign-in; nil if none is known.
    public var fullName: String? { signIn?.fullName }

    /// The address that counts as verified; nil if there is none.
    public var verifiedEmail: EmailAddress? {
        if let access { return access.verifiedEmail }
        return signIn.map(\.verifiedEmail) ?? grants.lazy.compactMap(\.email).first
    }

    /// The known address, verified or not; nil if there is none.
    public var email: EmailAddress? {
        if let signIn { signIn.email } else { grants.lazy.compactMap(\.email).first }
    }

    /// The name that lists show: the address, or the subject if there is none.
    public var name: String {
        if let signIn { return signIn.name }
        return grants.first.map { $0.email?.spelling ?? $0.identity.subject.text } ?? ""
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
    /// Returns a page of an organization's members under the rules in force, read by index. Once ``evaluateUsers(of:)``
    /// is done, the cost depends on the page's length, not on the number of users.
    ///
    /// - Parameters:
    ///   - after: the last member of the previous page; nil for the first page.
    ///   - limit: the maximum number of members.
    public func members(
        of organization: OrganizationID, by order: MemberOrder, after: IdentityID?, limit: Int
    ) async throws(DatabaseError) -> [Member] {
        try await memberPage(of: organization, by: order, after: after, limit: limit).members
    }

    /// A page of members, and the number of users whose claims were opened for it.
    struct MemberPage: Sendable {
        var members: [Member] = []
        var evaluated = 0
    }

    /// Variant of ``members(of:by:after:limit:)`` that also counts the evaluated users.
    func memberPage(
        of organization: OrganizationID, by order: MemberOrder, after: IdentityID?, limit: Int
    ) async throws(DatabaseError) -> MemberPage {
        let reading = reading(of: organization, under: settings.read().value)
        return try await database.read { transaction throws(DatabaseError) in
            var page = MemberPage()
            var last =
                try after.map { id throws(DatabaseError) in
                    try (
                        name: order == .name ? AccessStore.name(of: id, in: organization, transaction) : "",
                        identity: id.text
                    )
                } ?? (name: "", identity: "")
            while page.members.count < limit {
                let batch = limit - page.members.count + 10
                let found = try AccessStore.candidates(
                    organization, order, after: last, tag: reading.tag, limit: batch, transaction)
                for (_, text) in found {
                    guard let id = IdentityID(text) else {
                        throw DatabaseError(.failed, cause: "an identity cannot be read")
                    }
                    if let member = try reading.member(id, &page.evaluated, transaction) { page.members.append(member) }
                    if page.members.count == limit { break }
                }
                guard found.count == batch, let end = found.last else { break }
                last = end
            }
            return page
        }
    }

    /// Returns what members of an organization are read by.
    package func reading(of organization: OrganizationID, under settings: AccessSettings) -> MemberReading {
        let stored = snapshots.read().value.mappings(of: organization)
        return MemberReading(
            organization: organization, settings: settings, stored: stored,
            tag: settings.rules.tag(of: organization, with: stored))
    }

    /// Returns the identities that may have a role: those with a grant, and seen users unless it is stored that they
    /// earn none.
    private static func candidates(
        _ organization: OrganizationID, _ order: MemberOrder, after: (name: String, identity: String),
        tag: RulesTag?, limit: Int, _ transaction: Transaction
    ) throws(DatabaseError) -> [(name: String, identity: String)] {
        // Each part is limited too, so that no engine reads the rest of the index.
        let mayHaveRole = "(mapped_role IS NOT NULL OR rules <> $2)"
        let (organization, tag) = (SQLValue.text(organization.text), SQLValue.text(tag?.text ?? "-"))
        switch order {
        case .identity:
            return try transaction.all(
                """
                SELECT identity FROM (
                    SELECT identity FROM person_seen WHERE organization = $1 AND \(mayHaveRole) AND identity > $3
                    ORDER BY identity LIMIT $4) AS seen
                UNION SELECT identity FROM (
                    SELECT DISTINCT identity FROM access_grant WHERE organization = $1 AND identity > $3
                    ORDER BY identity LIMIT $4) AS given
                ORDER BY identity LIMIT $4
                """, organization, tag, .text(after.identity), .integer(limit)
            ) { row throws(DatabaseError) in (name: "", identity: row.text(0)) }
        case .name:
            // A user who signed in is named by the last sign-in, not by a grant.
            return try transaction.all(
                """
                SELECT name, identity FROM (
                    SELECT coalesce(email, subject) AS name, identity FROM person_seen
                    WHERE organization = $1 AND (coalesce(email, subject), identity) > ($3, $4)
                        AND (\(mayHaveRole) OR EXISTS (
                            SELECT 1 FROM access_grant AS own
                            WHERE own.organization = $1 AND own.identity = person_seen.identity))
                    ORDER BY coalesce(email, subject), identity LIMIT $5) AS signed_in
                UNION SELECT name, identity FROM (
                    SELECT DISTINCT coalesce(email, subject) AS name, identity FROM access_grant
                    WHERE organization = $1 AND (coalesce(email, subject), identity) > ($3, $4) AND NOT EXISTS (
                        SELECT 1 FROM person_seen AS seen
                        WHERE seen.organization = $1 AND seen.identity = access_grant.identity)
                    ORDER BY coalesce(email, subject), identity LIMIT $5) AS given
                ORDER BY name, identity LIMIT $5
                """, organization, tag, .text(after.name), .text(after.identity), .integer(limit)
            ) { row throws(DatabaseError) in (name: row.text(0), identity: row.text(1)) }
        }
    }

    private static func name(
        of id: IdentityID, in organization: OrganizationID, _ transaction: Transaction
    ) throws(DatabaseError) -> String {
        if let signIn = try signIn(of: id, in: organization, transaction) { return signIn.name }
        return try transaction.first(
            """
            SELECT coalesce(email, subject) FROM access_grant WHERE organization = $1 AND identity = $2
            ORDER BY created_at, id LIMIT 1
            """, .text(organization.text), .text(id.text)
        ) { row throws(DatabaseError) in row.text(0) } ?? ""
    }

    // MARK: Grants and suspensions

    /// Returns a page of an organization's grants, ordered by id.
    ///
    /// - Parameter after: the id of the last grant of the previous page.
    public func grants(
        of organization: OrganizationID, after: String, limit: Int
    ) async throws(DatabaseError) -> [Grant] {
        try await database.read { transaction throws(DatabaseError) in
            try transaction.all(
                """
                SELECT \(AccessStore.grantColumns) FROM access_grant WHERE organization = $1 AND id > $2
                ORDER BY id LIMIT $3
                """, .text(organization.text), .text(after), .integer(limit), read: AccessStore.grant)
        }
    }

    /// Returns a page of an organization's suspensions, ordered by identity id.
    ///
    /// - Parameter after: the last identity of the previous page.
    public func suspensions(
        of organization: OrganizationID, after: IdentityID?, limit: Int
    ) async throws(DatabaseError) -> [Suspension] {
        try await database.read { transaction throws(DatabaseError) in
            let ids = try transaction.all(
                "SELECT identity FROM suspension WHERE organization = $1 AND identity > $2 ORDER BY identity LIMIT $3",
                .text(organization.text), .text(after?.text ?? ""), .integer(limit)
            ) { row throws(DatabaseError) -> IdentityID in
                guard let id = IdentityID(row.text(0)) else {
                    throw DatabaseError(.failed, cause: "a suspension cannot be read")
                }
                return id
            }
            var found: [Suspension] = []
            for id in ids {
                if let suspension = try AccessStore.suspension(of: id, in: organization, transaction) {
                    found.append(suspension)
                }
            }
            return found
        }
    }
}

/// The rules under which members are read.
package struct MemberReading: Sendable {
    package let organization: OrganizationID
    package let settings: AccessSettings
    let stored: PreparedRules
    package let tag: RulesTag?

    /// Returns nil if the identity has no role now, or is suspended.
    ///
    /// - Parameters:
    ///   - evaluated: counts the users whose claims were opened.
    ///   - ignoresSuspensions: true for the role without the suspension.
    package func member(
        _ id: IdentityID, _ evaluated: inout Int, ignoresSuspensions: Bool = false, _ transaction: Transaction
    ) throws(DatabaseError) -> Member? {
        let signIn = try AccessStore.signIn(of: id, in: organization, transaction)
        let granted = try AccessStore.grants(of: id, in: organization, transaction)
        guard let identity = signIn?.identity ?? granted.first?.identity else { return nil }
        var access: EarnedAccess?
        if let signIn { access = self.access(of: signIn, &evaluated) }
        let grants = settings.rules.lists(issuer: identity.issuer, in: organization) ? granted : []
        guard let role = (grants.map(\.role) + [access?.role].compactMap { $0 }).max() else { return nil }
        let isVerified = signIn.map { self.isVerified($0.email, of: $0, access) } ?? true
        let member = Member(
            id: id, identity: identity, signIn: signIn, access: access, grants: grants, role: role,
            isVerified: isVerified)
        if ignoresSuspensions { return member }
        let email = member.verifiedEmail ?? (signIn == nil ? granted.lazy.compactMap(\.email).first : nil)
        return try AccessStore.isSuspended(id, email, in: organization, transaction) ? nil : member
    }

    /// Returns whether an address counts as verified by a sign-in, under the rules in force; nil if that is not known.
    ///
    /// - Parameter access: the access that the sign-in earns under the rules in force.
    package func isVerified(_ email: EmailAddress?, of signIn: LastSignIn, _ access: EarnedAccess?) -> Bool? {
        guard let email else { return false }
        // A role was earned by claims that could be opened. Without one, the address may be that of the sign-in.
        guard let access, access.role != nil || settings.claims(of: signIn) != nil else { return nil }
        return access.verifiedEmail == email
    }

    /// Returns the stored access if it was computed under equal rules, otherwise a new evaluation.
    package func access(of signIn: LastSignIn, _ evaluated: inout Int) -> EarnedAccess? {
        if let known = signIn.access, known.rules == tag { return known }
        evaluated += 1
        return settings.evaluate(signIn, with: stored)
    }
}
