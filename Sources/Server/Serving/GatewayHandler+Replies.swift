internal import Endpoints
internal import HTTPMessage
internal import HTTPServer
internal import Identities
internal import PageLayout
internal import RuntimeConfiguration
internal import SignInFlow
internal import Telemetry
internal import Web

extension GatewayHandler {
    func now(_ reply: Reply, _ context: RequestContext, allow: String? = nil) -> Answer {
        .now(context.render(reply, allow: allow), context: context.record)
    }

    func later(
        _ context: RequestContext, _ endpoint: Endpoint, _ work: @escaping @Sendable (RequestBody) async -> Response
    ) -> Answer {
        .later(bodyLimit: endpoint.bodyLimit.bytes(under: context.configuration), context: context.record, work: work)
    }

    /// Variant of `later(_:_:_:)` for work whose problem is the reply.
    func replyLater(
        _ context: RequestContext, _ endpoint: Endpoint,
        _ work: @escaping @Sendable (RequestBody) async throws(Problem) -> Reply
    ) -> Answer {
        later(context, endpoint) { body in
            do throws(Problem) {
                return context.render(try await work(body))
            } catch {
                return context.render(.problem(error))
            }
        }
    }
}

extension Endpoint.BodyLimit {
    /// The limit in bytes.
    func bytes(under configuration: RuntimeConfiguration) -> Int {
        switch self {
        case .standard: 1 << 20
        case .inventory: configuration.inventoryBody
        }
    }
}

extension RequestContext {
    /// Renders a reply; a problem becomes a page if the client is a user's browser.
    func render(_ reply: Reply, allow: String? = nil) -> Response {
        renderer.render(page(reply), allow: allow)
    }

    /// The reply with its problem as a page, if the client is a user's browser.
    private func page(_ reply: Reply) -> Reply {
        if case .setting(let cookies, let inner) = reply { return .setting(cookies, page(inner)) }
        guard case .problem(let problem) = reply else { return reply }
        if record.entry.reason.isEmpty { record.entry.reason = problem.reason ?? problem.code.rawValue }
        guard resource?.kind != .api, RequestOrigin.acceptsHTML(request) else {
            return reply
        }
        if let form = problem.unsentForm { return unsent(form, problem) }
        let page = ErrorPage(
            status: problem.status, title: problem.pageTitle, text: problem.pageText, requestID: requestID,
            account: record.caller?.account, organization: record.permitted?.header,
            action: problem.code == .unauthenticated
                ? ErrorPage.Action(title: "Sign in", url: signInLink) : nil)
        let reply = Reply.page(Status(problem.status), page.document)
        return problem.retryAfter.map { .adding(Fields([(.retryAfter, String($0))]), reply) } ?? reply
    }

    private func unsent(_ form: [(name: String, value: String)], _ problem: Problem) -> Reply {
        let page = UnsentFormPage(
            path: target, fields: form, account: record.caller?.account, organization: record.permitted?.header,
            signIn: signInLink)
        return .page(Status(problem.status), page.document)
    }
}
