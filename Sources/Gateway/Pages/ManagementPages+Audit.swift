internal import Audit
internal import Databases
internal import HTTPMessage
internal import JSON
internal import Pages
internal import Text
internal import Time

extension ManagementPages {
    /// A page of the log, or with `format` an export of all matching events.
    func audit() async throws(Problem) -> Reply {
        var filter = AuditPage.Filter()
        (filter.from, filter.to) = (query["from"] ?? "", query["to"] ?? "")
        (filter.actor, filter.action) = (query["actor"] ?? "", query["action"] ?? "")
        let items = (request.target.queryItems ?? []).map { item -> (name: String, value: String) in
            // A date without a time means its first moment.
            let isDay = (item.name == "from" || item.name == "to") && item.value.utf8.count == 10
            return isDay ? (item.name, "\(item.value)T00:00:00Z") : item
        }
        let asked = try AuditAPI.query(items)
        if let format = query["format"].flatMap(AuditExport.Format.init(name:)) {
            guard request.method != .head else { return AuditExport.head(format) }
            return try await AuditExport(
                management: management, request: request, query: asked, format: format, isMarked: true
            ).reply()
        }
        let found = try await management.auditEvents(asked)
        let shown = found.prefix(asked.limit)
        let page = AuditPage(
            account: account, organization: organization, events: shown.compactMap { AuditPage.Event($0.json) },
            filter: filter, actions: AuditAction.allCases.map(\.rawValue),
            next: found.count > asked.limit ? shown.last.map { String($0.sequence) } : nil)
        return try await show(page, .ok)
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
