internal import Threads
internal import Time

/// The end of a follower, or a reason to poll at once: its thread waits for either.
final class FollowerSignal: Sendable {
    private struct State {
        var isClosed = false
        var isHurried = false
        var wake: (@Sendable () -> Void)?
    }

    private let state = Monitor(State())

    /// Ends the follower.
    func close() { change { $0.isClosed = true } }

    /// Ends the wait for the next poll.
    func hurry() { change { $0.isHurried = true } }

    private func change(_ body: (inout State) -> Void) {
        let wake = state.change { state in
            body(&state)
            return state.wake
        }
        wake?()
    }

    func beginPoll() { state.change { $0.isHurried = false } }

    var isClosed: Bool { state.change { $0.isClosed } }
    var isHurried: Bool { state.change { $0.isHurried } }

    /// Sets what wakes a thread that does not wait here.
    func onSignal(_ wake: @escaping @Sendable () -> Void) {
        let isClosed = state.change { state in
            state.wake = wake
            return state.isClosed
        }
        if isClosed { wake() }
    }

    /// Waits for the interval, or until the next poll is hurried. Returns true at once if the follower has ended.
    func wait(for interval: Duration) -> Bool {
        state.wait(until: MonotonicTime.now() + interval) { $0.isClosed ? true : $0.isHurried ? false : nil } ?? false
    }
}
