package import AccessUseCases
internal import Cryptography
package import Endpoints
internal import HTTPMessage
internal import Identities
internal import Invitations
internal import JSON
internal import Policy
internal import Web

/// The acceptance of an invitation by a program.
package struct AcceptanceAPI: Sendable {
    private let acceptances: Acceptances

    package init(acceptances: Acceptances) {
        self.acceptances = acceptances
    }

    package var endpoints: [Endpoint] {
        [
            Endpoint(
                "acceptInvitation", .post, "/api/v1/invitations/accept", .api, .signedIn(.json(accept)),
                isRateLimited: true,
                documentation: EndpointDocumentation(
                    summary: "Accept an invitation", content: "Acceptance", results: .one("AcceptedGrant"),
                    statuses: [403, 404, 409]))
        ]
    }

    private func accept(
        _ context: RequestContext, _ caller: Caller, _ root: JSONValue
    ) async throws(Problem) -> Reply {
        var reader = FieldReader(root)
        reader.allow("token")
        let text = reader.text("token")
        try reader.finish()
        guard let token = text.flatMap({ InvitationToken($0) }) else {
            throw Problem(.notFound, detail: "No invitation has this token. A newer link may have replaced it.")
        }
        let grant = try await acceptances.accept(token, by: caller, context)
        var writer = JSONWriter()
        writer.beginObject()
        writer.member("organization", grant.organization.text)
        writer.member("role", grant.role.rawValue)
        writer.member("grant", grant.id)
        writer.endObject()
        return .json(writer.bytes)
    }
}
