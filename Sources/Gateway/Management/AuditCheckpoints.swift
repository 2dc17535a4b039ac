internal import Audit
internal import Databases
internal import Telemetry
internal import Time

/// Makes checkpoints of the audit log: every day, and with each export. Each one goes to the log too, where whoever
/// alters the store does not reach it.
struct AuditCheckpoints: Sendable {
    let database: Database
    let log: Log
    let now: @Sendable () -> Timestamp

    func make(with keys: CheckpointKeys) async throws(DatabaseError) {
        try await make { moment, transaction throws(DatabaseError) in
            try keys.makeCheckpoint(at: moment, transaction)
        }
    }

    /// Where the last one is a day old.
    func makeDaily(with keys: CheckpointKeys) async throws(DatabaseError) {
        try await make { moment, transaction throws(DatabaseError) in try keys.makeDaily(at: moment, transaction) }
    }

    private func make(
        _ body: @escaping @Sendable (Timestamp, Transaction) throws(DatabaseError) -> AuditCheckpoint?
    ) async throws(DatabaseError) {
        let moment = now()
        let made: Result<AuditCheckpoint, Unneeded> = try await database.decide { transaction throws(DatabaseError) in
            try body(moment, transaction).map { .commit($0) } ?? .refuse(Unneeded())
        }
        guard case .success(let checkpoint) = made else { return }
        log.write(
            .info, "audit checkpoint", fields: [("checkpoint", String(decoding: checkpoint.json, as: UTF8.self))])
    }

    /// Nothing has happened since the last one.
    private struct Unneeded: Error {}
}
