internal import Audit
internal import Configuration
internal import Cryptography
internal import Databases
internal import GatewayStores
internal import JSON
internal import Server
internal import Text

extension Command {
    static let auditExport = Command(
        path: ["audit", "export"], summary: "Prints the audit log as JSON lines",
        details: """
            Prints every event of every chain, one per line, ordered by organization and sequence; the gateway's own
            chain comes first. The export itself is recorded. A signed checkpoint of the last event of each chain goes
            to standard error: keep it outside the store, for audit verify --checkpoint.
            """,
        options: [.config]
    ) { (call) throws(CommandError) -> ExitCode in
        try withStore(call) { (database, keys) throws(DatabaseError) -> ExitCode in
            let moment = call.now()
            let checkpoint = try database.writeBlocking { transaction throws(DatabaseError) in
                try AuditLog.append(AuditRecord(.auditExport, by: .operator), at: moment, transaction)
                return try keys.makeCheckpoint(at: moment, transaction)
            }
            if let checkpoint { call.warn("checkpoint: \(String(decoding: checkpoint.json, as: UTF8.self))") }
            try database.readBlocking { transaction throws(DatabaseError) in
                try AuditLog.each(transaction) { event throws(DatabaseError) in
                    guard call.print(event) else { throw DatabaseError(.failed, cause: "the output was closed") }
                }
            }
            return .done
        }
    }

    static let auditVerify = Command(
        path: ["audit", "verify"], summary: "Checks the audit log's chains from end to end",
        details: """
            Hashes every event again and compares it with the next one. An event that was altered, removed, inserted or
            moved is reported, and the exit code is 1. Signed checkpoints, made every day and with each export, reveal
            that a chain was cut off. A copy kept outside the store reveals it even if the stored checkpoints were
            removed too. If secret_key was replaced, pass the public key of the old checkpoints with --key; each of them
            contains it as public_key. A warning reports a gap of more than a day: the gateway was killed, had no
            secret_key, or checkpoints were removed.
            """,
        options: [
            .config,
            .value("checkpoint", "FILE", "copies of checkpoints, one per line (- for standard input)"),
            .value("key", "KEY", isRepeated: true, "the public key of a secret_key that was replaced"),
            .json,
        ]
    ) { (call) throws(CommandError) -> ExitCode in
        let kept = try checkpoints(call)
        let trusted = try call.arguments.values("key").map { text throws(CommandError) -> [UInt8] in
            guard let key = Base64URL.decode(text), key.count == 32 else {
                throw .usage("--key must be the public_key of a checkpoint, not \(shown(text))")
            }
            return key
        }
        return try withStore(call) { (database, keys) throws(DatabaseError) -> ExitCode in
            let moment = call.now()
            let (result, signed) = try database.readBlocking { transaction throws(DatabaseError) in
                (
                    try AuditVerification(transaction),
                    try CheckpointVerification(
                        kept, keys: keys, trusting: trusted, at: moment, transaction)
                )
            }
            let faults = result.faults + signed.faults
            if call.arguments.has("json") {
                var writer = JSONWriter()
                writer.beginObject()
                writer.member("valid", faults.isEmpty)
                writer.member("events", result.count)
                writer.member("checkpoints", signed.count)
                writer.name("faults")
                writer.beginArray()
                for fault in faults { writer.string(fault) }
                writer.endArray()
                writer.name("warnings")
                writer.beginArray()
                for warning in signed.warnings { writer.string(warning) }
                writer.endArray()
                writer.endObject()
                call.print(writer.bytes)
            } else if faults.isEmpty {
                call.print(
                    "\(result.count) events are unaltered; \(signed.count) signed checkpoints are valid")
            } else {
                for fault in faults { call.print(fault) }
            }
            if !call.arguments.has("json") { for warning in signed.warnings { call.warn("warning: \(warning)") } }
            return faults.isEmpty ? .done : .no
        }
    }

    /// Reads checkpoints from lines of a log, or of an export's standard error. Text before the JSON object is skipped.
    private static func checkpoints(_ call: Invocation) throws(CommandError) -> [AuditCheckpoint] {
        guard let path = call.arguments.value("checkpoint") else { return [] }
        let text = String(decoding: try call.content(of: path, limit: 64 << 20), as: UTF8.self)
        var found: [AuditCheckpoint] = []
        // Other lines of a log are skipped. A line with a checkpoint must be complete.
        for (index, line) in text.split(at: "\n").enumerated() {
            guard let start = line.firstIndex(ofASCII: "{") else { continue }
            let json = Array(line[start...].utf8)
            let root = try? JSONDocument(parsing: json).root
            // The log contains the checkpoint as a string.
            let logged = root?.member("checkpoint")?.string
            guard logged != nil || root?.member("statement") != nil || line.starts(exactly: "checkpoint:") else {
                continue
            }
            guard let checkpoint = AuditCheckpoint(json: logged.map { Array($0.utf8) } ?? json) else {
                throw .failure("\(path), line \(index + 1): this checkpoint is incomplete")
            }
            found.append(checkpoint)
        }
        guard !found.isEmpty else { throw .failure("\(path): it contains no checkpoint") }
        return found
    }

    private static func withStore(
        _ call: Invocation, _ body: (Database, CheckpointKeys) throws(DatabaseError) -> ExitCode
    ) throws(CommandError) -> ExitCode {
        let settings = try call.settings()
        let keys = try call.checkpointKeys(settings)
        do throws(DatabaseError) {
            let database = try GatewayStore.open(settings, isMade: false)
            defer { database.close() }
            return try body(database, keys)
        } catch {
            throw .failure("the store cannot be used: \(error)")
        }
    }
}
