/// One permission that policy can grant in an organization.
public enum Permission: String, Sendable, Hashable, CaseIterable {
    case readMetrics = "metrics.read"
    case readMembers = "members.read"
    case writeMembers = "members.write"
    case writeMappings = "mappings.write"
    case readAudit = "audit.read"
    case writeInventory = "inventory.write"
}

/// A set of permissions, one bit each.
public struct Permissions: OptionSet, Sendable, Hashable {
    public let rawValue: UInt8

    public init(rawValue: UInt8) {
        self.rawValue = rawValue
    }

    public static let readMetrics = Permissions(.readMetrics)
    public static let readMembers = Permissions(.readMembers)
    public static let writeMembers = Permissions(.writeMembers)
    public static let writeMappings = Permissions(.writeMappings)
    public static let readAudit = Permissions(.readAudit)
    public static let writeInventory = Permissions(.writeInventory)

    /// The set of one permission.
    public init(_ permission: Permission) {
        switch permission {
        case .readMetrics: rawValue = 1
        case .readMembers: rawValue = 2
        case .writeMembers: rawValue = 4
        case .writeMappings: rawValue = 8
        case .readAudit: rawValue = 16
        case .writeInventory: rawValue = 32
        }
    }

    public func contains(_ permission: Permission) -> Bool {
        contains(Permissions(permission))
    }
}
