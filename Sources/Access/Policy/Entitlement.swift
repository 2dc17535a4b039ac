public import ClaimMapping
public import Identities
public import Tokens

/// The effective access from claim mapping and stored roles together.
public struct Standing: Sendable, Hashable {
    /// The source of the effective role.
    public enum Source: String, Sendable, Hashable {
        case claimMapping = "claim_mapping"
        case grant
    }

    /// The highest role; nil if there is none.
    public let role: Role?
    /// The permissions of the mapped role and of all grants together.
    public let permissions: Permissions
    /// The source of the role; nil without a role.
    public let source: Source?
    /// The id of the rule that decided.
    public let mapping: String?
    public let reason: EntitlementReason
    /// The mapped role and the roles of all grants.
    public let roles: Roles
    /// True if unknown claims could earn another role.
    public let isRoleUncertain: Bool
    /// True if an unknown address could be a suspended one.
    public let isSuspensionUnknown: Bool

    /// The standing of a user without a role.
    static let none = Standing(.none, grants: [], isSuspended: false, isSuspensionUnknown: false)

    /// - Parameters:
    ///   - evaluation: the evaluation of the claims.
    ///   - grants: roles that are stored for this identity in the organization. They count only while the organization
    ///     lists the provider.
    ///   - isSuspended: whether the organization suspended the identity; this overrides every role.
    ///   - isSuspensionUnknown: whether an unknown address could be a suspended one; this overrides every role too.
    public init(
        _ evaluation: Evaluation, grants: [Role], isSuspended: Bool, isSuspensionUnknown: Bool
    ) {
        self.isSuspensionUnknown = isSuspensionUnknown
        isRoleUncertain = evaluation.reason == .claimsIncomplete
        guard !isSuspended, !isSuspensionUnknown else {
            roles = []
            (role, permissions, source, mapping) = (nil, [], nil, nil)
            reason = isSuspended ? .suspended : .claimsIncomplete
            return
        }
        let grants = evaluation.reason == .providerNotAccepted ? [] : grants
        var permissions = evaluation.role?.permissions ?? []
        var roles = evaluation.role.map { Roles($0) } ?? []
        for role in grants {
            permissions.formUnion(role.permissions)
            roles.formUnion(Roles(role))
        }
        (self.permissions, self.roles) = (permissions, roles)
        if let granted = grants.max(), evaluation.role.map({ $0 < granted }) ?? true {
            (role, source, mapping, reason) = (granted, .grant, nil, .granted)
        } else {
            role = evaluation.role
            source = evaluation.role == nil ? nil : .claimMapping
            mapping = evaluation.mapping
            reason = evaluation.reason
        }
    }
}

/// A user's access to one organization: the effective role, its source, and the permissions it grants.
///
/// It is computed per request, so that a change takes effect at once.
public struct Entitlement: Sendable {
    public let identity: Identity
    public let organization: OrganizationID
    public let standing: Standing

    public var role: Role? { standing.role }
    public var permissions: Permissions { standing.permissions }
    public var source: Standing.Source? { standing.source }
    public var mapping: String? { standing.mapping }
    public var reason: EntitlementReason { standing.reason }

    /// - Parameters:
    ///   - claims: verified claims of any provider.
    ///   - emailTrust: the address trust of the claims' provider.
    ///   - grants: roles that are stored for this identity in the organization.
    ///   - isSuspended: whether the organization suspended the identity.
    ///   - isSuspensionUnknown: whether an unknown address could be a suspended one.
    public init(
        of claims: VerifiedClaims, in rules: OrganizationRules, emailTrust: EmailTrust, grants: [Role] = [],
        isSuspended: Bool = false, isSuspensionUnknown: Bool = false
    ) {
        identity = claims.identity
        organization = rules.id
        standing = Standing(
            isSuspended
                ? .none : rules.evaluate(claims.known, from: claims.provider, emailTrust: emailTrust),
            grants: grants, isSuspended: isSuspended, isSuspensionUnknown: isSuspensionUnknown)
    }
}

extension Entitlement {
    /// Decides one request of this identity in this organization.
    public func decide(_ permission: Permission) -> Decision {
        guard let role else {
            // Only tokens of a listed provider whose claims could match a rule get this reason. They may know that the
            // organization exists, and need the reason to correct the fault.
            return .refuse(reason == .claimsIncomplete ? .claimsIncomplete : .organizationNotFound)
        }
        guard permissions.contains(permission) else { return .refuse(.permissionMissing) }
        return .permit(Permit(identity: identity, organization: organization, permission: permission, role: role))
    }
}
