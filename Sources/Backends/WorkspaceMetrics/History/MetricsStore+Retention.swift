internal import Databases
internal import InventoryStore
internal import Time

extension MetricsStore {
    /// Starts deleting history that is older than the retention, in the background. Call it about once an hour.
    public func applyRetention() {
        let retention = UsageRetention(before: today - settings.retentionDays)
        database.writeInSlices { transaction throws(DatabaseError) in try retention.slice(transaction) }
    }

    /// Variant of ``applyRetention()`` that returns when the work is done; blocks, for tests and commands.
    func applyRetentionBlocking() throws(DatabaseError) {
        let retention = UsageRetention(before: today - settings.retentionDays)
        while try database.writeBlocking({ transaction throws(DatabaseError) in try retention.slice(transaction) }) {}
    }
}
