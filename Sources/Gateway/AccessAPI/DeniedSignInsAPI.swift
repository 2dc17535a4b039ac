package import AccessUseCases
internal import ClaimMapping
package import Endpoints
internal import HTTPMessage
internal import Identities
internal import JSON
internal import Sessions
internal import Time
internal import Web

/// Sign-ins that gave no role here, from which managers correct mappings.
package struct DeniedSignInsAPI: Sendable {
    let management: ManagementFactory

    package init(management: ManagementFactory) {
        self.management = management
    }

    package var endpoints: [Endpoint] {
        [
            Endpoint(
                "deniedSignIns", .get, "/api/v1/organizations/{org}/denied-sign-ins", .api,
                .permitted(.writeMappings, .later(list)),
                documentation: EndpointDocumentation(
                    summary: "Sign-ins that gave no role in the organization", parameters: [.limit, .cursor],
                    results: .list("DeniedSignIn")))
        ]
    }

    /// Lists a page, newest first.
    private func list(_ context: RequestContext, _ permitted: PermittedCaller) async throws(Problem) -> Reply {
        let query = try ListQuery(context.request.target.queryItems)
        let place = try query.place()
        let found = try await management.management(context, permitted).deniedSignIns(
            before: place, limit: query.limit)
        return page(found.items, hasMore: found.hasMore)
    }

    private func page(_ items: [DeniedSignIn], hasMore: Bool) -> Reply {
        let last = hasMore ? items.last : nil
        let next = last.map { ListQuery.cursor(at: $0.timestamp, $0.id) }
        return .json(
            ListQuery.write(items, next: next) { writer, denied in
                writer.member("id", denied.id)
                writer.member("timestamp", denied.timestamp.rfc3339)
                writer.member("provider", denied.provider.text)
                writer.member("issuer", denied.identity.issuer.text)
                writer.member("subject", denied.identity.subject.text)
                writer.member("email", denied.email?.spelling)
                writer.member("reason", denied.reason.rawValue)
                writer.name("claims")
                writer.raw(denied.claims)
                writer.name("rows")
                writer.raw(denied.rows)
            })
    }
}
