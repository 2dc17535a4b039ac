internal import Audit
internal import Configuration
internal import Cryptography
internal import Databases
internal import Gateway
internal import JSON
internal import Text
internal import Time

extension Command {
    static let auditExport = Command(
        path: ["audit", "export"], summary: "Prints the audit log as JSON lines",
        details: """
            Every event of every chain, an event a line, in the order of organizations and sequences; the gateway's own
            chain comes first. The export itself is recorded, and a signed checkpoint of where each chain ends goes to
            standard error: keep it elsewhere, for audit verify --checkpoint.
            """,
        options: [.config]
    ) { (call) throws(CommandFailure) -> ExitCode in
        try withStore(call) { (database, keys) throws(DatabaseError) -> ExitCode in
            let moment = call.now()
            let checkpoint = try database.writeBlocking { transaction throws(DatabaseError) in
                try AuditLog.append(AuditRecord(.auditExport, by: .operator), at: moment, transaction)
                return try keys.makeCheckpoint(at: moment, transaction)
            }
            if let checkpoint { call.warn("checkpoint: \(String(decoding: checkpoint.json, as: UTF8.self))") }
            try database.readBlocking { transaction throws(DatabaseError) in
                try AuditLog.each(transaction) { event throws(DatabaseError) in
                    guard call.print(event) else { throw DatabaseError(.failed, cause: "nobody reads the output") }
                }
            }
            return .done
        }
    }

    static let auditVerify = Command(
        path: ["audit", "verify"], summary: "Checks the audit log's chains from end to end",
        details: """
            Every event is hashed again and compared with what follows it: one that was altered, left out, put in or
            moved is told, and the exit code is 1. Signed checkpoints, made every day and with each export, tell where a
            chain was cut off; one that was kept elsewhere tells it even where those in the store were removed too.
            Checkpoints of a key that secret_key does not give any more count only where --key names its public half,
            which each of them holds as public_key. A warning tells where none was made for more than a day: the gateway
            was killed, or had no secret_key, or they were removed.
            """,
        options: [
            .config,
            .value("checkpoint", "FILE", "checkpoints that were kept elsewhere, one a line (- for standard input)"),
            .value("key", "KEY", isRepeated: true, "the public key of a secret_key that was replaced"),
            .json,
        ]
    ) { (call) throws(CommandFailure) -> ExitCode in
        let kept = try checkpoints(call)
        let trusted = try call.arguments.values("key").map { text throws(CommandFailure) -> [UInt8] in
            guard let key = Base64URL.decode(text), key.count == 32 else {
                throw .words("--key has to be a public_key as checkpoints hold it, not \(shown(text))")
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
                    "\(result.count) events, every one as it was written; \(signed.count) signed checkpoints hold")
            } else {
                for fault in faults { call.print(fault) }
            }
            if !call.arguments.has("json") { for warning in signed.warnings { call.warn("warning: \(warning)") } }
            return faults.isEmpty ? .done : .no
        }
    }

    /// Reads checkpoints from lines of a log or of an export's standard error; text before the JSON object is skipped.
    private static func checkpoints(_ call: Invocation) throws(CommandFailure) -> [AuditCheckpoint] {
        guard let path = call.arguments.value("checkpoint") else { return [] }
        let text = String(decoding: try call.content(of: path, limit: 64 << 20), as: UTF8.self)
        var found: [AuditCheckpoint] = []
        // Other lines of a log are skipped; a line with a checkpoint has to be complete.
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
                throw .failure("\(path), line \(index + 1): this is no whole checkpoint")
            }
            found.append(checkpoint)
        }
        guard !found.isEmpty else { throw .failure("\(path): there is no checkpoint in it") }
        return found
    }

    private static func withStore(
        _ call: Invocation, _ body: (Database, CheckpointKeys) throws(DatabaseError) -> ExitCode
    ) throws(CommandFailure) -> ExitCode {
        let settings = try call.settings()
        let keys = try call.checkpointKeys(settings)
        do throws(DatabaseError) {
            let database = try GatewayProcess.open(settings.storage, isMade: false)
            defer { database.close() }
            return try body(database, keys)
        } catch {
            throw .failure("the store cannot be used: \(error)")
        }
    }
}
