internal import ClaimMapping
internal import Grants
internal import Identities
internal import JSON
internal import Policy
internal import Sessions
internal import Tokens

extension ManagementAPI {
    /// `{"token"}`, `{"provider","claims"}`, `{"denied_sign_in"}` or `{"identity_id"}`.
    func explain(_ root: JSONValue) async throws(Problem) -> Reply {
        var reader = BodyReader(root)
        reader.allow("token", "provider", "claims", "denied_sign_in", "identity_id")
        let ways = ["token", "claims", "denied_sign_in", "identity_id"].filter(reader.has)
        guard ways.count == 1, let way = ways.first else {
            throw Problem(
                .invalidRequest, status: 422,
                detail: "Send one of token, claims (with provider), denied_sign_in or identity_id.",
                faults: [Problem.Fault(pointer: "", detail: "has to have one of these members")])
        }
        var explained: ExplainedAccess?
        switch way {
        case "token":
            let token = reader.text("token", in: 1...(16 << 10))
            try reader.finish()
            let claims: VerifiedClaims
            do throws(TokenRefusal) {
                claims = try await management.verified(token: token ?? "")
            } catch {
                return .json(ManagementAPI.refused(error))
            }
            explained = try await management.explain(claims)
        case "claims":
            let provider = reader.text("provider").flatMap { ProviderID($0) }
            let claims = root.member("claims")
            if claims?.kind != .object { reader.fault("claims", "has to be an object") }
            if let claims, let provider, claims.kind == .object {
                explained = try await management.explain(claims: claims, of: provider)
            }
            if explained == nil, reader.faults.isEmpty { reader.fault("provider", "is none of this organization's") }
        case "denied_sign_in":
            let id = reader.text("denied_sign_in")
            try reader.finish()
            explained = try await deniedSignIn(id ?? "")
        default:
            let id = reader.text("identity_id").flatMap { IdentityID($0) }
            try reader.finish()
            if let id { explained = try await management.explain(id) }
            // A user without a role here is known by a denied sign-in, which requires the permission to change
            // mappings.
            if let explained, explained.explanation.standing.role == nil { try needMappings() }
        }
        try reader.finish()
        guard let explained else { throw Problem(AccessRefusal.notFound) }
        var writer = JSONWriter(reservingCapacity: 1024)
        explained.write(to: &writer)
        return .json(writer.bytes)
    }

    /// The claims at the time of the denied sign-in, which requires the permission to change mappings.
    private func deniedSignIn(_ id: String) async throws(Problem) -> ExplainedAccess? {
        try needMappings()
        guard let denied = try await management.deniedSignIn(id),
            let identity = try? IdentityID(denied.identity)
        else { return nil }
        return try await management.explain(identity)
    }

    private func needMappings() throws(Problem) {
        guard management.permit.role.permissions.contains(.writeMappings) else {
            throw Problem(.permissionMissing, detail: "Your role in this organization does not permit this.")
        }
    }

    private static func refused(_ refusal: TokenRefusal) -> [UInt8] {
        var writer = JSONWriter()
        writer.beginObject()
        writer.member("valid", false)
        writer.member("reason", refusal.reason.rawValue)
        writer.member("detail", refusal.detail)
        writer.name("identity")
        writer.null()
        writer.name("organizations")
        writer.beginArray()
        writer.endArray()
        writer.endObject()
        return writer.bytes
    }
}

extension ExplainedAccess {
    func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.member("valid", true)
        if isDryRun { writer.member("dry_run", true) }
        writer.name("identity")
        writer.beginObject()
        writer.member("provider", provider.text)
        writer.member("issuer", issuer.text)
        writer.member("subject", subject?.text)
        writer.member("email", email?.spelling)
        writer.endObject()
        writer.name("organizations")
        writer.beginArray()
        explanation.write(to: &writer)
        writer.endArray()
        writer.endObject()
    }
}
