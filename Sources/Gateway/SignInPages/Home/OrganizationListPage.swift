internal import Endpoints
internal import Identities
public import PageLayout
internal import Policy
internal import RuntimeConfiguration
public import Web

/// The organizations that the user may view.
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
    private let items: [Item]

    public init(account: Account, items: [Item]) {
        self.account = account
        self.items = items
    }

    public var document: HTML {
        let list = items.map { item -> HTML in
            "<li><a href=\"\(item.url)\"><strong>\(item.name)</strong><span>\(item.role)</span></a></li>"
        }
        let content: HTML = """
            <div class="narrow">
            <h1>Your organizations</h1>
            <ul class="organizations">\(list)</ul>
            </div>
            """
        return Page(title: "Your organizations", account: account, content: content).document
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
