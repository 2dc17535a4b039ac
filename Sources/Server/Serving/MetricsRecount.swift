internal import Databases
internal import Synchronization
internal import Telemetry
internal import WorkspaceMetrics

/// Counts members again after a reload has changed the definitions of metrics. It also counts once after the start,
/// because the definitions may have changed while the process was down.
final class MetricsRecount: Sendable {
    private struct State {
        /// The version of the settings by which everything is counted.
        var done: UInt64?
        var isUnderWay = false
    }

    private let store: MetricsStore
    private let log: Log
    private let state = Mutex(State())

    init(_ store: MetricsStore, log: Log) {
        self.store = store
        self.log = log
    }

    /// Counts everything by the settings in force. Returns at once if that is done, or is under way. A recount that fails
    /// is completed by the next call.
    func perform() async {
        while let version = begin() {
            do throws(DatabaseError) {
                try await store.recount()
                end(with: version)
            } catch {
                end(with: nil)
                log.write(.warning, "metrics could not be counted again", fields: [("cause", "\(error)")])
                return
            }
        }
    }

    /// The version of the settings to count by; nil if there is nothing to do.
    private func begin() -> UInt64? {
        let version = store.settingsVersion
        return state.withLock { state in
            guard !state.isUnderWay, state.done != version else { return nil }
            state.isUnderWay = true
            return version
        }
    }

    private func end(with version: UInt64?) {
        state.withLock { $0 = State(done: version ?? $0.done) }
    }
}
