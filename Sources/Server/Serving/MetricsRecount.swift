internal import Databases
internal import Synchronization
internal import Telemetry
internal import WorkspaceMetrics

/// Counts members again after a reload has changed the definitions of metrics. It also counts after the start, because
/// the definitions may have changed while the process was down, and after an import that began before a reload.
final class MetricsRecount: Sendable {
    private enum State {
        case idle, underWay
        /// A call came during the work, perhaps after a reload that the work does not know.
        case repeating
    }

    private let store: MetricsStore
    private let log: Log
    private let state = Mutex(State.idle)

    init(_ store: MetricsStore, log: Log) {
        self.store = store
        self.log = log
    }

    /// Counts everything that is not counted by the settings in force. If a call is under way, it continues for this one,
    /// which returns at once. A recount that fails is completed by the next call.
    func perform() async {
        guard begin() else { return }
        repeat {
            do throws(DatabaseError) {
                try await store.recount()
            } catch {
                state.withLock { $0 = .idle }
                log.write(.warning, "metrics could not be counted again", fields: [("cause", "\(error)")])
                return
            }
        } while !end()
    }

    /// Returns false if the call under way continues instead.
    private func begin() -> Bool {
        state.withLock { state in
            defer { state = state == .idle ? .underWay : .repeating }
            return state == .idle
        }
    }

    /// Returns false if a call came meanwhile.
    private func end() -> Bool {
        state.withLock { state in
            defer { state = state == .underWay ? .idle : .underWay }
            return state == .underWay
        }
    }
}
