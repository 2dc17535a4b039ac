public import Identities

/// The proof that policy allowed this request. Backends accept nothing else, and take the organization from the permit,
/// never from the path.
public struct Permit: Sendable {
    public let identity: Identity
    public let organization: OrganizationID
    public let permission: Permission
    /// The role that permitted the request.
    public let role: Role

    // Internal: only policy makes permits.
    init(identity: Identity, organization: OrganizationID, permission: Permission, role: Role) {
        self.identity = identity
        self.organization = organization
        self.permission = permission
        self.role = role
    }
}

/// The closed list of reasons why a request is refused.
public enum RefusalReason: String, Sendable, Hashable, CaseIterable {
    /// The user's role does not include the permission.
    case permissionMissing = "permission_missing"
    /// The user has no role, and claims that the provider left out could earn one.
    case claimsIncomplete = "claims_incomplete"
    /// The organization does not exist, or the user has no role in it; the response does not tell which.
    case organizationNotFound = "organization_not_found"
}

/// The decision of policy on one request.
public enum Decision: Sendable {
    case permit(Permit)
    case refuse(RefusalReason)
}
