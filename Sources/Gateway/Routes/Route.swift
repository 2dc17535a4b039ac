public import HTTPMessage
public import Organizations

/// Every place of the public listener, as a closed list: what is not here is 404, and what is labelled in logs and
/// metrics is one of these templates, never a path.
public enum Route: Hashable, Sendable, CaseIterable {
    case me
    case organizations
    case workspaces
    case workspace
    case summary
    case inventory
    case inventoryWorkspace
    case inventoryChanges

    /// The path with its variables in braces, as the contract writes it.
    public var template: String {
        switch self {
        case .me: "/api/v1/me"
        case .organizations: "/api/v1/organizations"
        case .workspaces: "/api/v1/organizations/{org}/workspaces"
        case .workspace: "/api/v1/organizations/{org}/workspaces/{ws}"
        case .summary: "/api/v1/organizations/{org}/summary"
        case .inventory: "/api/v1/organizations/{org}/inventory"
        case .inventoryWorkspace: "/api/v1/organizations/{org}/inventory/workspaces/{ws}"
        case .inventoryChanges: "/api/v1/organizations/{org}/inventory/changes"
        }
    }

    /// Whether something may be done there; `OPTIONS` always, and `HEAD` wherever `GET` may.
    public func allows(_ method: Method) -> Bool {
        switch method {
        case .options: true
        case .get, .head: self != .inventoryChanges
        case .put: self == .inventory || self == .inventoryWorkspace
        case .delete: self == .inventoryWorkspace
        case .post: self == .inventoryChanges
        case .patch, .other: false
        }
    }

    /// What may be done there, as the `Allow` field has it.
    var allow: String { Method.allCases.filter(allows).map(\.rawValue).joined(separator: ", ") }

    /// What one must be permitted there, in the organization that the path names; `nil` where being signed in is
    /// enough.
    public var permission: Permission? {
        switch self {
        case .me, .organizations: nil
        case .workspaces, .workspace, .summary: .readMetrics
        case .inventory, .inventoryWorkspace, .inventoryChanges: .writeInventory
        }
    }
}

/// A route with what stood in its variables, percent-decoded.
public struct RouteMatch: Hashable, Sendable {
    public let route: Route
    /// `{org}`; empty where the route has none.
    public var organization: String = ""
    /// `{ws}`; empty where the route has none.
    public var workspace: String = ""

    /// The route of a path's segments (`["api", "v1", "me"]`), or `nil`. A trailing slash makes another path.
    public init?(segments: [String]) {
        guard segments.count >= 3, segments[0] == "api", segments[1] == "v1" else { return nil }
        let rest = segments[2...]
        guard rest.first == "organizations" else {
            guard rest.first == "me", rest.count == 1 else { return nil }
            route = .me
            return
        }
        guard rest.count > 1 else {
            route = .organizations
            return
        }
        organization = segments[3]
        switch (segments.dropFirst(4).first, segments.count) {
        case ("workspaces", 5): route = .workspaces
        case ("workspaces", 6):
            route = .workspace
            workspace = segments[5]
        case ("summary", 5): route = .summary
        case ("inventory", 5): route = .inventory
        case ("inventory", 6) where segments[5] == "changes": route = .inventoryChanges
        case ("inventory", 7) where segments[5] == "workspaces":
            route = .inventoryWorkspace
            workspace = segments[6]
        default: return nil
        }
    }
}
