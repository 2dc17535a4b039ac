package import AccessUseCases
internal import Audit
package import Endpoints
internal import HTTPMessage
internal import Identities
internal import JSON
internal import Web

/// The audit log of an organization. Exports are recorded in it; reads are not.
package struct AuditAPI: Sendable {
    let management: ManagementFactory

    package init(management: ManagementFactory) {
        self.management = management
    }

    package var endpoints: [Endpoint] {
        [
            Endpoint(
                "auditEvents", .get, "/api/v1/organizations/{org}/audit-events", .api,
                .permitted(.readAudit, .later(list)), isExport: { AuditAPI.format($0.request) != nil },
                documentation: EndpointDocumentation(
                    summary: "The audit log, newest first; the whole log as JSON lines or CSV",
                    parameters: [
                        Parameter(name: "from", schema: Parameter.time), Parameter(name: "to", schema: Parameter.time),
                        Parameter(name: "actor", schema: AuditAPI.text),
                        Parameter(name: "target", schema: AuditAPI.text),
                        Parameter(name: "q", schema: AuditAPI.text),
                        Parameter(name: "action", schema: Parameter.text), .limit, .cursor,
                    ], results: .list("AuditEvent") + [.text("application/jsonl"), .text("text/csv")]))
        ]
    }

    private static let text = #"{"type":"string","maxLength":255}"#
    private typealias Parameter = EndpointDocumentation.Parameter

    /// The format of an export; nil for a page of the log.
    private static func format(_ request: Request) -> AuditExport.Format? {
        let types = ["application/json"] + AuditExport.Format.allCases.map(\.rawValue)
        return AuditExport.Format(rawValue: request.preferredType(among: types))
    }

    /// Lists a page, newest first, or the whole log, oldest first, if JSON lines or CSV are preferred.
    private func list(_ context: RequestContext, _ permitted: PermittedCaller) async throws(Problem) -> Reply {
        let (management, request) = (management.management(context, permitted), context.request)
        let query = try AuditLog.Query(request.target.queryItems)
        if let format = AuditAPI.format(request) {
            guard request.method != .head else { return AuditExport.head(format) }
            return try await AuditExport(
                management: management, context: context, query: query, format: format
            ).reply()
        }
        let found = try await management.auditEvents(query)
        let shown = found.prefix(query.limit)
        var writer = JSONWriter(reservingCapacity: 4096)
        writer.beginObject()
        writer.name("items")
        writer.beginArray()
        for event in shown { writer.raw(event.json) }
        writer.endArray()
        writer.member("next_cursor", found.count > query.limit ? shown.last.map { String($0.sequence) } : nil)
        writer.endObject()
        return .json(writer.bytes)
    }
}
