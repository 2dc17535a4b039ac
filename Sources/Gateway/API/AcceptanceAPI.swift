internal import Grants
internal import HTTPMessage
internal import HTTPServer
internal import Identities
internal import Invitations
internal import JSON
internal import Policy

/// `POST /api/v1/invitations/accept`
struct AcceptanceAPI: Sendable {
    let acceptance: Acceptance
    let request: Request

    func accept(_ body: RequestBody) async -> Reply {
        do throws(Problem) {
            var reader = BodyReader(try await BodyReader.object(request, body))
            reader.allow("token")
            let text = reader.text("token")
            try reader.finish()
            guard let token = text.flatMap({ InvitationToken($0) }) else {
                throw Problem(.notFound, detail: "No invitation has this token. It may have been sent anew since.")
            }
            let grant = try await acceptance.accept(token)
            var writer = JSONWriter()
            writer.beginObject()
            writer.member("organization", grant.organization.text)
            writer.member("role", grant.role.rawValue)
            writer.member("grant", grant.id)
            writer.endObject()
            return .json(writer.bytes)
        } catch {
            return .problem(error)
        }
    }
}
