internal import Synchronization

/// A signal that an email is waiting, so that it need not wait for the next round.
package final class OutboxSignal: Sendable {
    private struct State {
        var isSignaled = false
        var sleeper: CheckedContinuation<Void, Never>?
    }

    private let state = Mutex(State())

    package init() {
    }

    package func wake() {
        let sleeper = state.withLock { state in
            defer { state.sleeper = nil }
            state.isSignaled = state.sleeper == nil
            return state.sleeper
        }
        sleeper?.resume()
    }

    /// Returns at the next signal, or at once if one was given since the last wait. Supports one waiter.
    package func wait() async {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isSignaled = state.withLock { state in
                    if state.isSignaled || Task.isCancelled {
                        state.isSignaled = false
                        return true
                    }
                    state.sleeper = continuation
                    return false
                }
                if isSignaled { continuation.resume() }
            }
        } onCancel: {
            wake()
        }
    }
}
