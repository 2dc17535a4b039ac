internal import Cryptography
public import Databases
public import Identities
internal import JSON
public import Time

/// The audit log: one chain of events per organization, and one for the gateway itself. Each event is appended in the
/// transaction of the recorded change, and is never changed.
public enum AuditLog {
    public static let schema = Schema(
        component: "audit",
        migrations: [
            """
            CREATE TABLE audit_event (
                -- The organization's id; empty for the gateway itself.
                chain TEXT NOT NULL,
                sequence INTEGER NOT NULL,
                -- Milliseconds since 1970.
                at INTEGER NOT NULL,
                action TEXT NOT NULL,
                -- What the filter looks in: subject and address of the actor in lower case, or its kind.
                actor TEXT NOT NULL,
                -- Canonical JSON without the hash.
                event BLOB NOT NULL,
                hash TEXT NOT NULL,
                PRIMARY KEY (chain, sequence)
            ) STRICT, WITHOUT ROWID;
            CREATE TABLE audit_head (
                chain TEXT NOT NULL PRIMARY KEY, sequence INTEGER NOT NULL, hash TEXT NOT NULL
            ) STRICT, WITHOUT ROWID;
            """
        ])

    /// Appends an event. The transaction must be that of the recorded change, so that neither is stored without the
    /// other.
    public static func append(
        _ record: AuditRecord, at now: Timestamp, _ transaction: Transaction
    ) throws(DatabaseError) {
        let chain = record.organization?.text ?? ""
        let head = try transaction.first("SELECT sequence, hash FROM audit_head WHERE chain = $1", .text(chain)) {
            row throws(DatabaseError) in (row.integer(0), row.text(1))
        }
        let (sequence, previous) = head.map { ($0.0 &+ 1, $0.1) } ?? (1, AuditEvent.origin)
        guard sequence > 0 else {
            throw DatabaseError(.corrupt, cause: "the head of the chain '\(chain)' is at \(head?.0 ?? 0)")
        }
        let event: AuditEvent
        do {
            let id = Base64URL.encode(try RandomBytes.make(12))
            event = try AuditEvent(record, id: id, sequence: sequence, previous: previous, at: now)
        } catch {
            // An action fails if it cannot be recorded.
            throw DatabaseError(.failed, cause: "an audit event could not be created: \(error)")
        }
        try transaction.execute(
            "INSERT INTO audit_event (chain, sequence, at, action, actor, event, hash) VALUES ($1, $2, $3, $4, $5, $6, $7)",
            .text(chain), .integer(sequence), .integer(now.nanoseconds / 1_000_000), .text(record.action.rawValue),
            .text(filterText(record.actor)), .blob(event.canonical), .text(event.hash))
        try transaction.execute(
            """
            INSERT INTO audit_head (chain, sequence, hash) VALUES ($1, $2, $3)
            ON CONFLICT (chain) DO UPDATE SET sequence = excluded.sequence, hash = excluded.hash
            """, .text(chain), .integer(sequence), .text(event.hash))
    }

    private static func filterText(_ actor: AuditActor) -> String {
        guard case .identity(let identity, let email) = actor else {
            return filterText(kind: actor.kind, subject: nil, email: nil)
        }
        return filterText(kind: actor.kind, subject: identity.subject.text, email: email?.spelling)
    }

    /// Returns the text that the filter by actor searches.
    static func filterText(kind: String, subject: String?, email: String?) -> String {
        subject.map { "\($0) \(email ?? "")".lowercased() } ?? kind
    }

    /// A filter and a page of one chain's events.
    public struct Query: Sendable {
        public var from: Timestamp?
        /// The end of the time range, excluded.
        public var to: Timestamp?
        /// A part of the actor's subject or address, compared without regard to case.
        public var actor = ""
        public var action: AuditAction?
        /// Selects events before this sequence; nil to start with the newest event.
        public var before: Int?
        /// Selects events after this sequence; 0 for all events.
        public var after = 0
        public var limit = 50

        public init() {}
    }

    /// Returns a page of one chain's events as JSON, newest first.
    public static func events(
        of organization: OrganizationID?, _ query: Query, _ transaction: Transaction
    ) throws(DatabaseError) -> [(sequence: Int, json: [UInt8])] {
        try transaction.all(
            """
            SELECT sequence, event, hash FROM audit_event
            WHERE chain = $1 AND sequence < $2 AND sequence > $8 AND at >= $3 AND at < $4
                AND ($5 = '' OR instr(actor, $5) > 0) AND ($6 = '' OR action = $6)
            ORDER BY sequence DESC LIMIT $7
            """, .text(organization?.text ?? ""), .integer(query.before ?? .max),
            .integer((query.from?.nanoseconds ?? 0) / 1_000_000),
            .integer(query.to.map { $0.nanoseconds / 1_000_000 } ?? .max), .text(query.actor.lowercased()),
            .text(query.action?.rawValue ?? ""), .integer(query.limit), .integer(query.after)
        ) { row throws(DatabaseError) in (row.integer(0), whole(row.blob(1), row.text(2))) }
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

    /// Returns the events after a sequence that match a query, oldest first. The query's own limit and cursors are
    /// ignored.
    public static func events(
        of organization: OrganizationID?, _ query: Query, after sequence: Int, limit: Int, _ transaction: Transaction
    ) throws(DatabaseError) -> [(sequence: Int, json: [UInt8])] {
        try transaction.all(
            """
            SELECT sequence, event, hash FROM audit_event
            WHERE chain = $1 AND sequence > $2 AND at >= $3 AND at < $4
                AND ($5 = '' OR instr(actor, $5) > 0) AND ($6 = '' OR action = $6)
            ORDER BY sequence LIMIT $7
            """, .text(organization?.text ?? ""), .integer(sequence),
            .integer((query.from?.nanoseconds ?? 0) / 1_000_000),
            .integer(query.to.map { $0.nanoseconds / 1_000_000 } ?? .max), .text(query.actor.lowercased()),
            .text(query.action?.rawValue ?? ""), .integer(limit)
        ) { row throws(DatabaseError) in (row.integer(0), whole(row.blob(1), row.text(2))) }
    }

    /// Passes all events of all chains to `body` in order, as JSON.
    public static func each(
        _ transaction: Transaction, _ body: ([UInt8]) throws(DatabaseError) -> Void
    ) throws(DatabaseError) {
        try transaction.each("SELECT event, hash FROM audit_event ORDER BY chain, sequence") {
            row throws(DatabaseError) in try body(whole(row.blob(0), row.text(1)))
        }
    }

    private static func whole(_ canonical: [UInt8], _ hash: String) -> [UInt8] {
        Array(canonical.dropLast()) + Array(",\"hash\":\"\(hash)\"}".utf8)
    }
}
