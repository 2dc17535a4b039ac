internal import Endpoints
public import Identities
package import Web

/// The organization in the header of its pages.
public struct OrganizationHeader: Sendable {
    public let id: OrganizationID
    public let name: String
    /// The role's title.
    public let role: String
    /// Whether the user may only view.
    public let isReadOnly: Bool

    /// - Parameters:
    ///   - role: the role's title.
    ///   - isReadOnly: true if the user may only view.
    public init(id: OrganizationID, name: String, role: String, isReadOnly: Bool) {
        self.id = id
        self.name = name
        self.role = role
        self.isReadOnly = isReadOnly
    }
}

extension OrganizationHeader {
    /// The pages of an organization.
    package enum Tab: CaseIterable {
        case overview
        case members
        case mappings
        case audit

        var path: PathTemplate {
            switch self {
            case .overview: Paths.organization
            case .members: Paths.members
            case .mappings: Paths.mappings
            case .audit: Paths.audit
            }
        }

        var title: String {
            switch self {
            case .overview: "Overview"
            case .members: "Members"
            case .mappings: "Claim mappings"
            case .audit: "Audit log"
            }
        }
    }
}

extension OrganizationHeader {
    /// The path of one of the organization's pages.
    package func path(_ tab: Tab) -> String { tab.path.path(id.text) }

    /// The organization's name and links to its other pages; the link to the log is for managers.
    package func heading(_ current: Tab) -> HTML {
        let tabs = Tab.allCases.filter { !isReadOnly || $0 != .audit }.map { tab -> HTML in
            let state: HTML = tab == current ? " aria-current=\"page\"" : ""
            return "<li><a href=\"\(path(tab))\"\(state)>\(tab.title)</a></li>"
        }
        return """
            <div class="heading"><h1>\(name)</h1><p class="role">\(role)</p></div>
            <nav class="tabs" aria-label="Pages of \(name)"><ul>\(tabs)</ul></nav>
            """
    }

    /// One of the organization's pages.
    package func page(_ tab: Tab, _ account: Account, _ content: HTML) -> HTML {
        Page(
            title: "\(tab.title) · \(name)", account: account,
            path: [(name, path(.overview)), (tab.title, path(tab))], content: heading(tab) + content
        ).document
    }
}
