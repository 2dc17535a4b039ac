internal import Audit
internal import Configuration
internal import Databases
internal import Gateway
internal import JSON

extension Command {
    static let auditExport = Command(
        path: ["audit", "export"], summary: "Prints the audit log as JSON lines",
        details: """
            Every event of every chain, an event a line, in the order of organizations and sequences; the gateway's own
            chain comes first. The export itself is recorded.
            """,
        options: [.config]
    ) { (call) throws(CommandFailure) -> ExitCode in
        try withStore(call) { (database) throws(DatabaseError) -> ExitCode in
            let moment = call.now()
            try database.writeBlocking { transaction throws(DatabaseError) in
                try AuditLog.append(AuditRecord(.auditExport, by: .operator), at: moment, transaction)
            }
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
            moved is told, and the exit code is 1.
            """,
        options: [.config, .json]
    ) { (call) throws(CommandFailure) -> ExitCode in
        try withStore(call) { (database) throws(DatabaseError) -> ExitCode in
            let result = try database.readBlocking { transaction throws(DatabaseError) in
                try AuditVerification(transaction)
            }
            if call.arguments.has("json") {
                var writer = JSONWriter()
                writer.beginObject()
                writer.member("valid", result.faults.isEmpty)
                writer.member("events", result.count)
                writer.name("faults")
                writer.beginArray()
                for fault in result.faults { writer.string(fault) }
                writer.endArray()
                writer.endObject()
                call.print(writer.bytes)
            } else if result.faults.isEmpty {
                call.print("\(result.count) events, every one as it was written")
            } else {
                for fault in result.faults { call.print(fault) }
            }
            return result.faults.isEmpty ? .done : .no
        }
    }

    private static func withStore(
        _ call: Invocation, _ body: (Database) throws(DatabaseError) -> ExitCode
    ) throws(CommandFailure) -> ExitCode {
        let settings = try call.settings()
        do throws(DatabaseError) {
            let database = try GatewayProcess.open(settings.storage)
            defer { database.close() }
            return try body(database)
        } catch {
            throw .failure("the store cannot be used: \(error)")
        }
    }
}
