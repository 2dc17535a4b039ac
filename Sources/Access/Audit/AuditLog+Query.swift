public import Databases
public import Identities
internal import Statements
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
        let selection = try Selection(of: organization, query, transaction)
        return try page(selection.bounded(query.before, query.after), "DESC", query.limit, transaction)
    }

    /// Returns the events after a sequence that match a query, oldest first. The query's own limit and cursors are
    /// ignored.
    public static func events(
        of organization: OrganizationID?, _ query: Query, after sequence: Int, limit: Int, _ transaction: Transaction
    ) throws(DatabaseError) -> [(sequence: Int, json: [UInt8])] {
        let selection = try Selection(of: organization, query, transaction)
        return try page(selection.bounded(nil, sequence), "ASC", limit, transaction)
    }

    /// Returns the number of events that match a query, at most `most`. The query's limit is ignored.
    public static func count(
        of organization: OrganizationID?, _ query: Query, upTo most: Int, _ transaction: Transaction
    ) throws(DatabaseError) -> Int {
        let selection = try Selection(of: organization, query, transaction)
        return try count(selection.bounded(query.before, query.after), upTo: most, transaction)
    }

    private static func count(
        _ selection: Selection, upTo most: Int, _ transaction: Transaction
    ) throws(DatabaseError) -> Int {
        var selection = selection
        let limit = selection.parameter(.integer(most))
        return try transaction.all(
            "SELECT count(*) FROM (SELECT 1 \(selection.source) LIMIT \(limit)) AS found", selection.values
        ) { row throws(DatabaseError) in row.integer(0) }.first ?? 0
    }

    /// Returns a page as ``events(of:_:_:)`` does, together with the number of all events after a sequence that match, at
    /// most `most`. Actors and targets are searched once for both.
    ///
    /// - Parameter start: the sequence after which events are counted.
    public static func events(
        of organization: OrganizationID?, _ query: Query, countingAfter start: Int, upTo most: Int,
        _ transaction: Transaction
    ) throws(DatabaseError) -> (events: [(sequence: Int, json: [UInt8])], count: Int) {
        let selection = try Selection(of: organization, query, transaction)
        let events = try page(selection.bounded(query.before, query.after), "DESC", query.limit, transaction)
        // A first page that is not full was the whole list.
        let isWhole = query.before == nil && query.after == start && events.count < query.limit
        return (
            events, isWhole ? events.count : try count(selection.bounded(nil, start), upTo: most, transaction)
        )
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

        private let dialect: SQLDialect
        private(set) var values: [SQLValue]
        private var conditions = ["chain = $1"]
        /// True if the events of some actors or targets are looked up; false if the list is read.
        private var isLookup = false

        /// From `FROM` to the end of the conditions.
        var source: String {
            "FROM audit_event \(isLookup ? "" : dialect.using(index: "audit_event_list")) WHERE "
                + conditions.joined(separator: " AND ")
        }

        init(of organization: OrganizationID?, _ query: Query, _ transaction: Transaction) throws(DatabaseError) {
            dialect = transaction.dialect
            values = [.text(organization?.text ?? "")]
            if let from = query.from { conditions.append("at >= \(parameter(.integer(from.nanoseconds / 1_000_000)))") }
            if let to = query.to { conditions.append("at < \(parameter(.integer(to.nanoseconds / 1_000_000)))") }
            if let action = query.action { conditions.append("action = \(parameter(.text(action.rawValue)))") }
            if let outcome = query.outcome { conditions.append("outcome = \(parameter(.text(outcome.rawValue)))") }
            let (actor, text) = (query.actor.asciiLowercased(), query.text.asciiLowercased())
            if !actor.isEmpty {
                try filter("target = '' AND instr(words, $2) > 0", actor, ["actor"], transaction)
            }
            if !query.target.isEmpty {
                try filter("target = $2 AND target <> ''", query.target, ["target"], transaction)
            }
            if !text.isEmpty { try filter("instr(words, $2) > 0", text, ["actor", "target"], transaction) }
        }

        /// Returns the selection of events between two sequences, both excluded.
        ///
        /// - Parameters:
        ///   - before: nil without a bound.
        ///   - after: 0 without a bound.
        func bounded(_ before: Int?, _ after: Int) -> Selection {
            var selection = self
            // The plus sign keeps the bounds from replacing the lookup of a few events by a search through the log.
            let sequence = isLookup ? "+sequence" : "sequence"
            if let before {
                selection.conditions.append("\(sequence) < \(selection.parameter(.integer(before)))")
            }
            if after > 0 { selection.conditions.append("\(sequence) > \(selection.parameter(.integer(after)))") }
            return selection
        }

        /// Appends a value and returns its placeholder.
        mutating func parameter(_ value: SQLValue) -> String {
            values.append(value)
            return "$\(values.count)"
        }

        /// Adds a filter by actors or targets.
        ///
        /// - Parameters:
        ///   - condition: the condition of rows of `audit_party`, with the value as `$2`.
        ///   - parts: the parts of an event, `actor` or `target`, any of which may be a selected row.
        private mutating func filter(
            _ condition: String, _ value: String, _ parts: [String], _ transaction: Transaction
        ) throws(DatabaseError) {
            // A party's parts are separated by line feeds, across which nothing is found.
            let found =
                value.utf8.contains(0x0A)
                ? []
                : try transaction.all(
                    "SELECT id, uses FROM audit_party WHERE chain = $1 AND \(condition)", [values[0], .text(value)]
                ) { row throws(DatabaseError) in (id: row.integer(0), uses: row.integer(1)) }
            guard !found.isEmpty else {
                conditions.append("1 = 0")
                return
            }
            let list = found.map { String($0.id) }.joined(separator: ",")
            let areParties =
                switch dialect {
                case .sqlite: "IN (SELECT value FROM json_each(\(parameter(.text("[\(list)]")))))"
                case .postgreSQL: "= ANY (CAST(\(parameter(.text("{\(list)}"))) AS BIGINT[]))"
                }
            // The store may hold any number of uses, so that their sum is not an integer.
            guard found.reduce(0.0, { $0 + Double($1.uses) }) <= Double(Selection.few) else {
                let tests = parts.map { "\($0)_party \(areParties)" }
                conditions.append("(\(tests.joined(separator: " OR ")))")
                return
            }
            isLookup = true
            let lookups = parts.map { part in
                """
                SELECT sequence FROM audit_event \(dialect.using(index: "audit_event_\(part)"))
                WHERE chain = $1 AND \(part)_party \(areParties)
                """
            }
            conditions.append("sequence IN (\(lookups.joined(separator: " UNION ")))")
        }
    }
}
