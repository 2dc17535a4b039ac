internal import Threads
internal import Time

/// The end of a follower, for which its thread waits.
final class FollowerSignal: Sendable {
    private struct State {
        var isClosed = false
        var wake: (@Sendable () -> Void)?
    }

    private let state = Monitor(State())

    /// Ends the follower.
    func close() {
        let wake = state.change { state in
            state.isClosed = true
            return state.wake
        }
        wake?()
    }

    var isClosed: Bool { state.change { $0.isClosed } }

    /// Sets what wakes a thread that does not wait here.
    func onClose(_ wake: @escaping @Sendable () -> Void) {
        let isClosed = state.change { state in
            state.wake = wake
            return state.isClosed
        }
        if isClosed { wake() }
    }

    /// Waits for the interval. Returns true at once if the follower has ended.
    func wait(for interval: Duration) -> Bool {
        state.wait(until: MonotonicTime.now() + interval) { $0.isClosed ? true : nil } ?? false
    }
}
