internal import Audit
internal import ClaimMapping
internal import Databases
internal import Grants
internal import HTTPMessage
internal import Identities
internal import JSON
internal import Policy
internal import Sessions
internal import Text
internal import Time
internal import Tokens
internal import Web

/// The caller's own identity: `GET /api/v1/me` and `GET /api/v1/organizations`.
struct IdentityAPI {
    let deployment: Deployment
    let state: AccessState
    let claims: VerifiedClaims
    private let session: BrowserSession?

    init(deployment: Deployment, access: AccessSnapshot, caller: Caller) {
        self.deployment = deployment
        state = AccessState(rules: deployment.accessRules, snapshot: access)
        claims = caller.claims
        session = caller.session
    }

    func me(_ service: SignInService) async -> Reply {
        do throws(DatabaseError) {
            return me(try await service.sessions.sessions(of: claims.identity, under: deployment.signIn.lifetimes))
        } catch {
            return .problem(Problem(.unavailable, detail: "The store cannot be reached. Try again in a moment."))
        }
    }

    /// Ends one of the caller's own sessions.
    func end(_ id: String, _ service: SignInService, _ origin: AuditOrigin) async -> Reply {
        let records = state.auditRecords(.sessionEnd, of: claims, from: origin, target: id)
        do throws(DatabaseError) {
            guard try await service.sessions.end(id: id, of: claims.identity, recording: records) else {
                return .problem(Problem(.notFound, detail: "You have no session of this id."))
            }
        } catch {
            return .problem(Problem(.unavailable, detail: "The store cannot be reached. Try again in a moment."))
        }
        guard (session?.session.id).isExactly(id) else { return .noContent }
        return Reply.noContent.with([deployment.sessionCookie.clearing])
    }

    private func me(_ sessions: [SessionSummary]) -> Reply {
        var writer = JSONWriter()
        writer.beginObject()
        writer.name("identity")
        writer.beginObject()
        writer.member("provider", claims.provider.text)
        writer.member("issuer", claims.identity.issuer.text)
        writer.member("subject", claims.identity.subject.text)
        writer.member("email", claims.claims.root.shownEmail?.spelling)
        writer.endObject()
        writer.name("roles")
        writer.beginArray()
        for entitlement in state.entitlements(of: claims) {
            writer.beginObject()
            writer.member("organization", entitlement.organization.text)
            writer.member("role", entitlement.role?.rawValue)
            writer.member("source", entitlement.source)
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
            writer.member("ip", summary.address)
            writer.member("user_agent", summary.userAgent)
            writer.member("current", summary.id == session?.session.id)
            writer.endObject()
        }
        writer.endArray()
        // A bearer token has no session, so request forgery cannot use it.
        writer.member("csrf_token", session.flatMap { try? $0.token.formToken })
        writer.endObject()
        return .json(writer.bytes)
    }

    /// The organizations in which the caller has a role, ordered by id.
    func organizations(_ items: [(name: String, value: String)]?) -> Reply {
        do throws(Problem) {
            let query = try ListQuery(items)
            let all = state.entitlements(of: claims).sorted { $0.organization < $1.organization }
            return .json(
                try query.page(of: all, id: \.organization.text, isID: { OrganizationID($0) != nil }) {
                    writer, item in
                    writer.member("id", item.organization.text)
                    writer.member("name", deployment.organization(item.organization.text)?.name)
                    writer.member("role", item.role?.rawValue)
                })
        } catch {
            return .problem(error)
        }
    }
}
