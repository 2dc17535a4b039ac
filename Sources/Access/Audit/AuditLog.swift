internal import Cryptography
public import Databases
internal import Identities
internal import JSON
public import Time

/// The audit log: one chain of events per organization, and one for the gateway itself. Each event is appended in the
/// transaction of the recorded change, and is never changed.
public enum AuditLog {
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
        guard let root = try? JSONDocument(parsing: event.canonical).root else {
            throw DatabaseError(.failed, cause: "an audit event cannot be read")
        }
        let actor = try AuditParty(actorOf: root).note(in: chain, transaction)
        let target = try AuditParty(targetOf: root)?.note(in: chain, transaction) ?? 0
        try transaction.execute(
            """
            INSERT INTO audit_event (chain, sequence, at, action, outcome, actor_party, target_party, event, hash)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
            """,
            .text(chain), .integer(sequence), .integer(now.nanoseconds / 1_000_000), .text(record.action.rawValue),
            .text(record.outcome.rawValue), .integer(actor), .integer(target), .blob(event.canonical),
            .text(event.hash))
        try transaction.execute(
            """
            INSERT INTO audit_head (chain, sequence, hash) VALUES ($1, $2, $3)
            ON CONFLICT (chain) DO UPDATE SET sequence = excluded.sequence, hash = excluded.hash
            """, .text(chain), .integer(sequence), .text(event.hash))
    }

    /// Passes all events of all chains to `body` in order, as JSON.
    public static func each(
        _ transaction: Transaction, _ body: ([UInt8]) throws(DatabaseError) -> Void
    ) throws(DatabaseError) {
        try eachRow(transaction, "event.event, event.hash", from: "audit_event AS event") { row throws(DatabaseError) in
            try body(whole(row.blob(2), row.text(3)))
        }
    }

    /// Passes rows of all events in the order of chains and sequences: chain, sequence, and further columns. They are
    /// read in pages, since an engine may keep the whole result of a query in memory.
    static func eachRow(
        _ transaction: Transaction, _ columns: String, from tables: String, page: Int = 500,
        _ body: (Row) throws(DatabaseError) -> Void
    ) throws(DatabaseError) {
        var last: (chain: String, sequence: Int)?
        while true {
            let rest = last == nil ? "" : "WHERE (event.chain, event.sequence) > ($2, $3)"
            let place: [SQLValue] = last.map { [.text($0.chain), .integer($0.sequence)] } ?? []
            let ends = try transaction.all(
                """
                SELECT event.chain, event.sequence, \(columns) FROM \(tables) \(rest)
                ORDER BY event.chain, event.sequence LIMIT $1
                """, [.integer(page)] + place
            ) { row throws(DatabaseError) in
                try body(row)
                return (row.text(0), row.integer(1))
            }
            guard ends.count == page, let end = ends.last else { return }
            last = end
        }
    }

    static func whole(_ canonical: [UInt8], _ hash: String) -> [UInt8] {
        Array(canonical.dropLast()) + Array(",\"hash\":\"\(hash)\"}".utf8)
    }
}
