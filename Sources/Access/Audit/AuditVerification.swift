public import Databases
internal import JSON
internal import Text

/// The result of checking every event of the audit log.
public struct AuditVerification: Sendable {
    /// The number of events that were checked.
    public private(set) var count = 0
    /// The faults that were found, one line each, at most a hundred.
    public private(set) var faults: [String] = []

    /// Checks every chain from its first event to its head: no event may have been altered, removed, inserted or moved.
    public init(_ transaction: Transaction) throws(DatabaseError) {
        var heads: [ExactText: (sequence: Int, hash: String)] = [:]
        try transaction.each("SELECT chain, sequence, hash FROM audit_head") { row throws(DatabaseError) in
            heads[ExactText(row.text(0))] = (row.integer(1), row.text(2))
        }
        var chain: String?
        var (sequence, previous) = (0, AuditEvent.origin)
        var found: [String] = []
        var number = 0
        func close() {
            guard let chain else { return }
            let head = heads.removeValue(forKey: ExactText(chain))
            if head?.sequence != sequence || !(head?.hash).isExactly(previous) {
                found.append("\(AuditVerification.name(chain)): its head does not name the last event, \(sequence)")
            }
        }
        try AuditLog.eachRow(
            transaction,
            """
            at, action, event, hash, outcome, actor.chain, actor.target, actor.words, target_party, target.chain,
                target.target, target.words
            """,
            from: """
                audit_event AS event LEFT JOIN audit_party AS actor ON actor.id = actor_party
                    LEFT JOIN audit_party AS target ON target.id = target_party
                """
        ) {
            row throws(DatabaseError) in
            number += 1
            let own = row.text(0)
            if !chain.isExactly(own) {
                close()
                (chain, sequence, previous) = (own, 0, AuditEvent.origin)
            }
            // The stored sequence may be any number; a gap is reported as missing events.
            sequence &+= 1
            if let fault = AuditVerification.fault(row, sequence, previous), found.count < 100 {
                found.append("\(AuditVerification.name(own)), event \(row.integer(1)): \(fault)")
            }
            (sequence, previous) = (row.integer(1), row.text(5))
        }
        close()
        for chain in heads.keys.map(\.text).sorted() {
            found.append("\(AuditVerification.name(chain)): all its events are missing")
        }
        (count, faults) = (number, found)
    }

    private static func name(_ chain: String) -> String { chain.isEmpty ? "gateway" : "organization \(chain)" }

    /// Returns the fault of one event, or nil if it is intact.
    private static func fault(_ row: Row, _ expected: Int, _ previous: String) -> String? {
        guard row.integer(1) == expected else { return "events before it are missing" }
        let bytes = row.blob(4)
        guard let event = try? AuditEvent(canonical: bytes), event.hash.isExactly(row.text(5)) else {
            return "it was altered"
        }
        guard let root = try? JSONDocument(parsing: bytes).root, root.canonicalBytes() == bytes else {
            return "it is not in its canonical form"
        }
        guard (root.member("previous_hash")?.string).isExactly(previous) else {
            return "it does not follow the event before it"
        }
        // The columns that filters search must agree with the event.
        guard root.member("sequence")?.integer == Int64(expected),
            (root.member("action")?.string).isExactly(row.text(3)),
            (root.member("organization")?.string ?? "").isExactly(row.text(0)),
            (root.member("timestamp")?.string).isExactly(
                AuditEvent.timestamp(milliseconds: Int64(row.integer(2)))),
            (root.member("outcome")?.string).isExactly(row.text(6)),
            AuditParty(actorOf: root).isRow(row, from: 7), isTarget(AuditParty(targetOf: root), row)
        else { return "its database row was altered" }
        return nil
    }

    private static func isTarget(_ target: AuditParty?, _ row: Row) -> Bool {
        target.map { $0.isRow(row, from: 11) } ?? (row.integer(10) == 0)
    }
}

extension AuditParty {
    /// Returns true if columns hold this party: the chain that is the row's first column, the target and the words.
    fileprivate func isRow(_ row: Row, from column: Int) -> Bool {
        row.optionalText(column).isExactly(row.text(0)) && row.optionalText(column + 1).isExactly(target.text)
            && row.optionalText(column + 2).isExactly(words.text)
    }
}
