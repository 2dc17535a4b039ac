internal import AccessUseCases
internal import Endpoints
internal import Grants
internal import Identities
internal import JSON
internal import Policy
internal import Sessions
internal import Tokens

extension MappingsAPI {
    /// The subjects of an explanation, each by the field that names it.
    private enum ExplainedSubject: String, CaseIterable {
        case token
        case claims
        case deniedSignIn = "denied_sign_in"
        case identity = "identity_id"
    }

    /// `{"token"}`, `{"provider","claims"}`, `{"denied_sign_in"}` or `{"identity_id"}`.
    func explain(
        _ context: RequestContext, _ permitted: PermittedCaller, _ root: JSONValue
    ) async throws(Problem) -> Reply {
        let management = management.management(context, permitted)
        var reader = FieldReader(root)
        reader.allow("token", "provider", "claims", "denied_sign_in", "identity_id")
        let subjects = ExplainedSubject.allCases.filter { reader.has($0.rawValue) }
        guard subjects.count == 1, let subject = subjects.first else {
            let advice = "Send one of token, claims (with provider), denied_sign_in or identity_id."
            throw Problem(
                .invalidRequest, status: 422, detail: advice, faults: [Problem.Issue(pointer: "", detail: advice)])
        }
        var explained: ExplainedAccess?
        switch subject {
        case .token:
            let token = reader.text("token", in: 1...(16 << 10))
            try reader.finish()
            let claims: VerifiedClaims
            do throws(TokenRefusal) {
                claims = try await management.verified(token: token ?? "")
            } catch {
                let explanation = error.explanation { writer in
                    writer.name("organizations")
                    writer.beginArray()
                    writer.endArray()
                }
                return .json(explanation)
            }
            explained = try await management.explain(claims)
        case .claims:
            let provider = reader.text("provider").flatMap { ProviderID($0) }
            let claims = root.member("claims")
            if claims?.kind != .object { reader.fault("claims", "The claims must be an object.") }
            if let claims, let provider, claims.kind == .object {
                explained = try await management.explain(claims: claims, of: provider)
            }
            if explained == nil, reader.faults.isEmpty {
                reader.fault("provider", "The organization does not list this provider.")
            }
        case .deniedSignIn:
            let id = reader.text("denied_sign_in")
            try reader.finish()
            explained = try await MappingsAPI.deniedSignIn(id ?? "", management)
        case .identity:
            let id = reader.text("identity_id").flatMap { IdentityID($0) }
            try reader.finish()
            if let id { explained = try await MappingsAPI.user(id, management) }
            // A user without a role here is known by a denied sign-in, which requires the permission to change
            // mappings.
            if let explained, explained.access.standing.role == nil {
                try MappingsAPI.needMappings(management)
            }
        }
        try reader.finish()
        guard let explained else { throw Problem.notFound }
        var writer = JSONWriter(reservingCapacity: 1024)
        explained.write(to: &writer)
        return .json(writer.bytes)
    }

    /// The claims at the time of the denied sign-in, which requires the permission to change mappings.
    private static func deniedSignIn(
        _ id: String, _ management: ManagementRequest
    ) async throws(Problem) -> ExplainedAccess? {
        try needMappings(management)
        guard let denied = try await management.deniedSignIn(id),
            let identity = try? IdentityID(denied.identity)
        else { return nil }
        return try await user(identity, management)
    }

    /// Explains a user by the claims of the last sign-in; nil if there is none.
    ///
    /// - Throws: `not_found` with the remedy if the claims cannot be read, for a caller who may know of the user.
    static func user(
        _ id: IdentityID, _ management: ManagementRequest
    ) async throws(Problem) -> ExplainedAccess? {
        guard let user = try await management.explainUser(id) else { return nil }
        guard user.isUnreadable else { return user.explained }
        if user.role == nil { try needMappings(management) }
        throw Problem(
            .notFound,
            detail: "The user's last sign-in can't be read, so it can't be explained. Ask the user to sign in again.")
    }

    static func needMappings(_ management: ManagementRequest) throws(Problem) {
        guard management.permit.role.permissions.contains(.writeMappings) else {
            throw Problem(.permissionMissing, detail: "Your role in this organization does not permit this.")
        }
    }
}

extension TokenRefusal {
    /// The explanation of a token that is not valid.
    ///
    /// - Parameter further: writes more members of the JSON object.
    func explanation(further: (inout JSONWriter) -> Void = { _ in }) -> [UInt8] {
        var writer = JSONWriter()
        writer.beginObject()
        writer.member("valid", false)
        writer.member("reason", reason.rawValue)
        writer.member("detail", detail)
        writer.name("identity")
        writer.null()
        further(&writer)
        writer.endObject()
        return writer.bytes
    }
}

extension ExplainedAccess {
    /// Writes the kind of the claims and the identity into an object.
    func writeIdentity(to writer: inout JSONWriter) {
        writer.member("valid", true)
        if isDryRun { writer.member("dry_run", true) }
        writer.name("identity")
        writer.beginObject()
        writer.member("provider", provider.text)
        writer.member("issuer", issuer.text)
        writer.member("subject", subject?.text)
        writer.member("email", email?.spelling)
        writer.endObject()
    }

    func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writeIdentity(to: &writer)
        writer.name("organizations")
        writer.beginArray()
        access.write(to: &writer)
        writer.endArray()
        writer.endObject()
    }
}
