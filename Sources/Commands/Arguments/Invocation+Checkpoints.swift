internal import Audit
internal import Configuration
internal import Cryptography
internal import Databases
internal import Time

extension Invocation {
    /// What signs checkpoints; nothing where there is no `secret_key`.
    func checkpointKeys(_ settings: Settings) throws(CommandFailure) -> CheckpointKeys {
        do throws(CryptographyError) {
            return try CheckpointKeys(secrets: settings.secretKeys.map(\.bytes))
        } catch {
            throw .failure("secret_key: no key for checkpoints can be made of it")
        }
    }

    /// What a command recorded is covered as what the gateway records is: a checkpoint a day. What the command did
    /// stands even where none can be made; whoever comes next makes it.
    func makeCheckpointIfDue(_ keys: CheckpointKeys, _ database: Database) {
        let moment = now()
        _ = try? database.writeBlocking { transaction throws(DatabaseError) in
            try keys.makeDaily(at: moment, transaction)
        }
    }
}
