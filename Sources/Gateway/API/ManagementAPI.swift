internal import Cryptography
internal import Grants
internal import HTTPMessage
internal import HTTPServer
internal import Identities
internal import JSON
internal import Policy
internal import Text
internal import Time
internal import Tokens

/// The API for members, invitations and mappings, in JSON.
struct ManagementAPI: Sendable {
    let management: ManagementRequest
    let request: Request

    /// The reply of a route; `item` is the last variable of its path.
    func answer(_ route: Route, _ item: String, _ body: RequestBody) async -> Reply {
        do throws(Problem) {
            switch (route, request.method) {
            case (.members, _): return try await members()
            case (.memberSessions, _): try await management.endSessions(of: identity(item))
            case (.grants, _): return try await grants()
            case (.grant, _): try await management.revoke(item, isConfirmed: isConfirmed)
            case (.suspensions, _): return try await suspensions()
            case (.suspension, .put): return try await suspend(item)
            case (.suspension, _): try await management.unsuspend(identity(item))
            case (.invitations, .post): return try await invite(content(body))
            case (.invitations, _): return try await invitations()
            case (.invitationResend, _): return try await resend(item)
            case (.invitation, _): try await management.revokeInvitation(item)
            case (.claimMappings, .post): return try await addMapping(content(body))
            case (.claimMappings, _): return try await mappings()
            case (.claimMapping, .patch): return try await changeMapping(item, content(body))
            case (.claimMapping, .delete): return try await removeMapping(item)
            case (.claimMapping, _): return try await mapping(item)
            case (.claimMappingsPreview, _): return try await preview(content(body))
            case (.claimMappingsExplain, _): return try await explain(content(body))
            default: return .problem(Problem(.notFound, detail: "Nothing is at this path."))
            }
            return .noContent
        } catch {
            return .problem(error)
        }
    }

    /// The JSON document of a request, once the caller's permission was checked again.
    private func content(_ body: RequestBody) async throws(Problem) -> JSONValue {
        let root = try await BodyReader.object(request, body)
        try await management.checkStillPermitted()
        return root
    }

    func query(_ names: String) throws(Problem) -> ListQuery { try ListQuery(request.target.queryItems, names) }

    /// Whether the caller confirms the loss of their own role.
    var isConfirmed: Bool {
        request.target.queryItems?.contains { $0.name == "confirm" && $0.value == "self" } ?? false
    }

    private func identity(_ text: String) throws(Problem) -> IdentityID {
        guard let id = IdentityID(text) else { throw Problem(AccessRefusal.notFound) }
        return id
    }

    // MARK: Members

    private func members() async throws(Problem) -> Reply {
        let query = try ListQuery(request.target.queryItems)
        let members = try await management.members(
            by: .identity, after: query.identity(), limit: query.limit + 1)
        return .json(query.page(from: members, id: \.id.text) { $1.write(to: &$0) })
    }

    private func grants() async throws(Problem) -> Reply {
        let query = try ListQuery(request.target.queryItems)
        if let cursor = query.cursor, Base64URL.decode(cursor)?.count != 12 { throw ListQuery.unknownCursor }
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

    private func suspensions() async throws(Problem) -> Reply {
        let query = try ListQuery(request.target.queryItems)
        let suspensions = try await management.suspensions(after: query.identity(), limit: query.limit + 1)
        return .json(query.page(from: suspensions, id: \.id.text) { ManagementAPI.write($1, to: &$0) })
    }

    private func suspend(_ item: String) async throws(Problem) -> Reply {
        let suspension = try await management.suspend(identity(item), isConfirmed: isConfirmed)
        var writer = JSONWriter()
        writer.beginObject()
        ManagementAPI.write(suspension, to: &writer)
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
    }
}
