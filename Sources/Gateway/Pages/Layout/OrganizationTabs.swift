internal import Endpoints
public import Identities
internal import Web

extension OrganizationPage {
    /// The pages of an organization.
    enum Tab: CaseIterable {
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

extension OrganizationPage.Organization {
    /// The path of one of the organization's pages.
    func path(_ tab: OrganizationPage.Tab) -> String { tab.path.path(id) }

    /// The organization's name and links to its other pages; the link to the log is for managers.
    func heading(_ current: OrganizationPage.Tab) -> HTML {
        let tabs = OrganizationPage.Tab.allCases.filter { !isReadOnly || $0 != .audit }.map { tab -> HTML in
            let state: HTML = tab == current ? " aria-current=\"page\"" : ""
            return "<li><a href=\"\(path(tab))\"\(state)>\(tab.title)</a></li>"
        }
        return """
            <div class="heading"><h1>\(name)</h1><p class="role">\(role)</p></div>
            <nav class="tabs" aria-label="Pages of \(name)"><ul>\(tabs)</ul></nav>
            """
    }

    /// One of the organization's pages.
    func page(_ tab: OrganizationPage.Tab, _ account: Account, _ content: HTML) -> HTML {
        Page(
            title: "\(tab.title) · \(name)", account: account,
            path: [(name, path(.overview)), (tab.title, path(tab))], content: heading(tab) + content
        ).document
    }
}

/// The result of a user's action, above a page's content.
public struct Notice: Sendable {
    enum Kind: Sendable {
        case done, trouble
    }

    let kind: Kind
    let text: String
    /// A link that is shown once.
    var link: String?
    /// The remedy as a button.
    var button: ButtonForm?

    /// A notice of success, with an optional link that is shown once.
    public static func done(_ text: String, link: String? = nil) -> Notice {
        Notice(kind: .done, text: text, link: link)
    }

    /// A notice of a failure.
    public static func trouble(_ text: String) -> Notice { Notice(kind: .trouble, text: text) }

    var markup: HTML {
        let link: HTML? = link.map { link in
            """
            <p><label for="link">Invitation link, shown only once</label><input id="link" class="once" readonly value="\(link)"></p>
            """
        }
        switch kind {
        case .done: return "<div class=\"notice\" role=\"status\"><p>\(text)</p>\(link)</div>"
        case .trouble:
            return
                "<div class=\"notice trouble\" role=\"alert\"><p><strong>Nothing was changed.</strong> \(text)</p>\(button?.markup)</div>"
        }
    }
}

/// A form with one button; hidden fields define its action.
struct ButtonForm {
    let path: String
    let token: String?
    let fields: [(name: String, value: String)]
    let title: String
    /// The accessible label, if the title alone is ambiguous.
    var label: String?
    var kind = ""

    /// The form's markup; nil if the user may not press the button.
    var markup: HTML? {
        guard let token else { return nil }
        let hidden = (fields + [("csrf_token", token)]).map { field -> HTML in
            "<input type=\"hidden\" name=\"\(field.0)\" value=\"\(field.1)\">"
        }
        let aria: HTML? = label.map { " aria-label=\"\($0)\"" }
        return
            "<form method=\"post\" action=\"\(path)\" class=\"inline\">\(hidden)<button type=\"submit\" class=\"\(kind)\"\(aria)>\(title)</button></form>"
    }
}

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
