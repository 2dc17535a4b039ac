internal import Synchronization

/// Actions that run after each change of a value.
public final class Watchers: Sendable {
    private struct State {
        var next = 0
        var actions: [Int: @Sendable () -> Void] = [:]
    }

    private let state = Mutex(State())

    public init() {}

    /// Adds an action. It runs on the thread that makes the change, so it must be short, and must change nothing.
    ///
    /// - Returns: the watch, which ends with its last reference.
    public func add(_ action: @escaping @Sendable () -> Void) -> Watch {
        state.withLock { state in
            state.next &+= 1
            state.actions[state.next] = action
            return Watch(self, state.next)
        }
    }

    /// Runs all actions.
    public func notify() {
        let actions = state.withLock { Array($0.actions.values) }
        for action in actions { action() }
    }

    fileprivate func remove(_ number: Int) {
        // The action is freed after the lock: what it holds may end other watches.
        _ = state.withLock { $0.actions.removeValue(forKey: number) }
    }
}

/// An action that runs after each change of a value, until the last reference to it is gone.
public final class Watch: Sendable {
    private let watchers: Watchers
    private let number: Int

    fileprivate init(_ watchers: Watchers, _ number: Int) {
        (self.watchers, self.number) = (watchers, number)
    }

    deinit { watchers.remove(number) }
}
