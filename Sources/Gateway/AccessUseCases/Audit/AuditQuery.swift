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

extension ManagementRequest {
    /// The events that match the query, and one more than its limit if there are as many.
    package func auditEvents(_ query: AuditLog.Query) async throws(Problem) -> [(sequence: Int, json: [UInt8])] {
        try await answering { actions throws(ManagementError) in try await actions.auditEvents(query) }
    }
}
