internal import HTTPMessage
package import HTTPServer
package import Identities
internal import RuntimeConfiguration
internal import SignInFlow
internal import Text
internal import Web

extension RequestContext {
    /// Whether a redirect to a sign-in helps.
    private var mayGoToSignIn: Bool { resource?.kind == .page && RequestOrigin.isNavigation(request) }

    /// The link to sign in and return to the page of the request.
    package var signInLink: String {
        guard resource?.kind == .page else { return SignInQuery().link }
        return SignInQuery(organization: organization, returnTo: request.target.path).link
    }

    /// The organization that the path names; nil if it names none.
    private var organization: OrganizationID? { OrganizationID(variable("org")) }

    /// Removes a session cookie that cannot be used; empty if there is none.
    package var staleCookies: [String] { record.hasStaleSession ? [configuration.site.sessionCookie.clearing] : [] }

    /// The reply to a request without a valid credential.
    package var unauthenticated: Reply {
        guard mayGoToSignIn else { return .problem(RequestContext.noCredential).with(staleCookies) }
        var query = SignInQuery(organization: organization, returnTo: target)
        query.isAfterSession = record.hasStaleSession
        return Reply.redirect(query.link).with(staleCookies)
    }

    private static let noCredential = Problem(
        .unauthenticated, detail: "Sign in, or send a bearer token in the Authorization field.")

    /// The most bytes of a form that are read without a session.
    package static let unsentFormLimit = 1 << 16

    /// Whether a page of this site sent a form after its session had ended.
    package func isFormWithoutSession(_ endpoint: Endpoint) -> Bool {
        endpoint.access.readsForm && keepsUnsentForms
    }

    /// Whether a form that is not processed is kept for the user: a page of this site sent it, and it holds no token.
    var keepsUnsentForms: Bool {
        guard let resource, resource.kind == .page, !resource.path.text.isExactly(Paths.explain.text) else {
            return false
        }
        return RequestOrigin.isOwnPage(request, origin: configuration.publicURL)
    }

    /// The fields of a form; nil if they are too long to be kept.
    static func short(_ fields: [(name: String, value: String)]) -> [(name: String, value: String)]? {
        fields.reduce(0) { $0 + $1.name.utf8.count + $1.value.utf8.count } <= unsentFormLimit ? fields : nil
    }

    /// The reply to a form without a session, with what the user entered.
    package func unauthenticated(_ body: RequestBody) async -> Reply {
        var problem = RequestContext.noCredential
        problem.unsentForm = try? await fields(body)
        return .problem(problem).with(staleCookies)
    }

    /// The reply to a request whose claims must be renewed by a sign-in at their provider.
    package func outdated(_ provider: ProviderID) -> Reply {
        guard mayGoToSignIn else {
            return .problem(
                Problem(
                    .unauthenticated,
                    detail: "Your identity provider must confirm your claims again. Reload the page, or sign in again.")
            )
        }
        let query = SignInQuery(provider: provider, organization: organization, returnTo: target)
        return .redirect(query.link)
    }
}
