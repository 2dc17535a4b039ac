public import Cryptography
public import Databases
internal import JSON
public import Time

/// A signed statement of the last event of every chain at one time. It detects a chain that was cut off together with
/// its head, because an attacker with write access to the store cannot sign. Checkpoints are numbered, and each holds
/// the hash of the previous one. A copy of the last one, from the log or an export, also reveals removed checkpoints.
public struct AuditCheckpoint: Sendable {
    /// Canonical JSON (RFC 8785).
    public let statement: [UInt8]
    /// Ed25519 signature (RFC 8032) of ``statement``.
    public let signature: [UInt8]

    public static let schema = Schema(
        component: "audit_checkpoint", sqlite: sqliteMigrations, postgreSQL: postgreSQLMigrations)

    init(statement: [UInt8], signature: [UInt8]) {
        self.statement = statement
        self.signature = signature
    }

    /// Parses the output of ``json``. Returns nil for any other input.
    public init?(json: [UInt8]) {
        guard let root = try? JSONDocument(parsing: json).root, let statement = root.member("statement"),
            let canonical = statement.canonicalBytes(),
            let signature = root.member("signature")?.string.flatMap({ Base64URL.decode($0) })
        else { return nil }
        self.init(statement: canonical, signature: signature)
    }

    /// The statement and its signature, as one line of JSON.
    public var json: [UInt8] {
        var writer = JSONWriter(reservingCapacity: statement.count + 128)
        writer.beginObject()
        writer.name("statement")
        writer.raw(statement)
        writer.member("signature", Base64URL.encode(signature))
        writer.endObject()
        return writer.bytes
    }

    /// The last event of one chain.
    struct Head: Sendable {
        let chain: String
        let sequence: Int
        let hash: String
    }

    /// The content of a statement; its signature is not checked.
    struct Content {
        let number: Int
        let timestamp: Timestamp
        let previous: String
        let publicKey: [UInt8]
        let heads: [Head]

        init?(_ statement: [UInt8]) {
            guard let root = try? JSONDocument(parsing: statement).root, let number = root.member("number")?.integer,
                let timestamp = root.member("timestamp")?.string.flatMap({ Timestamp(rfc3339: $0) }),
                let previous = root.member("previous")?.string,
                let key = root.member("public_key")?.string.flatMap({ Base64URL.decode($0) }),
                let heads = root.member("heads")
            else { return nil }
            self.number = Int(clamping: number)
            self.timestamp = timestamp
            self.previous = previous
            publicKey = key
            self.heads = heads.elements.compactMap { head in
                guard let sequence = head.member("sequence")?.integer, let hash = head.member("hash")?.string else {
                    return nil
                }
                return Head(
                    chain: head.member("organization")?.string ?? "", sequence: Int(clamping: sequence), hash: hash)
            }
        }
    }

    static func hash(_ statement: [UInt8]) -> String {
        (try? Digest.sha256(statement)).map(AuditEvent.hexadecimal) ?? ""
    }
}

/// The keys that sign checkpoints. They are derived from the secret keys, so write access to the store does not suffice
/// to sign.
public struct CheckpointKeys: Sendable {
    private let keys: [(key: SigningKey, publicKey: [UInt8])]

    /// - Parameter secrets: the configured secret keys, newest first. The first one signs, and all of them verify.
    public init(secrets: [[UInt8]]) throws(CryptographyError) {
        var keys: [(key: SigningKey, publicKey: [UInt8])] = []
        for secret in secrets {
            let seed = try KeyDerivation.hkdf(
                secret: secret, info: Array("gatehouse audit checkpoint 1".utf8), count: 32)
            let key = try SigningKey(ed25519Seed: seed)
            guard let publicKey = try key.publicParameters().first?.bytes else { throw CryptographyError(.failure) }
            keys.append((key, publicKey))
        }
        self.keys = keys
    }

    /// Ed25519 public keys, 32 bytes each.
    public var publicKeys: [[UInt8]] { keys.map(\.publicKey) }

    /// True if no signing key is configured.
    public var isEmpty: Bool { keys.isEmpty }

    /// Signs and stores a checkpoint of all chains. Returns nil if no key is configured, or if no event was recorded
    /// since the last checkpoint.
    public func makeCheckpoint(
        at now: Timestamp, _ transaction: Transaction
    ) throws(DatabaseError) -> AuditCheckpoint? {
        guard let (key, publicKey) = keys.first else { return nil }
        let last = try transaction.first(
            "SELECT number, statement FROM audit_checkpoint ORDER BY number DESC LIMIT 1"
        ) { row throws(DatabaseError) in (row.integer(0), row.blob(1)) }
        let number = (last?.0 ?? 0) &+ 1
        guard number > 0 else {
            throw DatabaseError(.corrupt, cause: "the last checkpoint has the number \(last?.0 ?? 0)")
        }
        let heads = try transaction.all("SELECT chain, sequence, hash FROM audit_head ORDER BY chain") {
            row throws(DatabaseError) in
            AuditCheckpoint.Head(chain: row.text(0), sequence: row.integer(1), hash: row.text(2))
        }
        let before = last.flatMap { AuditCheckpoint.Content($0.1)?.heads } ?? []
        guard heads.map(\.hash) != before.map(\.hash) else { return nil }
        var writer = JSONWriter(reservingCapacity: 512)
        writer.beginObject()
        writer.member("number", number)
        writer.member("timestamp", now.rfc3339)
        writer.member("previous", last.map { AuditCheckpoint.hash($0.1) } ?? AuditEvent.origin)
        writer.member("public_key", Base64URL.encode(publicKey))
        writer.name("heads")
        writer.beginArray()
        for head in heads {
            writer.beginObject()
            writer.member("organization", head.chain.isEmpty ? nil : head.chain)
            writer.member("sequence", head.sequence)
            writer.member("hash", head.hash)
            writer.endObject()
        }
        writer.endArray()
        writer.endObject()
        guard let statement = try? JSONDocument(parsing: writer.bytes).root.canonicalBytes(),
            let signature = try? key.sign(statement, .edDSA)
        else { throw DatabaseError(.failed, cause: "the checkpoint could not be signed") }
        try transaction.execute(
            "INSERT INTO audit_checkpoint (number, at, statement, signature) VALUES ($1, $2, $3, $4)",
            .integer(number), .integer(now.seconds), .blob(statement), .blob(signature))
        return AuditCheckpoint(statement: statement, signature: signature)
    }

    /// Makes a checkpoint if there is none, or if the last one is a day old or dated in the future. Returns nil
    /// otherwise.
    public func makeDaily(at now: Timestamp, _ transaction: Transaction) throws(DatabaseError) -> AuditCheckpoint? {
        if let last = try CheckpointKeys.lastCheckpoint(transaction), last <= now, now < last + .seconds(86400) {
            return nil
        }
        return try makeCheckpoint(at: now, transaction)
    }

    /// The time of the last checkpoint; nil if there is none.
    static func lastCheckpoint(_ transaction: Transaction) throws(DatabaseError) -> Timestamp? {
        try transaction.first("SELECT at FROM audit_checkpoint ORDER BY number DESC LIMIT 1") {
            row throws(DatabaseError) in Timestamp(seconds: Int64(row.integer(0)))
        }
    }
}
