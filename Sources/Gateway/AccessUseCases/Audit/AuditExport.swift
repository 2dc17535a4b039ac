package import Audit
internal import Databases
package import Endpoints
internal import HTTPMessage
internal import JSON
internal import Management
internal import RuntimeConfiguration
internal import Text
internal import Time

/// An export of all events that match a query, oldest first, streamed as they are read. The export's own event is the
/// last one in it.
package struct AuditExport: Sendable {
    package enum Format: String, Sendable, CaseIterable {
        case lines = "application/jsonl"
        case table = "text/csv"

        /// The format for its name in a page's URL.
        package init?(name: String) {
            switch name {
            case "jsonl": self = .lines
            case "csv": self = .table
            default: return nil
            }
        }

        var contentType: String { self == .table ? "text/csv; charset=utf-8" : rawValue }
    }

    let management: ManagementRequest
    /// Whether a page of another site asks for the export.
    let isForeign: Bool
    let query: AuditLog.Query
    let format: Format
    /// Whether a table begins with a UTF-8 byte order mark, for spreadsheets.
    var isMarked = false

    package init(
        management: ManagementRequest, context: RequestContext, query: AuditLog.Query, format: AuditExport.Format,
        isMarked: Bool = false
    ) {
        self.management = management
        isForeign = context.comesFromOtherSite
        self.query = query
        self.format = format
        self.isMarked = isMarked
    }

    /// - Throws: `request_forgery` if another site's link uses the browser's session. `Lax` cookies are sent with
    ///   links, and an export writes to the log.
    package func reply() async throws(Problem) -> Reply {
        guard management.caller.session == nil || !isForeign else {
            throw Problem(
                .requestForgery, detail: "Another site requested this export. Open the audit log and export it there.")
        }
        let (management, query, format, isMarked) = (management, query, format, isMarked)
        let (details, checkpoints) = ([("format", format.rawValue)] + query.details, management.factory.checkpoints)
        try await management.answering { actions throws(ManagementError) in
            try await actions.recordAuditExport(details: details)
        }
        if let keys = management.configuration.checkpointKeys {
            try await management.stored { () throws(DatabaseError) in try await checkpoints.make(with: keys) }
        }
        return .stream(type: format.contentType, tag: nil) { writer in
            if format == .table, isMarked { try await writer.write(CSV.mark) }
            if format == .table { try await writer.write(AuditExport.header) }
            var after = 0
            while true {
                let events = try await management.actions.auditEvents(query, after: after)
                guard let last = events.last else { return }
                after = last.sequence
                var bytes: [UInt8] = []
                for event in events {
                    bytes += format == .lines ? event.json + [0x0A] : AuditExport.row(event.json)
                }
                try await writer.write(bytes)
            }
        }
    }

    /// A `HEAD` request exports nothing.
    package static func head(_ format: Format) -> Reply { .stream(type: format.contentType, tag: nil) { _ in } }

    private static let columns = [
        "sequence", "timestamp", "actor_kind", "actor_email", "actor_subject", "actor_issuer", "action", "target",
        "outcome", "reason", "ip", "request_id", "details", "previous_hash", "hash", "id",
    ]

    private static let header = Array((columns.joined(separator: ",") + "\r\n").utf8)

    private static func row(_ json: [UInt8]) -> [UInt8] {
        guard let root = try? JSONDocument(parsing: json).root else { return [] }
        var bytes: [UInt8] = []
        for (index, column) in columns.enumerated() {
            if index > 0 { bytes.append(UInt8(ascii: ",")) }
            let ofActor = column.dropping(exactly: "actor_")
            let value = ofActor.map { root.member("actor")?.member(String($0)) } ?? root.member(column)
            CSV.append(value.map { $0.isNull ? "" : $0.string ?? $0.text } ?? "", to: &bytes)
        }
        return bytes + [0x0D, 0x0A]
    }
}

extension AuditLog.Query {
    /// The query's filters, for the export's event.
    fileprivate var details: [(name: String, value: String)] {
        let all = [
            ("from", from?.rfc3339), ("to", to?.rfc3339), ("actor", actor), ("target", target), ("q", text),
            ("action", action?.rawValue), ("outcome", outcome?.rawValue),
        ]
        return all.compactMap { name, value in value.flatMap { $0.isEmpty ? nil : (name, $0) } }
    }
}
