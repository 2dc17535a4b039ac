package import AccessUseCases
package import Endpoints
internal import HTTPMessage
internal import Identities
internal import Web

/// The pages on which an organization's members see and change its access.
package struct ManagementPages: Sendable {
    private let management: ManagementFactory

    package init(management: ManagementFactory) {
        self.management = management
    }

    package var endpoints: [Endpoint] {
        AccessRequestsPages(management: management).endpoints + MappingsPages(management: management).endpoints
            + ExplainPages(management: management).endpoints
    }
}

extension Endpoint {
    /// Returns the endpoints of a page with forms: `GET` shows it to every member, and `POST` performs a form's action.
    ///
    /// - Parameter permission: the permission that the forms need.
    static func memberPage(
        _ name: String, _ path: PathTemplate,
        show: @escaping @Sendable (RequestContext, PermittedCaller) async throws(Problem) -> Reply,
        formsNeed permission: Permission,
        perform: @escaping @Sendable (RequestContext, PermittedCaller, Form) async throws(Problem) -> Reply
    ) -> [Endpoint] {
        [
            Endpoint(name, .get, path, .page, .permitted(.readMembers, .later(show))),
            Endpoint(name, .post, path, .page, .permitted(permission, .form(.required, perform))),
        ]
    }
}
