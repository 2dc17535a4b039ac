internal import Grants
internal import HTTPMessage
internal import HTTPServer
internal import Policy
internal import Telemetry
internal import Text
internal import Web

/// A request with the deployment of its beginning and the means to answer it.
///
/// `@unchecked Sendable`: the context is touched on the reactor alone, where handlers and their continuations run.
final class Exchange: @unchecked Sendable {
    let request: Request
    let deployment: Deployment
    let access: AccessSnapshot
    let context: RequestContext
    let renderer: ReplyRenderer

    init(
        request: Request, deployment: Deployment, access: AccessSnapshot, context: RequestContext,
        renderer: ReplyRenderer
    ) {
        self.request = request
        self.deployment = deployment
        self.access = access
        self.context = context
        self.renderer = renderer
    }

    /// The requested path and query.
    var target: String {
        let target = request.target
        return target.path + (target.query.map { "?\($0)" } ?? "")
    }

    /// The request's origin for the audit log.
    var origin: AuditOrigin {
        AuditOrigin(requestID: renderer.requestID, address: context.record.remoteAddress)
    }

    func now(_ reply: Reply, allow: String? = nil) -> Answer {
        .now(render(reply, allow: allow), context: context)
    }

    /// The most content that the request may have, in bytes: 1 MiB, except for a whole inventory.
    var bodyLimit: Int {
        context.route == .inventory && request.method == .put ? deployment.inventoryBody : 1 << 20
    }

    func later(_ work: @escaping @Sendable (RequestBody) async -> Reply) -> Answer {
        .later(bodyLimit: bodyLimit, context: context) { body in self.render(await work(body)) }
    }

    /// Renders a reply; a problem becomes a page if the client is a user's browser.
    func render(_ reply: Reply, allow: String? = nil) -> Response {
        guard case .problem(let problem) = reply else { return renderer.render(reply, allow: allow) }
        if context.record.reason.isEmpty { context.record.reason = problem.reason ?? problem.code.rawValue }
        let isForPeople = context.route.map { $0.kind != .api } ?? true
        guard isForPeople, RequestOrigin.acceptsHTML(request) else { return renderer.render(reply, allow: allow) }
        return renderer.render(PageRoutes.problem(problem, requestID: renderer.requestID), allow: allow)
    }
}

/// `@unchecked Sendable`: opened only by work of the reactor that it belongs to.
struct OnReactor<Value>: @unchecked Sendable {
    let value: Value

    init(_ value: Value) {
        self.value = value
    }
}

extension Method {
    /// Whether the method may change stored state (RFC 9110, section 9.2.1).
    var changesState: Bool { self != .get && self != .head && self != .options }

    var hasContent: Bool { self == .put || self == .post || self == .patch }
}

extension Request {
    /// Whether the client states no preference, as command-line programs do.
    var acceptsAnything: Bool {
        field(.requestedWith) == nil && (field(.fetchMode) ?? "navigate") == "navigate"
            && fields(.accept).allSatisfy { $0.holds(exactly: "*/*") }
    }
}
