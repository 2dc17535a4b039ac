internal import Cryptography
public import Databases
internal import Text
public import Time

/// The result of checking every checkpoint: those in the store, and copies kept elsewhere.
public struct CheckpointVerification: Sendable {
    /// The number of checkpoints with a valid signature.
    public private(set) var count = 0
    /// The faults that were found, one line each.
    public private(set) var faults: [String] = []
    /// Findings that may be harmless. Only an operator who knows when the gateway was running can decide.
    public private(set) var warnings: [String] = []

    /// The stored checkpoints with a valid signature, in order.
    private var good: [AuditCheckpoint.Content] = []

    /// - Parameters:
    ///   - kept: copies of checkpoints that were kept outside the store.
    ///   - keys: the keys of the current configuration.
    ///   - trusted: public keys (Ed25519, 32 bytes) that signed earlier checkpoints. A signature by any other key
    ///     proves nothing, since an attacker can make such a key.
    public init(
        _ kept: [AuditCheckpoint], keys: CheckpointKeys, trusting trusted: [[UInt8]], at now: Timestamp,
        _ transaction: Transaction
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
            if content.number != number &+ 1 || !content.previous.isExactly(previous) {
                faults.append("\(content.name): earlier checkpoints are missing or were altered")
            }
            (number, previous) = (content.number, AuditCheckpoint.hash(checkpoint.statement))
            hashes[number] = previous
            if try check(checkpoint, content, by: known, transaction) { good.append(content) }
        }
        for checkpoint in kept {
            guard let content = AuditCheckpoint.Content(checkpoint.statement) else {
                faults.append("a copied checkpoint cannot be read")
                continue
            }
            let hash = hashes[content.number]
            if !hash.isExactly(AuditCheckpoint.hash(checkpoint.statement)) {
                faults.append("\(content.name): it is \(hash == nil ? "not" : "different") in the store")
            }
            _ = try check(checkpoint, content, by: known, transaction)
        }
        if !keys.isEmpty { try checkCoverage(at: now, transaction) }
    }

    /// Checks the signature, and that the store has each event that the checkpoint names. Returns true if the signature
    /// is valid.
    private mutating func check(
        _ checkpoint: AuditCheckpoint, _ content: AuditCheckpoint.Content, by known: Set<[UInt8]>,
        _ transaction: Transaction
    ) throws(DatabaseError) -> Bool {
        guard known.contains(content.publicKey) else {
            faults.append(
                "\(content.name): its key is not derived from secret_key; if secret_key was replaced, pass the "
                    + "old public key with --key")
            return false
        }
        guard let key = try? VerificationKey(ed25519: content.publicKey),
            let context = try? VerificationContext(key, .edDSA),
            context.isValid(checkpoint.signature.span, for: checkpoint.statement.span)
        else {
            faults.append("\(content.name): its signature is invalid")
            return false
        }
        count += 1
        for head in content.heads {
            let hash = try transaction.first(
                "SELECT hash FROM audit_event WHERE chain = $1 AND sequence = $2", .text(head.chain),
                .integer(head.sequence)
            ) { row throws(DatabaseError) in row.text(0) }
            guard !hash.isExactly(head.hash) else { continue }
            let chain = head.chain.isEmpty ? "gateway" : "organization \(head.chain)"
            faults.append(
                "\(chain): event \(head.sequence) was \(hash == nil ? "removed" : "replaced") after \(content.name) "
                    + "was made")
        }
        return true
    }

    /// Finds events that no checkpoint covered in time. A running gateway, or a command that records an event, makes a
    /// checkpoint if the last one is a day old. Events first covered by a checkpoint are therefore at most a day newer
    /// than the previous one, or slightly older than the checkpoint itself. Any other event suggests that checkpoints
    /// were removed, even if newer ones exist. It may also mean that the gateway was killed in the first minute after a
    /// day without events.
    private mutating func checkCoverage(at now: Timestamp, _ transaction: Transaction) throws(DatabaseError) {
        // A day, plus an hour for a delayed checkpoint.
        let (day, hour): (Int64, Int64) = (25 * 3_600_000, 3_600_000)
        let moment = now.nanoseconds / 1_000_000
        let chains = try transaction.all("SELECT chain FROM audit_head ORDER BY chain") {
            row throws(DatabaseError) in row.text(0)
        }
        let oldest = try transaction.first("SELECT min(at) FROM audit_event") { row throws(DatabaseError) in
            row.optionalInteger(0).map { Int64($0) }
        }
        guard var since = oldest ?? nil else { return }
        var covered: [ExactText: Int] = [:]
        func warn(before step: Int64, upTo heads: [ExactText: Int]?) throws(DatabaseError) -> Bool {
            for chain in chains {
                // A chain that a checkpoint does not list did not exist yet.
                let end = heads.map { $0[ExactText(chain)] ?? 0 } ?? .max
                let isMissed = try transaction.contains(
                    """
                    SELECT 1 FROM audit_event
                    WHERE chain = $1 AND sequence > $2 AND sequence <= $3 AND at > $4 AND at < $5 LIMIT 1
                    """, .text(chain), .integer(covered[ExactText(chain)] ?? 0), .integer(end),
                    .integer(since.addingClamped(day)), .integer(step.addingClamped(-hour))
                ) { _ in true }
                if isMissed { return true }
            }
            return false
        }
        for content in good {
            let at = content.timestamp.nanoseconds / 1_000_000
            let heads = Dictionary(
                content.heads.map { (ExactText($0.chain), $0.sequence) }, uniquingKeysWith: { first, _ in first })
            if try warn(before: at, upTo: heads) {
                warnings.append(
                    "\(content.name): no checkpoint was made in the day before it, although events were recorded")
            }
            if at > moment.addingClamped(hour) { warnings.append("\(content.name): it is dated in the future") }
            covered.merge(heads) { max($0, $1) }
            since = max(since, min(at, moment))
        }
        if try warn(before: moment, upTo: nil) {
            warnings.append("the last checkpoint is older than a day, although events were recorded since")
        }
    }
}

extension Int64 {
    /// Returns the sum clamped to the range of `Int64`, because the store may hold any number.
    fileprivate func addingClamped(_ other: Int64) -> Int64 {
        let (sum, overflow) = addingReportingOverflow(other)
        return overflow ? (other < 0 ? .min : .max) : sum
    }
}

extension AuditCheckpoint.Content {
    fileprivate var name: String { "checkpoint \(number)" }
}
