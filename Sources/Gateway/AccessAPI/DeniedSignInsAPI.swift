package import AccessUseCases
internal import ClaimMapping
package import Endpoints
internal import HTTPMessage
internal import Identities
internal import JSON
internal import Sessions
internal import Time
internal import Web

/// Denied sign-ins, one per user, which managers answer with an invitation, a rule or a dismissal.
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
                    summary: "Users who signed in for the organization and have no role",
                    parameters: [
                        .limit, .cursor,
                        EndpointDocumentation.Parameter(
                            name: "state", schema: #"{"type":"string","enum":["open","dismissed"],"default":"open"}"#),
                    ], results: .list("DeniedSignIn"))),
            Endpoint(
                "deniedSignIn", .delete, "/api/v1/organizations/{org}/denied-sign-ins/{id}", .api,
                .permitted(.writeMappings, .later(dismiss)),
                documentation: EndpointDocumentation(
                    summary:
                        "Dismisses a denied sign-in for 30 days, or until its reason, address, verification or provider changes",
                    status: 204)),
        ]
    }

    /// Lists a page, newest first.
    private func list(_ context: RequestContext, _ permitted: PermittedCaller) async throws(Problem) -> Reply {
        let query = try ListQuery(context.request.target.queryItems, "state")
        let (place, state): (_, AccessRequest.State?) = (try query.place(), try query.choice("state"))
        let found = try await management.management(context, permitted).deniedSignIns(
            state ?? .open, before: place, limit: query.limit)
        return page(found.items, hasMore: found.hasMore)
    }

    private func dismiss(_ context: RequestContext, _ permitted: PermittedCaller) async throws(Problem) -> Reply {
        try await management.management(context, permitted).dismissRequest(context.variable("id"), true)
        return .noContent
    }

    private func page(_ items: [DeniedSignIn], hasMore: Bool) -> Reply {
        let last = hasMore ? items.last : nil
        let next = last.map { ListQuery.cursor(at: $0.timestamp, $0.id) }
        return .json(
            ListQuery.write(items, next: next) { writer, denied in
                let request = denied.request
                writer.member("id", request.id)
                writer.member("timestamp", request.lastAt.rfc3339)
                writer.member("attempts", request.attempts)
                writer.member("first_at", request.firstAt.rfc3339)
                writer.member("last_at", request.lastAt.rfc3339)
                writer.member("dismissed_at", request.dismissedAt?.rfc3339)
                writer.member("identity_id", (try? IdentityID(request.identity))?.text)
                writer.member("provider", request.provider.text)
                writer.member("issuer", request.identity.issuer.text)
                writer.member("subject", request.identity.subject.text)
                writer.member("name", request.name)
                writer.member("email", request.email?.spelling)
                writer.member("email_verified", request.isEmailVerified)
                writer.member("reason", request.reason.rawValue)
                writer.name("claims")
                writer.raw(denied.claims)
                writer.name("rows")
                writer.raw(denied.rows)
            })
    }
}
