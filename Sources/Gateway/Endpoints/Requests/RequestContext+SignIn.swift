internal import HTTPMessage
package import Identities
internal import RuntimeConfiguration
internal import SignInFlow
internal import Web

extension RequestContext {
    /// Whether a redirect to a sign-in helps.
    private var mayGoToSignIn: Bool { resource?.kind == .page && RequestOrigin.isNavigation(request) }

    /// Whether a form was sent in a session that has ended. Its page has the same path.
    private var hasLostForm: Bool {
        resource?.kind == .page && record.hasStaleSession && request.method == .post
            && RequestOrigin.isFormNavigation(request)
    }

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
        guard mayGoToSignIn || hasLostForm else {
            let problem = Problem(
                .unauthenticated, detail: "Sign in, or send a bearer token in the Authorization field.")
            return Reply.problem(problem).with(staleCookies)
        }
        var query = SignInQuery(organization: organization, returnTo: hasLostForm ? request.target.path : target)
        query.isAfterSession = record.hasStaleSession
        return Reply.redirect(query.link).with(staleCookies)
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
