package import Audit
package import Endpoints
internal import Management
internal import Text
internal import Time

extension AuditLog.Query {
    /// The query of a list or export of the log.
    package init(_ items: [(name: String, value: String)]?) throws(Problem) {
        try self.init(try ListQuery(items, "from", "to", "actor", "target", "q", "action"))
    }

    /// The query of the page of the log, which can also be filtered by outcome.
    package init(page items: [(name: String, value: String)]?) throws(Problem) {
        let list = try ListQuery(items, "from", "to", "actor", "target", "q", "action", "outcome", "after")
        try self.init(list)
        outcome = try list.choice("outcome")
        if let text = list.values["after"] {
            guard let number = Int(text), number > 0 else { throw ListQuery.unknownCursor }
            after = number
        }
    }

    private init(_ list: ListQuery) throws(Problem) {
        self.init()
        limit = list.limit
        func moment(_ name: String) throws(Problem) -> Timestamp? {
            guard let text = list.values[ExactText(name)] else { return nil }
            guard let moment = Timestamp(rfc3339: text) else {
                throw ListQuery.invalid(name, "The value must be a time such as 2026-01-31T12:00:00Z.")
            }
            return moment
        }
        from = try moment("from")
        to = try moment("to")
        func text(_ name: String) throws(Problem) -> String {
            let text = list.values[ExactText(name)] ?? ""
            guard text.utf8.count <= 255, !text.utf8.contains(0) else {
                throw ListQuery.invalid(name, "The value must have at most 255 bytes.")
            }
            return text
        }
        (actor, target, self.text) = (try text("actor"), try text("target"), try text("q"))
        action = try list.choice("action")
        if let cursor = list.cursor {
            guard let number = Int(cursor), number > 0 else { throw ListQuery.unknownCursor }
            before = number
        }
    }
}

/// A page of the log with its place in the whole.
package struct AuditListing: Sendable {
    /// The events, newest first.
    package let events: [(sequence: Int, json: [UInt8])]
    /// True if older events match too.
    package let hasMore: Bool
    /// The number of events that match on all pages.
    package let total: Int
    /// True if there may be more than that, which were not counted.
    package let isBounded: Bool

    package static let empty = AuditListing(events: [], hasMore: false, total: 0, isBounded: false)

    package init(events: [(sequence: Int, json: [UInt8])], hasMore: Bool, total: Int, isBounded: Bool) {
        (self.events, self.hasMore, self.total, self.isBounded) = (events, hasMore, total, isBounded)
    }
}

extension ManagementRequest {
    /// The page of events that match the query: those before its cursor, or, with `after`, the next newer ones.
    package func auditListing(_ query: AuditLog.Query) async throws(Problem) -> AuditListing {
        try await answering { actions throws(ManagementError) in
            guard query.after > 0 else {
                let (found, count, isBounded) = try await actions.countedAuditEvents(query)
                return AuditListing(
                    events: Array(found.prefix(query.limit)), hasMore: found.count > query.limit, total: count,
                    isBounded: isBounded)
            }
            let newer = try await actions.auditEvents(query, newerThan: query.after)
            var whole = query
            whole.limit = 0
            whole.after = 0
            let (_, count, isBounded) = try await actions.countedAuditEvents(whole)
            return AuditListing(events: newer, hasMore: true, total: count, isBounded: isBounded)
        }
    }

    /// The events that match the query, and one more than its limit if there are as many.
    package func auditEvents(_ query: AuditLog.Query) async throws(Problem) -> [(sequence: Int, json: [UInt8])] {
        try await answering { actions throws(ManagementError) in try await actions.auditEvents(query) }
    }
}
