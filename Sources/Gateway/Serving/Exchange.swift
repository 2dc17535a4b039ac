internal import Grants
internal import HTTPMessage
internal import HTTPServer
internal import Telemetry
internal import Text
internal import Web

/// One request with what it began with: the settings of that moment, and where its answer goes.
///
/// `@unchecked Sendable`: the context is touched on the reactor alone, where handlers run and where their work goes on.
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

    /// The path and query that were asked for.
    var target: String {
        let target = request.target
        return target.path + (target.query.map { "?\($0)" } ?? "")
    }

    /// As the audit log tells it.
    var origin: AuditOrigin {
        AuditOrigin(requestID: renderer.requestID, address: context.record.remoteAddress)
    }

    func now(_ reply: Reply, allow: String? = nil) -> Answer {
        .now(render(reply, allow: allow), context: context)
    }

    /// The most content that the request may have, in bytes: 1 MiB, but for a whole inventory.
    var bodyLimit: Int {
        context.route == .inventory && request.method == .put ? deployment.inventoryBody : 1 << 20
    }

    func later(_ work: @escaping @Sendable (RequestBody) async -> Reply) -> Answer {
        .later(bodyLimit: bodyLimit, context: context) { body in self.render(await work(body)) }
    }

    /// Problems become pages where a person in a browser gets them.
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
    /// Whether it may change what is stored (RFC 9110, section 9.2.1).
    var changesState: Bool { self != .get && self != .head && self != .options }

    var hasContent: Bool { self == .put || self == .post || self == .patch }
}

extension Request {
    /// Whether the client says nothing about what it wants, as command-line programs do.
    var acceptsAnything: Bool {
        field(.requestedWith) == nil && (field(.fetchMode) ?? "navigate") == "navigate"
            && fields(.accept).allSatisfy { $0.holds(exactly: "*/*") }
    }
}
