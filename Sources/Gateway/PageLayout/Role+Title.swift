public import Identities

extension Role {
    /// The role's title.
    public var title: String {
        switch self {
        case .manager: "Organization Manager"
        case .viewer: "Organization Viewer"
        case .publisher: "Inventory Publisher"
        }
    }
}
