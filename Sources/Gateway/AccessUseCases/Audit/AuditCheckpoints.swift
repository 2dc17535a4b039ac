package import Audit
package import Databases
package import Telemetry
package import Time

/// Checkpoints of the audit log: one per day, and one with each export. Each is also written to the log, where an
/// attacker who alters the store cannot reach it.
package struct AuditCheckpoints: Sendable {
    let database: Database
    let log: Log
    let now: @Sendable () -> Timestamp

    package init(database: Database, log: Log, now: @escaping @Sendable () -> Timestamp) {
        self.database = database
        self.log = log
        self.now = now
    }

    func make(with keys: CheckpointKeys) async throws(DatabaseError) {
        try await make { moment, transaction throws(DatabaseError) in
            try keys.makeCheckpoint(at: moment, transaction)
        }
    }

    /// Makes a checkpoint if the last one is a day old.
    package func makeDaily(with keys: CheckpointKeys) async throws(DatabaseError) {
        try await make { moment, transaction throws(DatabaseError) in try keys.makeDaily(at: moment, transaction) }
    }

    private func make(
        _ body: @escaping @Sendable (Timestamp, Transaction) throws(DatabaseError) -> AuditCheckpoint?
    ) async throws(DatabaseError) {
        let moment = now()
        let made: Result<AuditCheckpoint, UnneededError> = try await database.decide {
            transaction throws(DatabaseError) in
            try body(moment, transaction).map { .commit($0) } ?? .refuse(UnneededError())
        }
        guard case .success(let checkpoint) = made else { return }
        log.write(
            .info, "audit checkpoint", fields: [("checkpoint", String(decoding: checkpoint.json, as: UTF8.self))])
    }

    /// No event was recorded since the last checkpoint.
    private struct UnneededError: Error {}
}
