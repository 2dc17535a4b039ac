package import Endpoints
package import HTTPMessage
internal import Policy
internal import RuntimeConfiguration
internal import Text
package import Upstreams
internal import Web

/// The gateway's own responses at an application's host: a page for a user's browser, a problem for any other client.
package struct HostReplies {
    private let visit: UpstreamVisit
    private let publicURL: String
    // What follows is worked out when there is a reply: most requests have none.
    private var upstream: Upstream { visit.upstream }
    private var isNavigation: Bool { visit.isNavigation }
    private var renderer: ReplyRenderer {
        ReplyRenderer(
            requestID: visit.requestID, ifNoneMatch: visit.request.list(.ifNoneMatch),
            isHTTPS: upstream.origin.starts(exactly: "https://"))
    }

    package init(_ visit: UpstreamVisit, publicURL: String) {
        (self.visit, self.publicURL) = (visit, publicURL)
    }

    package func render(_ reply: Reply) -> Response { renderer.render(reply) }

    /// The response to a request that is not admitted. A user without a session is led to the sign-in at this host.
    package func response(to denial: UpstreamDenial, of visit: UpstreamVisit) -> Response {
        if case .signIn = denial, isNavigation { return render(.found(signInLink(for: visit))) }
        return response(denial.problem)
    }

    /// The link to the sign-in at the application's host, which returns to the place of a request.
    package func signInLink(for visit: UpstreamVisit) -> String {
        "\(upstream.origin)\(UpstreamPaths.signIn)?\(FormEncoding.query([("return_to", visit.place)]))"
    }

    /// The response to a request that was admitted and has no response of the application.
    package func response(to fault: UpstreamFault) -> Response {
        switch fault {
        case .unreachable, .badAnswer:
            response(Problem(.unavailable, status: 502, detail: "The application does not respond. Try again."))
        case .tooSlow:
            response(
                Problem(.unavailable, status: 504, detail: "The application takes too long to respond. Try again."))
        case .noRoom:
            response(Problem(.unavailable, detail: "The gateway has too many connections. Try again."))
        case .bodyTooLarge:
            response(Problem(.payloadTooLarge, detail: "The content is longer than this application accepts."))
        case .methodNotForwarded:
            methodNotAllowed("GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS")
        case .badBody(let fault): response(Problem.of(fault))
        case .foreignPermit: response(Problem(.internalError, detail: "The gateway has a fault. It was logged."))
        case .clientGone: response(Problem(.invalidRequest, detail: "The request ended before its content."))
        }
    }

    /// The response to a method that is not served.
    package func methodNotAllowed(_ allow: String) -> Response {
        let problem = Problem(.methodNotAllowed, detail: "The Allow field lists the methods that are allowed here.")
        return renderer.render(.problem(problem), allow: allow)
    }

    /// A problem, as a page if the client is a user's browser.
    package func response(_ problem: Problem) -> Response {
        guard isNavigation else { return render(.problem(problem)) }
        var page = page(for: problem)
        // A sign-in is asked for, and nothing has failed.
        if problem.status != 401 { page.status = problem.status }
        return render(.page(Status(problem.status), page.document))
    }

    private func page(for problem: Problem) -> HostPage {
        let again = HostPage.Action(title: "Try again", url: visit.place)
        let account = HostPage.Action(title: "Your account", url: "\(publicURL)/account")
        let name = upstream.rules.name
        let reason = problem.reason.flatMap(UpstreamRefusalReason.init)
        return switch (problem.code, problem.status, reason) {
        case (_, 502, _):
            page("\(name) doesn't respond", "The application could not be reached. Try again in a moment.", [again])
        case (_, 504, _):
            page(
                "\(name) takes too long", "The application did not respond in time. Try again in a moment.", [again])
        case (_, _, .emailUnverified?):
            page(
                "You can't open this page of \(name)",
                "Your identity provider has not verified your email address. Ask your administrator to verify it, then "
                    + "sign in again.", [account])
        case (_, _, .claimsIncomplete?):
            page(
                "You can't open this page of \(name)",
                "Your identity provider left out claims that decide whether you may. Ask your administrator.",
                [account])
        case (.permissionMissing, _, _):
            page(
                "You can't open this page of \(name)",
                "Your account does not have access. Check on your account page who you are signed in as, or ask a "
                    + "manager of your organization for access.", [account])
        case (.unauthenticated, _, _):
            page("Sign in to open \(name)", problem.detail, [HostPage.Action(title: "Sign in", url: "/")])
        case (.notFound, _, _): page("This page doesn't exist", problem.detail, [again])
        case (.unavailable, _, _): page("\(name) can't be opened now", problem.detail, [again])
        default: page("This request can't be answered", problem.detail, [again])
        }
    }

    private func page(_ title: String, _ text: String, _ actions: [HostPage.Action]) -> HostPage {
        HostPage(
            title: title, text: text, home: "\(publicURL)/", actions: actions, requestID: renderer.requestID)
    }

    /// The page of a sign-in that was not begun in this browser, or not in time. It never leads on by itself.
    package var interrupted: Response {
        let page = page(
            "Sign-in to \(upstream.rules.name) was interrupted",
            "This sign-in was not begun in this browser, or it took too long. Nothing has happened. Open the application "
                + "to sign in again.", [HostPage.Action(title: "Open \(upstream.rules.name)", url: "/")])
        return render(.page(.badRequest, page.document))
    }
}
