internal import Cryptography
public import Databases
internal import Time

/// What looking at every checkpoint came to: those in the store, and those that were kept elsewhere.
public struct CheckpointVerification: Sendable {
    /// Checkpoints whose signature is good.
    public private(set) var count = 0
    /// What does not hold, a line each.
    public private(set) var faults: [String] = []

    /// The last one in the store that holds.
    private var last: AuditCheckpoint.Content?

    /// - Parameters:
    ///   - kept: checkpoints that were kept elsewhere.
    ///   - keys: of today's configuration.
    ///   - trusted: public keys (Ed25519, 32 bytes) that signed before. A key that is neither vouches for nothing:
    ///     anybody can make one.
    public init(
        _ kept: [AuditCheckpoint], keys: CheckpointKeys, trusting trusted: [[UInt8]], _ transaction: Transaction
    ) throws(DatabaseError) {
        let known = Set(keys.publicKeys + trusted)
        let stored = try transaction.all("SELECT statement, signature FROM audit_checkpoint ORDER BY number") {
            row throws(DatabaseError) in AuditCheckpoint(statement: row.blob(0), signature: row.blob(1))
        }
        var hashes: [Int: String] = [:]
        var (number, previous) = (0, AuditEvent.origin)
        for (index, checkpoint) in stored.enumerated() {
            guard let content = AuditCheckpoint.Content(checkpoint.statement) else {
                faults.append("checkpoint \(index + 1): it cannot be read")
                continue
            }
            if content.number != number + 1 || content.previous != previous {
                faults.append("\(content.name): checkpoints before it are missing or were altered")
            }
            (number, previous) = (content.number, AuditCheckpoint.hash(checkpoint.statement))
            hashes[number] = previous
            if try check(checkpoint, content, by: known, transaction) { last = content }
        }
        for checkpoint in kept {
            guard let content = AuditCheckpoint.Content(checkpoint.statement) else {
                faults.append("a checkpoint that was kept elsewhere cannot be read")
                continue
            }
            let hash = hashes[content.number]
            if hash != AuditCheckpoint.hash(checkpoint.statement) {
                faults.append("\(content.name): it is \(hash == nil ? "not" : "another one") in the store")
            }
            _ = try check(checkpoint, content, by: known, transaction)
        }
        if !keys.isEmpty { try checkCoverage(transaction) }
    }

    /// Whether its signature is good; each event that it names has to be there.
    private mutating func check(
        _ checkpoint: AuditCheckpoint, _ content: AuditCheckpoint.Content, by known: Set<[UInt8]>,
        _ transaction: Transaction
    ) throws(DatabaseError) -> Bool {
        guard known.contains(content.publicKey) else {
            faults.append(
                "\(content.name): it was signed by a key that secret_key does not give; where it was replaced, name the "
                    + "old public key with --key")
            return false
        }
        guard let key = try? VerificationKey(ed25519: content.publicKey),
            let context = try? VerificationContext(key, .edDSA),
            context.isValid(checkpoint.signature.span, for: checkpoint.statement.span)
        else {
            faults.append("\(content.name): its signature is not good")
            return false
        }
        count += 1
        for head in content.heads {
            let hash = try transaction.first(
                "SELECT hash FROM audit_event WHERE chain = $1 AND sequence = $2", .text(head.chain),
                .integer(head.sequence)
            ) { row throws(DatabaseError) in row.text(0) }
            guard hash != head.hash else { continue }
            let chain = head.chain.isEmpty ? "gateway" : "organization \(head.chain)"
            faults.append(
                "\(chain): event \(head.sequence) \(hash == nil ? "is gone" : "is another one") since \(content.name) "
                    + "was made")
        }
        return true
    }

    /// A gateway that runs makes a checkpoint a day, so what it recorded is covered a day later; otherwise checkpoints
    /// were removed. What the operator's commands record is not, for they make none.
    private mutating func checkCoverage(_ transaction: Transaction) throws(DatabaseError) {
        // A day, and an hour for one that had to wait.
        let span: Int64 = 25 * 3_600_000
        let heads = Dictionary(
            (last?.heads ?? []).map { ($0.chain, $0.sequence) }, uniquingKeysWith: { first, _ in first })
        let chains = try transaction.all("SELECT chain FROM audit_head ORDER BY chain") {
            row throws(DatabaseError) in row.text(0)
        }
        var (oldest, newest) = (Int64.max, Int64.min)
        for chain in chains {
            let span = try transaction.first(
                """
                SELECT min(at), max(at) FROM audit_event
                WHERE chain = $1 AND sequence > $2 AND actor <> 'operator' HAVING count(*) > 0
                """, .text(chain), .integer(heads[chain] ?? 0)
            ) { row throws(DatabaseError) in (Int64(row.integer(0)), Int64(row.integer(1))) }
            if let span { (oldest, newest) = (min(oldest, span.0), max(newest, span.1)) }
        }
        guard newest > Int64.min else { return }
        let since = last.map { $0.timestamp.nanoseconds / 1_000_000 } ?? oldest
        if newest - since > span { faults.append("checkpoints are missing: for more than a day none was made") }
    }
}

extension AuditCheckpoint.Content {
    fileprivate var name: String { "checkpoint \(number)" }
}
