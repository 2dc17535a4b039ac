public import ClaimMapping
public import Identities
internal import Text

/// All grants, suspensions and stored rules at one version of the store. Decisions read only the snapshot, so that they
/// never see a partial change.
public struct AccessSnapshot: Sendable {
    private struct Person: Hashable {
        let issuer: ExactText
        let subject: ExactText

        init(issuer: String, subject: String) {
            self.issuer = ExactText(issuer)
            self.subject = ExactText(subject)
        }
    }

    private struct Tenant {
        /// Roles by the grant's id.
        var grants = ShardedDictionary<Person, [ExactText: Role]>()
        var suspended: Set<Person> = []
        var suspendedEmails: Set<ExactText> = []
        var mappings = MappingRows.none
    }

    private var tenants: [OrganizationID: Tenant] = [:]

    public static let empty = AccessSnapshot(grants: [], suspensions: [])

    /// - Parameter mappings: the rules that managers added, by organization.
    public init(grants: [Grant], suspensions: [Suspension], mappings: [OrganizationID: MappingRows] = [:]) {
        for grant in grants { apply(.granted(grant)) }
        for (organization, own) in Dictionary(grouping: suspensions, by: \.organization) {
            apply(.suspensions(organization, own))
        }
        for (organization, rows) in mappings { apply(.mappings(organization, rows)) }
    }

    /// Returns the roles that are stored for an identity.
    public func roles(issuer: String, subject: String, in organization: OrganizationID) -> [Role] {
        guard let grants = tenants[organization]?.grants[Person(issuer: issuer, subject: subject)] else { return [] }
        return Array(grants.values)
    }

    /// Returns the rules that managers added.
    public func mappings(of organization: OrganizationID) -> MappingRows {
        tenants[organization]?.mappings ?? .none
    }

    /// Returns true if an identity or its verified address is suspended.
    ///
    /// - Parameter verifiedEmail: in lower case; nil if it is not verified.
    public func isSuspended(
        issuer: String, subject: String, verifiedEmail: @autoclosure () -> String?, in organization: OrganizationID
    ) -> Bool {
        guard let tenant = tenants[organization], !tenant.suspended.isEmpty else { return false }
        if tenant.suspended.contains(Person(issuer: issuer, subject: subject)) { return true }
        guard !tenant.suspendedEmails.isEmpty, let email = verifiedEmail() else { return false }
        return tenant.suspendedEmails.contains(ExactText(email))
    }

    /// Returns true if an organization has suspended addresses. An identity whose address is unknown could have one of
    /// them.
    public func suspendsAddresses(in organization: OrganizationID) -> Bool {
        tenants[organization].map { !$0.suspendedEmails.isEmpty } ?? false
    }

    /// Returns true if an identity is suspended, but this address of it is not suspended yet.
    public func lacksEmail(
        _ email: String, ofSuspended issuer: String, _ subject: String, in organization: OrganizationID
    ) -> Bool {
        guard let tenant = tenants[organization] else { return false }
        return tenant.suspended.contains(Person(issuer: issuer, subject: subject))
            && !tenant.suspendedEmails.contains(ExactText(email))
    }

    /// Applies a committed change. A change may be applied twice, or after a newer state was read: the result is equal.
    mutating func apply(_ change: AccessChange) {
        switch change {
        case .granted(let grant):
            let person = Person(issuer: grant.issuer, subject: grant.subject)
            var grants = tenants[grant.organization]?.grants[person] ?? [:]
            grants[ExactText(grant.id)] = grant.role
            tenants[grant.organization, default: Tenant()].grants[person] = grants
        case .revoked(let grant):
            let person = Person(issuer: grant.issuer, subject: grant.subject)
            var grants = tenants[grant.organization]?.grants[person] ?? [:]
            grants[ExactText(grant.id)] = nil
            tenants[grant.organization, default: Tenant()].grants[person] = grants.isEmpty ? nil : grants
        case .suspensions(let organization, let suspensions):
            tenants[organization, default: Tenant()].suspended = Set(
                suspensions.map { Person(issuer: $0.issuer, subject: $0.subject) })
            tenants[organization, default: Tenant()].suspendedEmails = Set(suspensions.flatMap(\.emails))
        case .mappings(let organization, let rows):
            tenants[organization, default: Tenant()].mappings = rows
        }
    }
}

/// The changes of an ``AccessSnapshot`` by a committed write.
enum AccessChange: Sendable {
    case granted(Grant)
    case revoked(Grant)
    /// All suspensions of an organization after the change.
    case suspensions(OrganizationID, [Suspension])
    /// All stored rules of an organization after the change.
    case mappings(OrganizationID, MappingRows)
}
