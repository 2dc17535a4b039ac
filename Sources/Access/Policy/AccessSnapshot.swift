public import ClaimMapping
public import Identities
internal import Text

/// All grants, suspensions and stored rules at one version of the store. Decisions read only the snapshot, so that they
/// never see a partial change.
public struct AccessSnapshot: Sendable {
    private struct Tenant {
        /// Roles by the grant's id.
        var grants = ShardedDictionary<Identity, [ExactText: Role]>()
        var suspended: Set<Identity> = []
        var suspendedEmails: Set<EmailAddress> = []
        var mappings = PreparedRules.none
    }

    private var tenants: [OrganizationID: Tenant] = [:]

    public static let empty = AccessSnapshot(grants: [], suspensions: [])

    /// - Parameter mappings: the rules that managers added, by organization.
    public init(grants: [Grant], suspensions: [Suspension], mappings: [OrganizationID: PreparedRules] = [:]) {
        for grant in grants { apply(.granted(grant)) }
        for (organization, own) in Dictionary(grouping: suspensions, by: \.organization) {
            apply(.suspensions(organization, own))
        }
        for (organization, rows) in mappings { apply(.mappings(organization, rows)) }
    }

    /// Replaces the grants of one identity in an organization.
    public mutating func replaceGrants(of identity: Identity, in organization: OrganizationID, _ grants: [Grant]) {
        let roles = Dictionary(grants.map { (ExactText($0.id), $0.role) }, uniquingKeysWith: { _, last in last })
        tenants[organization, default: Tenant()].grants[identity] = roles.isEmpty ? nil : roles
    }

    /// Keeps the grants of one identity in an organization as another snapshot has them.
    mutating func keepGrants(
        of identity: Identity, in organization: OrganizationID, as former: AccessSnapshot
    ) {
        tenants[organization, default: Tenant()].grants[identity] = former.tenants[organization]?.grants[identity]
    }

    /// Keeps the suspensions of an organization as another snapshot has them.
    mutating func keepSuspensions(in organization: OrganizationID, as former: AccessSnapshot) {
        let own = former.tenants[organization] ?? Tenant()
        tenants[organization, default: Tenant()].suspended = own.suspended
        tenants[organization, default: Tenant()].suspendedEmails = own.suspendedEmails
    }

    /// Returns the roles that are stored for an identity.
    public func roles(of identity: Identity, in organization: OrganizationID) -> [Role] {
        guard let grants = tenants[organization]?.grants[identity] else { return [] }
        return Array(grants.values)
    }

    /// Returns true if another identity has a stored role of a manager, and is not suspended. Visits all grants at worst.
    public func hasManager(besides identity: Identity, in organization: OrganizationID) -> Bool {
        guard let tenant = tenants[organization] else { return false }
        return tenant.grants.contains { holder, roles in
            holder != identity && roles.values.contains(.manager) && !tenant.suspended.contains(holder)
        }
    }

    /// Returns the rules that managers added.
    public func mappings(of organization: OrganizationID) -> PreparedRules {
        tenants[organization]?.mappings ?? .none
    }

    /// Returns true if an identity or its verified address is suspended.
    ///
    /// - Parameter verifiedEmail: nil if no address is verified.
    public func isSuspended(
        _ identity: Identity, verifiedEmail: @autoclosure () -> EmailAddress?, in organization: OrganizationID
    ) -> Bool {
        guard let tenant = tenants[organization], !tenant.suspended.isEmpty else { return false }
        if tenant.suspended.contains(identity) { return true }
        return isSuspended(verifiedEmail(), in: organization)
    }

    /// Returns true if an address is suspended; false if it is nil.
    public func isSuspended(_ email: @autoclosure () -> EmailAddress?, in organization: OrganizationID) -> Bool {
        guard let tenant = tenants[organization], !tenant.suspendedEmails.isEmpty, let email = email() else {
            return false
        }
        return tenant.suspendedEmails.contains(email)
    }

    /// Returns true if an organization has suspended addresses. An identity whose address is unknown could have one of
    /// them.
    public func suspendsAddresses(in organization: OrganizationID) -> Bool {
        tenants[organization].map { !$0.suspendedEmails.isEmpty } ?? false
    }

    /// Returns true if an identity is suspended, but this address of it is not suspended yet.
    public func lacksEmail(
        _ email: EmailAddress, ofSuspended identity: Identity, in organization: OrganizationID
    ) -> Bool {
        guard let tenant = tenants[organization] else { return false }
        return tenant.suspended.contains(identity) && !tenant.suspendedEmails.contains(email)
    }

    /// Applies a committed change. A change may be applied twice, or after a newer state was read: the result is equal.
    public mutating func apply(_ change: AccessChange) {
        switch change {
        case .granted(let grant):
            var grants = tenants[grant.organization]?.grants[grant.identity] ?? [:]
            grants[ExactText(grant.id)] = grant.role
            tenants[grant.organization, default: Tenant()].grants[grant.identity] = grants
        case .revoked(let grant):
            var grants = tenants[grant.organization]?.grants[grant.identity] ?? [:]
            grants[ExactText(grant.id)] = nil
            tenants[grant.organization, default: Tenant()].grants[grant.identity] = grants.isEmpty ? nil : grants
        case .suspensions(let organization, let suspensions):
            tenants[organization, default: Tenant()].suspended = Set(suspensions.map(\.identity))
            tenants[organization, default: Tenant()].suspendedEmails = Set(suspensions.flatMap(\.emails))
        case .mappings(let organization, let rows):
            tenants[organization, default: Tenant()].mappings = rows
        }
    }
}

/// The changes of an ``AccessSnapshot`` by a committed write.
public enum AccessChange: Sendable {
    case granted(Grant)
    case revoked(Grant)
    /// All suspensions of an organization after the change.
    case suspensions(OrganizationID, [Suspension])
    /// All stored rules of an organization after the change.
    case mappings(OrganizationID, PreparedRules)
}
