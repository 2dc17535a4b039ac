package import HTTPMessage
package import Policy
package import RuntimeConfiguration
package import Telemetry
package import Text
package import Threads
package import Web

/// A request with all that decides it: its endpoint, the configuration and the rows of access.
package final class RequestContext: Sendable {
    package let request: Request
    package let configuration: RuntimeConfiguration
    /// The rules, grants and suspensions that decide the whole request.
    package let state: AccessState
    /// The path's resource; nil if there is none.
    package let resource: Resource?
    /// Nil if the path does not allow the request's method.
    package let endpoint: Endpoint?
    /// The client's address; that of the peer, or the one that a trusted proxy states.
    package let remoteAddress: String
    package let renderer: ReplyRenderer
    private let path: RequestPath?
    package let log: Log
    private let confined: Confined<RequestRecord>

    /// - Parameters:
    ///   - path: the decoded path; nil if it cannot be decoded.
    ///   - resource: the path's resource; nil if there is none.
    package init(
        _ request: Request, at path: RequestPath?, of resource: Resource?, from remoteAddress: String,
        under configuration: RuntimeConfiguration, _ access: AccessSnapshot, requestID: String, _ log: Log,
        on confinement: Confinement
    ) {
        self.request = request
        self.configuration = configuration
        state = AccessState(rules: configuration.accessRules, snapshot: access)
        self.resource = resource
        endpoint = resource?.endpoint(for: request.method)
        self.remoteAddress = remoteAddress
        renderer = ReplyRenderer(
            requestID: requestID, ifNoneMatch: request.list(.ifNoneMatch), isHTTPS: configuration.site.isHTTPS)
        self.path = path
        self.log = log
        let record = RequestRecord(resource)
        record.entry.requestID = requestID
        record.entry.method = request.method.rawValue
        record.entry.remoteAddress = remoteAddress
        confined = Confined(record, to: confinement)
    }

    /// The context of a request that has waited for its credential. Nothing was decided yet, so that the request is
    /// decided by the current configuration, grants and suspensions.
    package init(
        _ context: RequestContext, under configuration: RuntimeConfiguration, _ access: AccessSnapshot
    ) {
        request = context.request
        self.configuration = configuration
        state = AccessState(rules: configuration.accessRules, snapshot: access)
        resource = context.resource
        endpoint = context.endpoint
        remoteAddress = context.remoteAddress
        renderer = ReplyRenderer(
            requestID: context.requestID, ifNoneMatch: context.renderer.ifNoneMatch,
            isHTTPS: configuration.site.isHTTPS)
        path = context.path
        log = context.log
        confined = context.confined
    }

    /// The log entry of the request; for the reactor's thread.
    package var record: RequestRecord { confined.value }

    package var requestID: String { renderer.requestID }

    /// The value of a variable of the path, percent-decoded; empty if the path has no such variable.
    package func variable(_ name: String) -> String {
        guard let resource, let path else { return "" }
        for (segment, octets) in zip(resource.path.segments, path.segments) {
            if case .variable(let own) = segment, own.isExactly(name) { return String(decoding: octets, as: UTF8.self) }
        }
        return ""
    }

    /// The requested path and query.
    package var target: String {
        let target = request.target
        return target.path + (target.query.map { "?\($0)" } ?? "")
    }

    /// The query's items by name; of repeated names, the first.
    package var query: [ExactText: String] {
        Dictionary(
            (request.target.queryItems ?? []).map { (ExactText($0.name), $0.value) },
            uniquingKeysWith: { first, _ in first })
    }

    /// Whether a page of another site sent the request.
    package var comesFromOtherSite: Bool { RequestOrigin.isForeign(request, origin: configuration.publicURL) }

    /// Whether the caller confirms the loss of their own role.
    package var confirmsOwnLoss: Bool {
        request.target.queryItems?.contains { $0.name == "confirm" && $0.value == "self" } ?? false
    }
}

/// The state of one request for the log and the metrics. It lives until the response's last byte.
package final class RequestRecord {
    package var entry = AccessRecord()
    /// The path's resource; nil if there is none.
    package let resource: Resource?
    /// The label of logs and metrics: the template of the path, or the name of another route.
    package var route: String
    /// Whether the browser sent a session cookie that cannot be used.
    package var hasStaleSession = false
    /// The caller, if the request has a valid credential: pages of errors keep the header of the page.
    package var caller: Caller?
    /// The caller in the organization of the path, if the caller may see it.
    package var permitted: PermittedCaller?

    package init(_ resource: Resource?) {
        self.resource = resource
        route = resource?.path.text ?? "unmatched"
    }
}
