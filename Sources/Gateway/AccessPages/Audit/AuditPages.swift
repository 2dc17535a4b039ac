internal import AccessUseCases
internal import Audit
internal import Endpoints
internal import HTTPMessage
internal import Identities
internal import JSON
internal import PageLayout
internal import Text
internal import Time

/// The page of an organization's audit log.
struct AuditPages: Sendable {
    let management: ManagementFactory

    var endpoints: [Endpoint] {
        [Endpoint("auditPage", .get, Paths.audit, .page, .permitted(.readAudit, .later(audit)))]
    }

    /// A page of the log, or with `format` an export of all matching events.
    private func audit(_ context: RequestContext, _ permitted: PermittedCaller) async throws(Problem) -> Reply {
        let (management, request, query) = (management.management(context, permitted), context.request, context.query)
        var filter = AuditPage.Filter()
        (filter.from, filter.to) = (query["from"] ?? "", query["to"] ?? "")
        (filter.actor, filter.action) = (query["actor"] ?? "", query["action"] ?? "")
        let items = (request.target.queryItems ?? []).map { item -> (name: String, value: String) in
            // A date without a time means its first moment.
            let isDay = (item.name == "from" || item.name == "to") && item.value.utf8.count == 10
            return isDay ? (item.name, "\(item.value)T00:00:00Z") : item
        }
        let asked = try AuditLog.Query(items)
        if let format = query["format"].flatMap(AuditExport.Format.init(name:)) {
            guard request.method != .head else { return AuditExport.head(format) }
            return try await AuditExport(
                management: management, context: context, query: asked, format: format, isMarked: true
            ).reply()
        }
        let found = try await management.auditEvents(asked)
        let shown = found.prefix(asked.limit)
        let page = AuditPage(
            account: permitted.caller.account, organization: permitted.header,
            events: shown.compactMap { AuditPage.Event($0.json) },
            filter: filter, actions: AuditAction.allCases.map(\.rawValue),
            next: found.count > asked.limit ? shown.last.map { String($0.sequence) } : nil)
        return try await management.show(page)
    }
}

extension AuditPage.Event {
    init?(_ json: [UInt8]) {
        guard let root = try? JSONDocument(parsing: json).root,
            let at = root.member("timestamp")?.string.flatMap({ Timestamp(rfc3339: $0) })
        else { return nil }
        func text(_ name: String) -> String { root.member(name)?.string ?? "" }
        let actor = root.member("actor")
        let details = root.member("details")?.members.map { (name: $0.name, value: $0.value.string ?? $0.value.text) }
        self.init(
            sequence: Int(root.member("sequence")?.integer ?? 0), at: at,
            actor: actor?.member("email")?.string ?? actor?.member("subject")?.string
                ?? actor?.member("kind")?.string ?? "", action: text("action"), target: text("target"),
            outcome: text("outcome"), reason: text("reason"), details: details ?? [])
    }
}
