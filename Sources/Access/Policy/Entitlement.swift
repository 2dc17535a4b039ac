public import ClaimMapping
public import Organizations
public import Tokens

/// What mapped claims and stored roles come to together.
public struct Standing: Sendable, Hashable {
    /// The highest role; `nil` for none.
    public let role: Role?
    /// Of the claim mapping and all grants together.
    public let permissions: Permissions
    /// `claim_mapping` or `grant`; `nil` without a role.
    public let source: String?
    /// The deciding row's id.
    public let mapping: String?
    public let reason: EntitlementReason

    /// - Parameters:
    ///   - evaluation: of the claims.
    ///   - grants: roles that are stored for this identity here; they count only while the organization lists the
    ///     provider.
    ///   - isSuspended: whether the organization shut the identity out; it then has nothing, whatever it would earn.
    ///   - isSuspensionUnknown: whether an address that is not known could be a suspended one; then it has nothing either.
    public init(
        _ evaluation: Evaluation, grants: [Role], isSuspended: Bool, isSuspensionUnknown: Bool
    ) {
        guard !isSuspended, !isSuspensionUnknown else {
            (role, permissions, source, mapping) = (nil, [], nil, nil)
            reason = isSuspended ? .suspended : .claimsIncomplete
            return
        }
        let grants = evaluation.reason == .providerNotAccepted ? [] : grants
        var permissions = evaluation.role?.permissions ?? []
        for role in grants { permissions.formUnion(role.permissions) }
        self.permissions = permissions
        if let granted = grants.max(), evaluation.role.map({ $0 < granted }) ?? true {
            (role, source, mapping, reason) = (granted, "grant", nil, .granted)
        } else {
            role = evaluation.role
            source = evaluation.role == nil ? nil : "claim_mapping"
            mapping = evaluation.mapping
            reason = evaluation.reason
        }
    }
}

/// What somebody has in one organization: the role that is shown, where it comes from, and all that it permits.
///
/// Worked out anew for each request, so that a change takes effect at once.
public struct Entitlement: Sendable {
    public let identity: Identity
    public let organization: OrganizationID
    public let standing: Standing

    public var role: Role? { standing.role }
    public var permissions: Permissions { standing.permissions }
    public var source: String? { standing.source }
    public var mapping: String? { standing.mapping }
    public var reason: EntitlementReason { standing.reason }

    /// - Parameters:
    ///   - claims: verified, of any provider.
    ///   - emailTrust: of the provider that they come from.
    ///   - grants: roles that are stored for this identity here.
    ///   - isSuspended: whether the organization shut the identity out.
    ///   - isSuspensionUnknown: whether an address that is not known could be a suspended one.
    public init(
        of claims: VerifiedClaims, in rules: OrganizationRules, emailTrust: EmailTrust, grants: [Role] = [],
        isSuspended: Bool = false, isSuspensionUnknown: Bool = false
    ) {
        identity = claims.identity
        organization = rules.id
        standing = Standing(
            isSuspended
                ? .none : rules.evaluate(claims.known, from: claims.provider.text, emailTrust: emailTrust),
            grants: grants, isSuspended: isSuspended, isSuspensionUnknown: isSuspensionUnknown)
    }
}

extension Entitlement {
    /// Decides one request of this identity in this organization.
    public func decide(_ permission: Permission) -> Decision {
        guard let role else {
            // Told only to tokens of a provider that the organization lists, whose rows could match: for them the
            // organization is no secret, and without the reason nobody could mend it.
            return .refuse(reason == .claimsIncomplete ? .claimsIncomplete : .organizationNotFound)
        }
        guard permissions.contains(permission) else { return .refuse(.permissionMissing) }
        return .permit(Permit(identity: identity, organization: organization, permission: permission, role: role))
    }
}
