public import Organizations

/// The proof that policy allowed a request: for whom it counts is Policy's to say, and this is its place until then.
public struct Permit: Sendable {
    public let organization: OrganizationID
    public let permission: Permission

    public init(organization: OrganizationID, permission: Permission) {
        self.organization = organization
        self.permission = permission
    }
}
