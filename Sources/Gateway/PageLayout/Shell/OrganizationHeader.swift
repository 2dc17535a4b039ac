package import Endpoints
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
    /// The user's other organizations, which the menu lists.
    let others: [OtherOrganization]
    /// The number of open access requests beside their tab.
    let openRequests: Int
    /// Whether the organization has applications behind the gateway.
    let hasUpstreams: Bool

    /// - Parameters:
    ///   - role: the role's title.
    ///   - isReadOnly: true if the user may only view.
    ///   - openRequests: the number of open access requests.
    ///   - hasUpstreams: true if the organization has applications behind the gateway.
    package init(
        id: OrganizationID, name: String, role: String, isReadOnly: Bool, others: [OtherOrganization] = [],
        openRequests: Int = 0, hasUpstreams: Bool = false
    ) {
        self.hasUpstreams = hasUpstreams
        self.others = others
        self.id = id
        self.name = name
        self.role = role
        self.isReadOnly = isReadOnly
        self.openRequests = openRequests
    }
}

extension OrganizationHeader {
    /// The pages of an organization.
    package enum Tab: CaseIterable {
        case overview
        case usage
        case members
        case requests
        case mappings
        case upstreams
        case audit

        var path: PathTemplate {
            switch self {
            case .overview: Paths.organization
            case .usage: Paths.usage
            case .members: Paths.members
            case .requests: Paths.requests
            case .mappings: Paths.mappings
            case .upstreams: Paths.upstreams
            case .audit: Paths.audit
            }
        }

        var title: String {
            switch self {
            case .overview: "Overview"
            case .usage: "Usage"
            case .members: "Members"
            case .requests: "Access requests"
            case .mappings: "Claim rules"
            case .upstreams: "Applications"
            case .audit: "Audit log"
            }
        }

        /// Whether the page is for managers.
        var isForManagers: Bool { self == .requests || self == .audit }
    }
}

extension OrganizationHeader {
    /// The path of one of the organization's pages.
    package func path(_ tab: Tab) -> String { tab.path.path(id.text) }

    /// The organization's name, with a menu that leads to the user's other organizations.
    var switcher: HTML {
        let others = others.map { other -> HTML in
            """
            <li><a href="\(Paths.organization.path(other.id.text))"><span class="initial" aria-hidden="true">\(Avatar.initial(of: other.name))</span><span>\(other.name)<br><span class="quiet small">\(other.role.title)</span></span></a></li>
            """
        }
        return """
            <span class="slash" aria-hidden="true"></span><details class="menu switcher"><summary><span class="initial" aria-hidden="true">\(Avatar.initial(of: name))</span><span class="hidden">Organization: </span><span class="name">\(name)</span>\(Icon.chevron.markup)</summary>
            <ul class="items"><li class="who"><strong>\(name)</strong><br><span class="quiet small">\(role)</span></li>\(others)<li class="group"><a href="\(Paths.home.text)?all=1">\(Icon.organizations.markup)All organizations</a></li></ul></details>
            """
    }

    /// Links to the organization's pages that the user may open.
    ///
    /// - Parameter current: nil for a page that is none of them.
    func tabs(_ current: Tab?) -> HTML {
        let shown = Tab.allCases.filter {
            (!isReadOnly || !$0.isForManagers) && ($0 != .upstreams || hasUpstreams)
        }
        let items = shown.map { tab -> HTML in
            let state: HTML = tab == current ? " aria-current=\"page\"" : ""
            let count: HTML? =
                tab == .requests && openRequests > 0
                ? " <span class=\"pill\">\(Number.grouped(openRequests))<span class=\"hidden\"> open</span></span>"
                : nil
            return "<li><a href=\"\(path(tab))\"\(state)>\(tab.title)\(count)</a></li>"
        }
        return "<nav class=\"tabs\" aria-label=\"Pages of \(name)\"><ul>\(items)</ul></nav>"
    }

    /// One of the organization's pages.
    ///
    /// - Parameter head: the head of the page; by default the title of the tab.
    package func page(_ tab: Tab, _ account: Account, head: PageHead? = nil, _ content: HTML) -> HTML {
        let head = head ?? PageHead(tab.title)
        return Page(
            title: "\(head.title) · \(name)", account: account, place: (self, tab), content: head.markup + content
        ).document
    }
}

/// The title of a page with an explanation and the actions on the whole.
package struct PageHead {
    package let title: String
    /// The pages above this one, outermost first.
    var path: [(name: String, url: String)] = []
    var explanation: HTML?
    var actions: HTML?

    package init(
        _ title: String, path: [(name: String, url: String)] = [], explanation: HTML? = nil, actions: HTML? = nil
    ) {
        self.title = title
        self.path = path
        self.explanation = explanation
        self.actions = actions
    }

    package var markup: HTML {
        let crumbs = path.map { "<li><a href=\"\($0.url)\">\($0.name)</a></li>" as HTML }
        let own: HTML = "<li aria-current=\"page\">\(title)</li>"
        let trail: HTML? = path.isEmpty ? nil : "<nav aria-label=\"Breadcrumb\"><ol>\(crumbs)\(own)</ol></nav>"
        let text = explanation.map { "<p class=\"explanation\">\($0)</p>" as HTML }
        let tools = actions.map { "<div class=\"tools\">\($0)</div>" as HTML }
        return "<div class=\"head\"><div>\(trail)<h1>\(title)</h1>\(text)</div>\(tools)</div>\n"
    }
}
