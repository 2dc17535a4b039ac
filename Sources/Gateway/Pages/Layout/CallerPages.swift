internal import Endpoints
internal import Identities
internal import JSON
internal import Policy
internal import Sessions
internal import Tokens
internal import Web

extension Caller {
    /// The signed-in user in the header of a page.
    var account: Account {
        Account(
            name: claims.payload.shownEmail?.spelling ?? claims.identity.subject.text, formToken: formToken)
    }
}

extension PermittedCaller {
    /// The organization in the header of its pages.
    var header: OrganizationPage.Organization {
        OrganizationPage.Organization(
            id: organization.id.text, name: organization.name, role: permit.role.title,
            isReadOnly: permit.role != .manager)
    }

    /// The token of a management page's forms; nil for viewers, and for programs.
    var formToken: String? { permit.role == .manager ? caller.formToken : nil }
}

extension OrganizationListPage.Item {
    /// The organizations whose page a caller may see.
    static func all(of caller: Caller, _ context: RequestContext) -> [OrganizationListPage.Item] {
        context.state.entitlements(of: caller.claims).compactMap { entitlement in
            guard let role = entitlement.role, entitlement.permissions.contains(.readMetrics),
                let organization = context.configuration.organization(entitlement.organization.text)
            else { return nil }
            return OrganizationListPage.Item(
                name: organization.name, role: role.title, url: Paths.organization.path(organization.id.text))
        }
    }
}
