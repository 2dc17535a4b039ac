package import AccessUseCases
package import Endpoints
internal import HTTPMessage
internal import Identities
internal import JSON
internal import Policy
internal import RuntimeConfiguration
internal import Sessions
internal import Text
internal import Time
internal import Tokens
internal import Web

/// The caller's own identity, sessions and organizations.
package struct IdentityAPI: Sendable {
    let sessions: OwnSessions
    let access: OwnAccess

    package init(sessions: OwnSessions, access: OwnAccess) {
        self.sessions = sessions
        self.access = access
    }

    package var endpoints: [Endpoint] {
        [
            Endpoint(
                "me", .get, "/api/v1/me", .api, .signedIn(.later(me)),
                documentation: EndpointDocumentation(
                    summary: "The caller's identity, roles, sessions and time zone", results: .one("Me"))),
            Endpoint(
                "me", .patch, "/api/v1/me", .api, .signedIn(.json(change)),
                documentation: EndpointDocumentation(
                    summary: "Choose the time zone of the pages", content: "MeChange", results: .one("Me"))),
            Endpoint(
                "mySession", .delete, "/api/v1/me/sessions/{id}", .api, .signedIn(.later(end)),
                documentation: EndpointDocumentation(
                    summary: "End one of the caller's sessions", status: 204, statuses: [404])),
            Endpoint(
                "organizations", .get, "/api/v1/organizations", .api, .signedIn(.either(organizations)),
                documentation: EndpointDocumentation(
                    summary: "The organizations in which the caller has a role", parameters: [.limit, .cursor],
                    results: .list("Organization"))),
        ]
    }

    private func me(_ context: RequestContext, _ caller: Caller) async throws(Problem) -> Reply {
        let (sessions, timeZone) = (
            try await sessions.list(context, caller), try await sessions.timeZone(context, caller)
        )
        return try await access.reply(context, caller) { IdentityAPI.document(caller, $0, sessions, timeZone) }
    }

    private func change(
        _ context: RequestContext, _ caller: Caller, _ root: JSONValue
    ) async throws(Problem) -> Reply {
        var reader = FieldReader(root)
        reader.allow("time_zone")
        let isNull = reader.value("time_zone")?.isNull ?? false
        let name = isNull ? nil : reader.text("time_zone")
        try reader.finish()
        guard try await sessions.setTimeZone(name, context, caller) else {
            reader.fault("time_zone", "The time zone must be a name of the time zone database, such as Europe/Berlin.")
            throw reader.problem
        }
        return try await me(context, caller)
    }

    /// Ends one of the caller's own sessions.
    private func end(_ context: RequestContext, _ caller: Caller) async throws(Problem) -> Reply {
        let id = context.variable("id")
        guard try await sessions.end(id, context, caller) else {
            throw Problem(.notFound, detail: "You have no session with this ID.")
        }
        guard (caller.session?.session.id).isExactly(id) else { return .noContent }
        return Reply.noContent.with([context.configuration.site.sessionCookie.clearing])
    }

    private static func document(
        _ caller: Caller, _ entitlements: [Entitlement], _ sessions: [SessionSummary], _ timeZone: String?
    ) -> Reply {
        let claims = caller.claims
        var writer = JSONWriter()
        writer.beginObject()
        writer.name("identity")
        writer.beginObject()
        writer.member("provider", claims.provider.text)
        writer.member("issuer", claims.identity.issuer.text)
        writer.member("subject", claims.identity.subject.text)
        writer.member("email", claims.payload.shownEmail?.spelling)
        writer.endObject()
        writer.name("roles")
        writer.beginArray()
        for entitlement in entitlements {
            writer.beginObject()
            writer.member("organization", entitlement.organization.text)
            writer.member("role", entitlement.role?.rawValue)
            writer.member("source", entitlement.source?.rawValue)
            writer.member("mapping", entitlement.mapping)
            writer.endObject()
        }
        writer.endArray()
        writer.name("sessions")
        writer.beginArray()
        for summary in sessions {
            writer.beginObject()
            writer.member("id", summary.id)
            writer.member("created_at", summary.createdAt.rfc3339)
            writer.member("last_used_at", summary.usedAt.rfc3339)
            writer.member("device", summary.device)
            writer.member("ip", summary.address)
            writer.member("user_agent", summary.userAgent)
            writer.member("current", (caller.session?.session.id).isExactly(summary.id))
            writer.endObject()
        }
        writer.endArray()
        writer.member("time_zone", timeZone)
        // A bearer token has no session, so request forgery cannot use it.
        writer.member("csrf_token", caller.formToken)
        writer.endObject()
        return .json(writer.bytes)
    }

    /// The organizations in which the caller has a role, ordered by id.
    private func organizations(_ context: RequestContext, _ caller: Caller) -> Handler<Caller>.Outcome {
        access.outcome(context, caller) { entitlements in
            do throws(Problem) {
                let query = try ListQuery(context.request.target.queryItems)
                let all = entitlements.sorted { $0.organization < $1.organization }
                return .json(
                    try query.page(of: all, id: \.organization.text, isID: { OrganizationID($0) != nil }) {
                        writer, item in
                        writer.member("id", item.organization.text)
                        writer.member("name", context.configuration.organization(item.organization)?.name)
                        writer.member("role", item.role?.rawValue)
                    })
            } catch {
                return .problem(error)
            }
        }
    }
}
