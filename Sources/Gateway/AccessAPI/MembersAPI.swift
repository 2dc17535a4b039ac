package import AccessUseCases
package import Endpoints
internal import Grants
internal import HTTPMessage
internal import Identities
internal import JSON
internal import Policy
internal import Time
internal import Web

/// The API for members, stored roles and suspensions.
package struct MembersAPI: Sendable {
    let management: ManagementFactory

    package init(management: ManagementFactory) {
        self.management = management
    }

    package var endpoints: [Endpoint] {
        [
            Endpoint(
                "members", .get, "/api/v1/organizations/{org}/members", .api, .permitted(.readMembers, .later(members)),
                documentation: EndpointDocumentation(
                    summary: "The members with the sources of their roles", parameters: [.limit, .cursor],
                    results: .list("Member"))),
            Endpoint(
                "memberSessions", .delete, "/api/v1/organizations/{org}/members/{identity_id}/sessions", .api,
                .permitted(.writeMembers, .later(endSessions)),
                documentation: EndpointDocumentation(summary: "End the sessions of a member", status: 204)),
            Endpoint(
                "grants", .get, "/api/v1/organizations/{org}/grants", .api, .permitted(.readMembers, .later(grants)),
                documentation: EndpointDocumentation(
                    summary: "Stored roles", parameters: [.limit, .cursor], results: .list("Grant"))),
            Endpoint(
                "grant", .delete, "/api/v1/organizations/{org}/grants/{id}", .api,
                .permitted(.writeMembers, .later(revoke)),
                documentation: EndpointDocumentation(
                    summary: "Revoke a stored role", parameters: [.confirm], status: 204, statuses: [409])),
            Endpoint(
                "suspensions", .get, "/api/v1/organizations/{org}/suspensions", .api,
                .permitted(.readMembers, .later(suspensions)),
                documentation: EndpointDocumentation(
                    summary: "Suspended users", parameters: [.limit, .cursor], results: .list("Suspension"))),
            Endpoint(
                "suspension", .put, MembersAPI.suspension, .api, .permitted(.writeMembers, .optionalJSON(suspend)),
                documentation: EndpointDocumentation(
                    summary: "Suspend a user", parameters: [.confirm], content: "SuspensionDraft", needsContent: false,
                    results: .one("Suspension"), statuses: [409])),
            Endpoint(
                "suspension", .delete, MembersAPI.suspension, .api, .permitted(.writeMembers, .later(reinstate)),
                documentation: EndpointDocumentation(summary: "Reinstate a user", status: 204)),
        ]
    }

    private static let suspension: PathTemplate = "/api/v1/organizations/{org}/suspensions/{identity_id}"

    private func identity(_ context: RequestContext) throws(Problem) -> IdentityID {
        guard let id = IdentityID(context.variable("identity_id")) else { throw Problem.notFound }
        return id
    }

    private func endSessions(_ context: RequestContext, _ permitted: PermittedCaller) async throws(Problem) -> Reply {
        try await management.management(context, permitted).endSessions(of: identity(context))
        return .noContent
    }

    private func revoke(_ context: RequestContext, _ permitted: PermittedCaller) async throws(Problem) -> Reply {
        try await management.management(context, permitted).revoke(
            context.variable("id"), isConfirmed: context.confirmsOwnLoss)
        return .noContent
    }

    private func reinstate(_ context: RequestContext, _ permitted: PermittedCaller) async throws(Problem) -> Reply {
        try await management.management(context, permitted).unsuspend(identity(context))
        return .noContent
    }

    private func members(_ context: RequestContext, _ permitted: PermittedCaller) async throws(Problem) -> Reply {
        let management = management.management(context, permitted)
        let query = try ListQuery(context.request.target.queryItems)
        let members = try await management.members(
            by: .identity, after: query.identity(), limit: query.limit + 1)
        return .json(query.page(from: members, id: \.id.text) { $1.write(to: &$0) })
    }

    private func grants(_ context: RequestContext, _ permitted: PermittedCaller) async throws(Problem) -> Reply {
        let management = management.management(context, permitted)
        let query = try ListQuery(context.request.target.queryItems)
        if let cursor = query.cursor, !AccessStore.isID(cursor) { throw ListQuery.unknownCursor }
        let grants = try await management.grants(after: query.cursor ?? "", limit: query.limit + 1)
        return .json(
            query.page(from: grants, id: \.id) { writer, grant in
                writer.member("id", grant.id)
                writer.member("identity_id", (try? IdentityID(grant.identity))?.text)
                writer.member("issuer", grant.identity.issuer.text)
                writer.member("subject", grant.identity.subject.text)
                writer.member("email", grant.email?.spelling)
                writer.member("role", grant.role.rawValue)
                writer.member("source", grant.source.rawValue)
                writer.member("created_at", grant.createdAt.rfc3339)
            })
    }

    private func suspensions(_ context: RequestContext, _ permitted: PermittedCaller) async throws(Problem) -> Reply {
        let management = management.management(context, permitted)
        let query = try ListQuery(context.request.target.queryItems)
        let suspensions = try await management.suspensions(after: query.identity(), limit: query.limit + 1)
        return .json(query.page(from: suspensions, id: \.id.text) { MembersAPI.write($1, to: &$0) })
    }

    private func suspend(
        _ context: RequestContext, _ permitted: PermittedCaller, _ root: JSONValue?
    ) async throws(Problem) -> Reply {
        var reason: String?
        if let root {
            var reader = FieldReader(root)
            reader.allow("reason")
            reason = reader.text("reason", isRequired: false, in: 0...SuspensionTerms.longestReason)
            try reader.finish()
        }
        let suspension = try await management.management(context, permitted).suspend(
            identity(context), reason: reason, isConfirmed: context.confirmsOwnLoss)
        var writer = JSONWriter()
        writer.beginObject()
        MembersAPI.write(suspension, to: &writer)
        writer.endObject()
        return .json(writer.bytes)
    }

    private static func write(_ suspension: Suspension, to writer: inout JSONWriter) {
        writer.member("identity_id", suspension.id.text)
        writer.member("issuer", suspension.identity.issuer.text)
        writer.member("subject", suspension.identity.subject.text)
        writer.member("email", suspension.email?.spelling)
        writer.name("emails")
        writer.beginArray()
        for email in suspension.emails.map(\.spelling).sorted() { writer.string(email) }
        writer.endArray()
        writer.member("created_at", suspension.createdAt.rfc3339)
        writer.member("reason", suspension.reason)
    }
}
