/// A role in an organization. `Comparable`: manager is highest, then viewer, then publisher.
public enum Role: String, Sendable, Hashable, CaseIterable, Comparable {
    case publisher = "inventory-publisher"
    case viewer = "organization-viewer"
    case manager = "organization-manager"

    public static func < (a: Role, b: Role) -> Bool { a.height < b.height }

    /// The permissions of the role, in its own organization only.
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

/// A set of roles, one bit each.
public struct Roles: OptionSet, Sendable, Hashable {
    public let rawValue: UInt8

    public init(rawValue: UInt8) {
        self.rawValue = rawValue
    }

    /// The set of one role.
    public init(_ role: Role) {
        switch role {
        case .publisher: rawValue = 1
        case .viewer: rawValue = 2
        case .manager: rawValue = 4
        }
    }

    public func contains(_ role: Role) -> Bool {
        contains(Roles(role))
    }
}
