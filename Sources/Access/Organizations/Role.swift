/// What an identity may be in an organization. `Comparable`: the manager is highest, then viewer, then publisher.
public enum Role: String, Sendable, Hashable, CaseIterable, Comparable {
    case publisher = "inventory-publisher"
    case viewer = "organization-viewer"
    case manager = "organization-manager"

    public static func < (a: Role, b: Role) -> Bool { a.height < b.height }

    /// What the role permits in its own organization, and nowhere else.
    public var permissions: Permissions {
        switch self {
        case .manager: [.readMetrics, .readMembers, .writeMembers, .writeMappings, .readAudit]
        case .viewer: [.readMetrics, .readMembers]
        case .publisher: [.writeInventory]
        }
    }

    private var height: Int {
        switch self {
        case .publisher: 0
        case .viewer: 1
        case .manager: 2
        }
    }
}
