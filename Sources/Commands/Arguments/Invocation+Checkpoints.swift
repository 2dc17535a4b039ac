internal import Audit
internal import Configuration
internal import Cryptography
internal import Databases

extension Invocation {
    /// Returns the keys that sign checkpoints. The result is empty if no `secret_key` is configured.
    func checkpointKeys(_ settings: Settings) throws(CommandError) -> CheckpointKeys {
        do throws(CryptographyError) {
            return try CheckpointKeys(secrets: settings.secretKeys.map(\.bytes))
        } catch {
            throw .failure("secret_key: the key for checkpoints cannot be derived from it")
        }
    }

    /// Makes the daily checkpoint if it is due, as the gateway does, so that events of commands are covered too. A
    /// failure does not affect the command's result, because a later command or the gateway makes the checkpoint.
    func makeCheckpointIfDue(_ keys: CheckpointKeys, _ database: Database) {
        let moment = now()
        _ = try? database.writeBlocking { transaction throws(DatabaseError) in
            try keys.makeDaily(at: moment, transaction)
        }
    }
}
