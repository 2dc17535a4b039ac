public import Databases
public import Identities
internal import Text
public import Time

extension AuditLog {
    /// A filter and a page of one chain's events.
    public struct Query: Sendable {
        public var from: Timestamp?
        /// The end of the time range, excluded.
        public var to: Timestamp?
        /// A part of the actor's id, name, address or subject, compared without regard to ASCII case.
        public var actor = ""
        /// The exact id of the target.
        public var target = ""
        /// A part of the actor's or the target's id, name, address or subject, compared without regard to ASCII case.
        public var text = ""
        public var action: AuditAction?
        public var outcome: AuditOutcome?
        /// Selects events before this sequence; nil to start with the newest event.
        public var before: Int?
        /// Selects events after this sequence; 0 for all events.
        public var after = 0
        public var limit = 50

        public init() {}

        /// Returns true if the query selects all events of the chain, apart from its page.
        public var isUnfiltered: Bool {
            from == nil && to == nil && actor.isEmpty && target.isEmpty && text.isEmpty && action == nil
                && outcome == nil
        }
    }

    /// Returns a page of one chain's events as JSON, newest first.
    public static func events(
        of organization: OrganizationID?, _ query: Query, _ transaction: Transaction
    ) throws(DatabaseError) -> [(sequence: Int, json: [UInt8])] {
        try page(try Selection(of: organization, query, transaction), "DESC", query.limit, transaction)
    }

    /// Returns the events after a sequence that match a query, oldest first. The query's own limit and cursors are
    /// ignored.
    public static func events(
        of organization: OrganizationID?, _ query: Query, after sequence: Int, limit: Int, _ transaction: Transaction
    ) throws(DatabaseError) -> [(sequence: Int, json: [UInt8])] {
        var query = query
        (query.before, query.after) = (nil, sequence)
        return try page(try Selection(of: organization, query, transaction), "ASC", limit, transaction)
    }

    /// Returns the number of events that match a query, at most `most`. The query's limit is ignored.
    public static func count(
        of organization: OrganizationID?, _ query: Query, upTo most: Int, _ transaction: Transaction
    ) throws(DatabaseError) -> Int {
        var selection = try Selection(of: organization, query, transaction)
        let limit = selection.parameter(.integer(most))
        return try transaction.all(
            "SELECT count(*) FROM (SELECT 1 \(selection.source) LIMIT \(limit))", selection.values
        ) { row throws(DatabaseError) in row.integer(0) }.first ?? 0
    }

    /// Returns the sequence of a chain's last event before `sequence`, or nil if there is none.
    ///
    /// - Parameter sequence: nil for the end of the chain.
    public static func lastSequence(
        of organization: OrganizationID?, before sequence: Int?, _ transaction: Transaction
    ) throws(DatabaseError) -> Int? {
        try transaction.first(
            "SELECT sequence FROM audit_event WHERE chain = $1 AND sequence < $2 ORDER BY sequence DESC LIMIT 1",
            .text(organization?.text ?? ""), .integer(sequence ?? .max)
        ) { row throws(DatabaseError) in row.integer(0) }
    }

    private static func page(
        _ selection: Selection, _ order: String, _ limit: Int, _ transaction: Transaction
    ) throws(DatabaseError) -> [(sequence: Int, json: [UInt8])] {
        var selection = selection
        let most = selection.parameter(.integer(limit))
        // The events themselves are read only for the page; the rest is decided in indexes.
        return try transaction.all(
            """
            SELECT sequence, event, hash FROM audit_event WHERE chain = $1 AND sequence IN (
                SELECT sequence \(selection.source) ORDER BY sequence \(order) LIMIT \(most))
            ORDER BY sequence \(order)
            """, selection.values
        ) { row throws(DatabaseError) in (row.integer(0), whole(row.blob(1), row.text(2))) }
    }

    /// The SQL of a query's filters.
    private struct Selection {
        /// The number of events up to which actors and targets are looked up by their own indexes. Those of more events
        /// are found sooner by reading the list.
        private static let few = 5_000

        private(set) var values: [SQLValue]
        private var conditions = ["chain = $1"]
        private var index = "audit_event_list"

        /// From `FROM` to the end of the conditions.
        var source: String {
            "FROM audit_event \(index.isEmpty ? "" : "INDEXED BY \(index)") WHERE \(conditions.joined(separator: " AND "))"
        }

        init(of organization: OrganizationID?, _ query: Query, _ transaction: Transaction) throws(DatabaseError) {
            values = [.text(organization?.text ?? "")]
            if let before = query.before { conditions.append("sequence < \(parameter(.integer(before)))") }
            if query.after > 0 { conditions.append("sequence > \(parameter(.integer(query.after)))") }
            if let from = query.from { conditions.append("at >= \(parameter(.integer(from.nanoseconds / 1_000_000)))") }
            if let to = query.to { conditions.append("at < \(parameter(.integer(to.nanoseconds / 1_000_000)))") }
            if let action = query.action { conditions.append("action = \(parameter(.text(action.rawValue)))") }
            if let outcome = query.outcome { conditions.append("outcome = \(parameter(.text(outcome.rawValue)))") }
            if !query.actor.isEmpty {
                let text = query.actor.asciiLowercased()
                try filter({ "target = '' AND instr(words, \($0)) > 0" }, text, ["actor_party"], transaction)
            }
            if !query.target.isEmpty {
                try filter({ "target = \($0)" }, query.target, ["target_party"], transaction)
            }
            if !query.text.isEmpty {
                let text = query.text.asciiLowercased()
                try filter({ "instr(words, \($0)) > 0" }, text, ["actor_party", "target_party"], transaction)
            }
        }

        /// Appends a value and returns its placeholder.
        mutating func parameter(_ value: SQLValue) -> String {
            values.append(value)
            return "$\(values.count)"
        }

        /// Adds a filter by actors or targets.
        ///
        /// - Parameters:
        ///   - condition: the condition of rows of `audit_party`, with the placeholder of the value.
        ///   - columns: the columns that may hold a selected row.
        private mutating func filter(
            _ condition: (_ value: String) -> String, _ value: String, _ columns: [String],
            _ transaction: Transaction
        ) throws(DatabaseError) {
            // Parts of a party are separated by line feeds.
            guard !value.utf8.contains(0x0A) else {
                conditions.append("0")
                return
            }
            let uses =
                try transaction.first(
                    """
                    SELECT CAST(min(total(uses), 1e12) AS INTEGER) FROM audit_party WHERE chain = $1 AND \(condition("$2"))
                    """, values[0], .text(value)
                ) { row throws(DatabaseError) in row.integer(0) } ?? 0
            let parties = "SELECT id FROM audit_party WHERE chain = $1 AND \(condition(parameter(.text(value))))"
            if uses <= Selection.few {
                let found = columns.map { column in
                    let index = "audit_event_\(column == "actor_party" ? "actor" : "target")"
                    return """
                        SELECT sequence FROM audit_event INDEXED BY \(index)
                        WHERE chain = $1 AND \(column) IN (\(parties))
                        """
                }
                conditions.append("sequence IN (\(found.joined(separator: " UNION ")))")
                index = ""
            } else {
                let found = columns.map { "\($0) IN (\(parties))" }
                conditions.append("(\(found.joined(separator: " OR ")))")
            }
        }
    }
}
