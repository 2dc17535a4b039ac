package import AccessUseCases
package import Endpoints
internal import Grants
internal import HTTPMessage
internal import Identities
internal import Invitations
internal import JSON
internal import Time
internal import Web

/// The API for invitations.
package struct InvitationsAPI: Sendable {
    let management: ManagementFactory

    package init(management: ManagementFactory) {
        self.management = management
    }

    package var endpoints: [Endpoint] {
        [
            Endpoint(
                "invitations", .get, InvitationsAPI.invitations, .api, .permitted(.readMembers, .later(list)),
                documentation: EndpointDocumentation(
                    summary: "Invitations, newest first",
                    parameters: [
                        Parameter(
                            name: "state",
                            schema: #"{"type":"string","enum":["pending","accepted","revoked","expired"]}"#), .limit,
                        .cursor,
                    ], results: .list("Invitation"))),
            Endpoint(
                "invitations", .post, InvitationsAPI.invitations, .api, .permitted(.writeMembers, .json(invite)),
                documentation: EndpointDocumentation(
                    summary: "Invite an address, or up to 50 at once; 200 for several, or if it is already invited",
                    content: "InvitationDraft", status: 201,
                    results: [
                        EndpointDocumentation.Representation(
                            type: "application/json",
                            schema: "{\"oneOf\":[\(EndpointDocumentation.reference("Invitation")),"
                                + "\(EndpointDocumentation.reference("InvitationOutcomes"))]}")
                    ], statuses: [200, 409, 429])),
            Endpoint(
                "invitation", .delete, "/api/v1/organizations/{org}/invitations/{id}", .api,
                .permitted(.writeMembers, .later(revoke)),
                documentation: EndpointDocumentation(
                    summary: "Revoke a pending invitation", status: 204, statuses: [409])),
            Endpoint(
                "invitationResend", .post, "/api/v1/organizations/{org}/invitations/{id}/resend", .api,
                .permitted(.writeMembers, .later(resend)),
                documentation: EndpointDocumentation(
                    summary: "Send the invitation again with a new link; the old link stops working",
                    results: .one("Invitation"),
                    statuses: [409, 429])),
        ]
    }

    private typealias Parameter = EndpointDocumentation.Parameter

    private static let invitations: PathTemplate = "/api/v1/organizations/{org}/invitations"

    private func list(_ context: RequestContext, _ permitted: PermittedCaller) async throws(Problem) -> Reply {
        let management = management.management(context, permitted)
        let query = try ListQuery(context.request.target.queryItems, "state")
        let found = try await management.invitations(
            in: try query.choice("state"), before: query.place(), limit: query.limit + 1)
        let shown = Array(found.prefix(query.limit))
        let next = found.count > query.limit ? shown.last.map { ListQuery.cursor(at: $0.createdAt, $0.id) } : nil
        return .json(ListQuery.write(shown, next: next) { $1.write(to: &$0) })
    }

    private func invite(
        _ context: RequestContext, _ permitted: PermittedCaller, _ root: JSONValue
    ) async throws(Problem) -> Reply {
        let management = management.management(context, permitted)
        var reader = FieldReader(root)
        if reader.has("emails") {
            return .json(management.document(try await management.inviteAll(&reader)))
        }
        let issued = try await management.invite(&reader)
        guard issued.isNew else { return .json(management.document(issued)) }
        return .document(.created, management.document(issued), location: nil, tag: nil)
    }

    private func resend(_ context: RequestContext, _ permitted: PermittedCaller) async throws(Problem) -> Reply {
        let management = management.management(context, permitted)
        return .json(management.document(try await management.resend(context.variable("id"))))
    }

    private func revoke(_ context: RequestContext, _ permitted: PermittedCaller) async throws(Problem) -> Reply {
        try await management.management(context, permitted).revokeInvitation(context.variable("id"))
        return .noContent
    }
}

extension ManagementRequest {
    /// The response contains the link once, unless an email contains it.
    fileprivate func document(_ issued: IssuedInvitation) -> [UInt8] {
        var writer = JSONWriter()
        writer.beginObject()
        issued.invitation.write(to: &writer)
        if let token = issued.token { writer.member("link", link(token)) }
        writer.endObject()
        return writer.bytes
    }
}

extension ManagementRequest {
    fileprivate func document(_ outcomes: [InvitationOutcome]) -> [UInt8] {
        var writer = JSONWriter(reservingCapacity: 400 * outcomes.count)
        writer.beginObject()
        writer.name("items")
        writer.beginArray()
        for outcome in outcomes {
            writer.beginObject()
            writer.member("email", outcome.entry.text)
            switch outcome.result {
            case .success(let issued):
                writer.member("outcome", "created")
                writer.member("code", nil as String?)
                writer.member("detail", nil as String?)
                InvitationsAPI.write(issued.invitation, to: &writer)
                writer.member("link", issued.token.map(link))
            case .failure(let obstruction):
                writer.member("outcome", obstruction.obstacle.outcome)
                writer.member("code", obstruction.obstacle.code?.rawValue)
                writer.member("detail", obstruction.obstacle.text)
                InvitationsAPI.write(obstruction.obstacle.invitation, to: &writer)
                writer.member("link", nil as String?)
            }
            writer.endObject()
        }
        writer.endArray()
        writer.endObject()
        return writer.bytes
    }
}

extension InvitationsAPI {
    fileprivate static func write(_ invitation: Invitation?, to writer: inout JSONWriter) {
        writer.name("invitation")
        guard let invitation else { return writer.null() }
        writer.beginObject()
        invitation.write(to: &writer)
        writer.endObject()
    }
}

extension Invitation {
    func write(to writer: inout JSONWriter) {
        writer.member("id", id)
        writer.member("email", email.spelling)
        writer.member("role", role.rawValue)
        writer.member("state", state.rawValue)
        writer.member("created_at", createdAt.rfc3339)
        writer.member("expires_at", expiresAt.rfc3339)
        writer.member("invited_by", inviter == nil ? "operator" : inviterEmail?.spelling ?? inviter?.text)
        writer.name("delivery")
        writer.beginObject()
        writer.member("state", delivery.rawValue)
        writer.member("attempts", attempts)
        writer.member("failure", lastFailure)
        writer.endObject()
    }
}
