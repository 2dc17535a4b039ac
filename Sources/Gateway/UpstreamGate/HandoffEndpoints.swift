internal import Cryptography
internal import Databases
package import Endpoints
internal import HTTPMessage
internal import Identities
internal import Policy
internal import RuntimeConfiguration
package import Sessions
internal import SignInFlow
internal import Text
internal import Web

/// The gateway's own endpoints for applications: the half of a sign-in that is at `public_url`, and the keys of
/// assertions.
package struct HandoffEndpoints: Sendable {
    private let apps: AppSessionStore
    private let hosts: HostEndpoints

    package init(_ sessions: SessionStore, hosts: HostEndpoints) {
        apps = AppSessionStore(sessions)
        self.hosts = hosts
    }

    package var all: [Endpoint] {
        [
            Endpoint(
                "handoff", .get, SignInPaths.handoff, .page, .optionalCaller(.later(handoff)), isRateLimited: true),
            Endpoint(
                "jwks", .get, "/.well-known/jwks.json", .signIn,
                .anyone(.later { _, _ in await hosts.keyDocument() }), needsNoStore: true),
        ]
    }

    /// Leads a signed-in user back to the application's host with a code, and any other user to the sign-in first.
    private func handoff(_ context: RequestContext, _ caller: Caller?) async throws(Problem) -> Reply {
        guard let items = context.request.target.queryItems, items.count == 2,
            let upstream = HandoffEndpoints.value("upstream", items).flatMap({ context.configuration.upstreams[$0] }),
            let begin = HandoffEndpoints.value("begin", items).flatMap({ SecretDigest<BeginPurpose>($0) })
        else {
            throw Problem(.notFound, detail: "The link to the application is incomplete. Open the application again.")
        }
        guard let caller else {
            guard RequestOrigin.isNavigation(context.request) else { return context.unauthenticated }
            let query = SignInQuery(organization: upstream.rules.organization, returnTo: context.target)
            return Reply.redirect(query.link).with(context.staleCookies)
        }
        guard let session = caller.session?.session else {
            throw Problem(.invalidRequest, detail: "Send the bearer token to the application itself.")
        }
        do throws(DatabaseError) {
            guard let code = try await apps.makeCode(for: session, at: upstream.host, begunWith: begin) else {
                return context.unauthenticated
            }
            let query = FormEncoding.query([("code", code.text)])
            return .found("\(upstream.origin)\(UpstreamPaths.handoff)?\(query)")
        } catch {
            throw .storeUnavailable
        }
    }

    /// The value of a parameter; nil if it is missing or repeated.
    private static func value(_ name: String, _ items: [(name: String, value: String)]) -> String? {
        let values = items.filter { $0.name.isExactly(name) }
        return values.count == 1 ? values[0].value : nil
    }
}
