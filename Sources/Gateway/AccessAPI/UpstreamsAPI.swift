package import AccessUseCases
package import Endpoints
internal import HTTPMessage
internal import Identities
internal import JSON
internal import Policy
internal import Text
internal import Tokens
internal import Web

/// The API for the applications behind the gateway.
package struct UpstreamsAPI: Sendable {
    let management: ManagementFactory

    package init(management: ManagementFactory) {
        self.management = management
    }

    package var endpoints: [Endpoint] {
        [
            Endpoint(
                "upstreams", .get, "/api/v1/organizations/{org}/upstreams", .api,
                .permitted(.readMembers, .later(list)),
                documentation: EndpointDocumentation(
                    summary: "The organization's applications behind the gateway, with their access rules",
                    parameters: [.limit, .cursor], results: .list("Upstream"))),
            Endpoint(
                "upstreamExplain", .post, "/api/v1/organizations/{org}/upstreams/{id}/explain", .api,
                .permitted(.readMembers, .json(explain)),
                documentation: EndpointDocumentation(
                    summary: "Explain which access rule decides about a request of a token, of claims, or of a user",
                    content: "UpstreamExplainRequest", results: .one("UpstreamExplanation"))),
        ]
    }

    private func list(_ context: RequestContext, _ permitted: PermittedCaller) async throws(Problem) -> Reply {
        let management = management.management(context, permitted)
        let query = try ListQuery(context.request.target.queryItems)
        var rest = management.upstreams[...]
        if let cursor = query.cursor {
            guard let last = rest.firstIndex(where: { $0.id.text.isExactly(cursor) }) else {
                throw ListQuery.unknownCursor
            }
            rest = rest[(last + 1)...]
        }
        let shown = Array(rest.prefix(query.limit))
        let next = rest.count > query.limit ? shown.last?.id.text : nil
        return try await management.offReactor {
            .json(
                ListQuery.write(shown, next: next) { writer, upstream in
                    writer.member("id", upstream.id.text)
                    writer.member("name", upstream.name)
                    writer.member("url", upstream.origin)
                    writer.name("access")
                    writer.beginArray()
                    for (index, rule) in upstream.rules.enumerated() { rule.write(to: &writer, rank: index + 1) }
                    writer.endArray()
                })
        }
    }

    /// The subjects of an explanation, each by the field that names it.
    private enum ExplainedSubject: String, CaseIterable {
        case token
        case claims
        case identity = "identity_id"
    }

    /// `{"method","path"}` and one of `{"token"}`, `{"provider","claims"}` and `{"identity_id"}`.
    private func explain(
        _ context: RequestContext, _ permitted: PermittedCaller, _ root: JSONValue
    ) async throws(Problem) -> Reply {
        let management = management.management(context, permitted)
        guard let upstream = management.upstream(context.variable("id")) else { throw Problem.notFound }
        var reader = FieldReader(root)
        reader.allow("method", "path", "token", "provider", "claims", "identity_id")
        let subjects = ExplainedSubject.allCases.filter { reader.has($0.rawValue) }
        guard subjects.count == 1, let subject = subjects.first else {
            let advice = "Send one of token, claims (with provider) or identity_id."
            throw Problem(
                .invalidRequest, status: 422, detail: advice, faults: [Problem.Issue(pointer: "", detail: advice)])
        }
        let question = try UpstreamsAPI.question(&reader, upstream)
        var explained: ExplainedUpstream?
        switch subject {
        case .token:
            let token = reader.text("token", in: 1...(16 << 10))
            try reader.finish()
            let claims: VerifiedClaims
            do throws(TokenRefusal) {
                claims = try await management.verified(token: token ?? "")
            } catch {
                return .json(error.explanation())
            }
            explained = try await management.explain(question, claims)
        case .claims:
            let provider = reader.text("provider").flatMap { ProviderID($0) }
            let claims = root.member("claims")
            if claims?.kind != .object { reader.fault("claims", "The claims must be an object.") }
            if let claims, let provider, claims.kind == .object {
                explained = try await management.explain(question, claims: claims, of: provider)
            }
            if explained == nil, reader.faults.isEmpty {
                reader.fault("provider", "The organization does not list this provider.")
            }
        case .identity:
            let id = reader.text("identity_id").flatMap { IdentityID($0) }
            try reader.finish()
            if let id, let user = try await MappingsAPI.user(id, management) {
                // A user without a role here is known by a denied sign-in, which requires the permission to change
                // mappings.
                if user.access.standing.role == nil { try MappingsAPI.needMappings(management) }
                explained = try await management.explain(question, id)
            }
        }
        try reader.finish()
        guard let explained else { throw Problem.notFound }
        var writer = JSONWriter(reservingCapacity: 1024)
        writer.beginObject()
        explained.user.writeIdentity(to: &writer)
        explained.explanation.writeMembers(to: &writer)
        writer.endObject()
        return .json(writer.bytes)
    }

    private static func question(
        _ reader: inout FieldReader, _ upstream: UpstreamRules
    ) throws(Problem) -> UpstreamQuestion {
        let method = reader.text("method", isRequired: false)
        let text = reader.text("path", in: 1...8192)
        if let method, !method.utf8.allSatisfy(Octet.isToken) { reader.fault("method", "The method is not a token.") }
        var path: UpstreamPath?
        if let text {
            do throws(UpstreamPathFault) {
                path = try UpstreamPath(Array(text.utf8)[...])
            } catch {
                reader.fault("path", "Requests for this path are always refused. \(error.words)")
            }
        }
        try reader.finish()
        guard let path else { throw Problem(.invalidRequest, status: 422, detail: "The path is missing.") }
        return UpstreamQuestion(upstream: upstream, path: path, method: method ?? "GET")
    }
}
