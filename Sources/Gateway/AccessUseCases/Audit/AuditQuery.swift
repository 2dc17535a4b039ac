package import Audit
package import Endpoints
internal import Management
internal import Text
internal import Time

extension AuditLog.Query {
    /// The query of a list or export of the log.
    package init(_ items: [(name: String, value: String)]?) throws(Problem) {
        let list = try ListQuery(items, "from", "to", "actor", "action")
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
        if let actor = list.values["actor"] {
            guard actor.utf8.count <= 255, !actor.utf8.contains(0) else {
                throw ListQuery.invalid("actor", "The value must have at most 255 bytes.")
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
    /// The events that match the query, and one more than its limit if there are as many.
    package func auditEvents(_ query: AuditLog.Query) async throws(Problem) -> [(sequence: Int, json: [UInt8])] {
        try await answering { actions throws(ManagementError) in try await actions.auditEvents(query) }
    }
}
