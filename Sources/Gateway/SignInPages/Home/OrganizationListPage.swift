internal import Endpoints
internal import Identities
public import PageLayout
internal import Policy
internal import RuntimeConfiguration
public import Web

/// The organizations that the user may view, and the applications that the user may open.
public struct OrganizationListPage: Sendable {
    /// An organization with the user's role in it.
    public struct Item: Sendable {
        public let name: String
        public let role: String
        public let url: String

        public init(name: String, role: String, url: String) {
            self.name = name
            self.role = role
            self.url = url
        }
    }

    private let account: Account
    /// An application behind the gateway, with the name of its organization.
    public struct Application: Sendable {
        public let name: String
        public let organization: String
        public let url: String

        public init(name: String, organization: String, url: String) {
            self.name = name
            self.organization = organization
            self.url = url
        }
    }

    private let items: [Item]
    private let applications: [Application]

    public init(account: Account, items: [Item], applications: [Application] = []) {
        self.account = account
        self.items = items
        self.applications = applications
    }

    public var document: HTML {
        let list = items.map { item -> HTML in
            "<li><a href=\"\(item.url)\"><strong>\(item.name)</strong><span>\(item.role)</span></a></li>"
        }
        let links = applications.map { application -> HTML in
            "<li><a href=\"\(application.url)\"><strong>\(application.name)</strong><span>\(application.organization)</span></a></li>"
        }
        let title = applications.isEmpty ? "Your organizations" : "Your applications"
        let organizations: HTML? =
            items.isEmpty
            ? nil
            : "\(applications.isEmpty ? nil : "<h2>Your organizations</h2>" as HTML)<ul class=\"organizations\">\(list)</ul>"
        let opened: HTML? = applications.isEmpty ? nil : "<ul class=\"organizations\">\(links)</ul>"
        let content: HTML = """
            <div class="narrow">
            <h1>\(title)</h1>
            \(opened)\(organizations)
            </div>
            """
        return Page(title: title, account: account, content: content).document
    }
}

extension OrganizationListPage.Item {
    /// The organizations whose page a caller with these entitlements may see.
    static func all(
        _ entitlements: [Entitlement], under configuration: RuntimeConfiguration
    ) -> [OrganizationListPage.Item] {
        entitlements.compactMap { entitlement in
            guard let role = entitlement.role, entitlement.permissions.contains(.readMetrics),
                let organization = configuration.organization(entitlement.organization)
            else { return nil }
            return OrganizationListPage.Item(
                name: organization.name, role: role.title, url: Paths.organization.path(organization.id.text))
        }
    }
}
