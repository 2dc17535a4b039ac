public import Organizations
public import Tokens

/// The proof that policy allowed this request. Only it reaches a backend, and a backend takes the organization from it
/// alone, never from the path.
public struct Permit: Sendable {
    public let identity: Identity
    public let organization: OrganizationID
    public let permission: Permission
    /// The role that it was allowed with.
    public let role: Role

    // Policy makes permits, and nobody else can.
    init(identity: Identity, organization: OrganizationID, permission: Permission, role: Role) {
        self.identity = identity
        self.organization = organization
        self.permission = permission
        self.role = role
    }
}

/// Why a request is not allowed: the closed list.
public enum RefusalReason: String, Sendable, Hashable, CaseIterable {
    /// The role that one has does not include the permission.
    case permissionMissing = "permission_missing"
    /// One has no role, and claims that the provider left out could earn one.
    case claimsIncomplete = "claims_incomplete"
    /// There is no such organization, or one has no role in it: which of the two is not told.
    case organizationNotFound = "organization_not_found"
}

/// What policy answers.
public enum Decision: Sendable {
    case permit(Permit)
    case refuse(RefusalReason)
}
