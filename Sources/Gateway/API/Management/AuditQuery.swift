package import Audit
internal import Databases
package import Endpoints
internal import HTTPMessage
internal import Identities
internal import JSON
internal import Policy
internal import Text
internal import Time
internal import Web

extension AuditLog.Query {
    /// The query of a list or export of the log.
    package init(_ items: [(name: String, value: String)]?) throws(Problem) {
        let list = try ListQuery(items, "from", "to", "actor", "action")
        self.init()
        limit = list.limit
        func moment(_ name: String) throws(Problem) -> Timestamp? {
            guard let text = list.values[ExactText(name)] else { return nil }
            guard let moment = Timestamp(rfc3339: text) else {
                throw ListQuery.invalid(name, "must be a time such as 2026-01-31T12:00:00Z")
            }
            return moment
        }
        from = try moment("from")
        to = try moment("to")
        if let actor = list.values["actor"] {
            guard actor.utf8.count <= 255, !actor.utf8.contains(0) else {
                throw ListQuery.invalid("actor", "must be at most 255 bytes")
            }
            self.actor = actor
        }
        action = try list.choice("action")
        if let cursor = list.cursor {
            guard let number = Int(cursor), number > 0 else { throw ListQuery.unknownCursor }
            before = number
        }
    }
}

extension ManagementRequest {
    /// The number of events per read transaction: a filter that few events pass must not delay other reads.
    private static let auditSlice = 10_000

    /// The events that match the query, and one more than its limit if there are as many.
    package func auditEvents(_ query: AuditLog.Query) async throws(Problem) -> [(sequence: Int, json: [UInt8])] {
        let id = id
        var found: [(sequence: Int, json: [UInt8])] = []
        var before = query.before
        repeat {
            var slice = query
            slice.limit = query.limit + 1 - found.count
            let (asked, end) = (slice, before)
            let read = try await stored { () throws(DatabaseError) in
                try await stores.database.read { transaction throws(DatabaseError) in
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
