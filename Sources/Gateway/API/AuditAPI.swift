internal import Audit
internal import Databases
internal import HTTPMessage
internal import Identities
internal import JSON
internal import Policy
internal import Text
internal import Time

/// The audit log of an organization. Exports are recorded in it; reads are not.
struct AuditAPI: Sendable {
    let management: ManagementRequest
    let request: Request

    /// Lists a page, newest first, or the whole log, oldest first, if JSON lines or CSV are preferred.
    func list() async -> Reply {
        do throws(Problem) {
            let query = try AuditAPI.query(request.target.queryItems)
            let types = ["application/json"] + AuditExport.Format.allCases.map(\.rawValue)
            if let format = AuditExport.Format(rawValue: request.preferredType(among: types)) {
                guard request.method != .head else { return AuditExport.head(format) }
                return try await AuditExport(
                    management: management, request: request, query: query, format: format
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
        } catch {
            return .problem(error)
        }
    }

    static func query(_ items: [(name: String, value: String)]?) throws(Problem) -> AuditLog.Query {
        let list = try ListQuery(items, "from", "to", "actor", "action")
        var query = AuditLog.Query()
        query.limit = list.limit
        func moment(_ name: String) throws(Problem) -> Timestamp? {
            guard let text = list.values[ExactText(name)] else { return nil }
            guard let moment = Timestamp(rfc3339: text) else {
                throw ListQuery.invalid(name, "has to be a time such as 2026-01-31T12:00:00Z")
            }
            return moment
        }
        query.from = try moment("from")
        query.to = try moment("to")
        if let actor = list.values["actor"] {
            guard actor.utf8.count <= 255, !actor.utf8.contains(0) else {
                throw ListQuery.invalid("actor", "has to be at most 255 bytes")
            }
            query.actor = actor
        }
        query.action = try list.choice("action")
        if let cursor = list.cursor {
            guard let number = Int(cursor), number > 0 else { throw ListQuery.unknownCursor }
            query.before = number
        }
        return query
    }
}

extension ManagementRequest {
    /// The number of events per read transaction: a filter that few events pass must not delay other reads.
    private static let auditSlice = 10_000

    /// The events that match the query, and one more than its limit if there are as many.
    func auditEvents(_ query: AuditLog.Query) async throws(Problem) -> [(sequence: Int, json: [UInt8])] {
        let id = id
        var found: [(sequence: Int, json: [UInt8])] = []
        var before = query.before
        repeat {
            var slice = query
            slice.limit = query.limit + 1 - found.count
            let (asked, end) = (slice, before)
            let read = try await stored { () throws(DatabaseError) in
                try await service.database.read { transaction throws(DatabaseError) in
                    // The slice ends at an existing event, however far apart the numbers in the store are.
                    guard let last = try AuditLog.lastSequence(of: id, before: end, transaction), last > 0 else {
                        return (events: [(sequence: Int, json: [UInt8])](), start: 0)
                    }
                    var slice = asked
                    slice.before = end
                    slice.after = max(0, last - ManagementRequest.auditSlice)
                    return (events: try AuditLog.events(of: id, slice, transaction), start: slice.after)
                }
            }
            found += read.events
            before = read.start + 1
        } while found.count <= query.limit && (before ?? 0) > 1
        return found
    }
}
