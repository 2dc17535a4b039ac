internal import Synchronization
public import Threads
public import Time

/// A clock that the test advances.
public final class ManualClock: Sendable {
    public static let start = Timestamp(seconds: 1_800_000_000)

    private struct Sleeper {
        let wakesAt: Int64
        let continuation: CheckedContinuation<Void, Never>
    }

    private struct State {
        var seconds: Int64 = 0
        /// The error of the calendar clock, in seconds.
        var error: Int64 = 0
        var lastID = 0
        var sleepers: [Int: Sleeper] = [:]
        var watching: [(count: Int, continuation: CheckedContinuation<Void, Never>)] = []
        /// The number of readings of the calendar clock, and what happens at a later one.
        var readings = 0
        var action: (at: Int, run: @Sendable () -> Void)?
    }

    private let state = Mutex(State())
    /// A fixed time: the store's contact, which it measures, is not tested here.
    public let monotonic = MonotonicTime.now()

    public init() {}

    public var now: Timestamp {
        let (seconds, action) = state.withLock { state -> (Int64, (@Sendable () -> Void)?) in
            state.readings += 1
            let now = state.seconds + state.error
            guard let action = state.action, action.at == state.readings else { return (now, nil) }
            state.action = nil
            return (now, action.run)
        }
        action?()
        return ManualClock.start + .seconds(seconds)
    }

    /// Sets what happens when the calendar clock is read once more, or for the `count`th time from now on. The action runs
    /// on the reader's thread, before the reader goes on.
    public func meanwhile(atReading count: Int, _ action: @escaping @Sendable () -> Void) {
        state.withLock { $0.action = (at: $0.readings + count, run: action) }
    }

    /// The clocks for the gateway's parts.
    public var clocks: Clocks {
        Clocks(
            wall: { self.now }, monotonic: { self.monotonic + .seconds(self.state.withLock { $0.seconds }) },
            sleep: { await self.waitUntilAdvanced(by: $0) })
    }

    public func advance(_ duration: Duration) {
        let due = state.withLock { state in
            state.seconds += duration.components.seconds
            let due = state.sleepers.filter { $0.value.wakesAt <= state.seconds }
            for id in due.keys { state.sleepers[id] = nil }
            return due.values.map(\.continuation)
        }
        for continuation in due { continuation.resume() }
    }

    /// Sets the calendar clock alone ahead of the time.
    public func setCalendar(ahead error: Duration) { state.withLock { $0.error = error.components.seconds } }

    /// Returns once a number of the gateway's parts wait for the clock.
    public func sleeping(_ count: Int) async {
        await withCheckedContinuation { continuation in
            let isThere = state.withLock { state in
                guard state.sleepers.count < count else { return true }
                state.watching.append((count, continuation))
                return false
            }
            if isThere { continuation.resume() }
        }
    }

    private func waitUntilAdvanced(by duration: Duration) async {
        let id = state.withLock { state in
            state.lastID += 1
            return state.lastID
        }
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let resumed = state.withLock { state -> [CheckedContinuation<Void, Never>] in
                    guard !Task.isCancelled else { return [continuation] }
                    state.sleepers[id] = Sleeper(
                        wakesAt: state.seconds + duration.components.seconds, continuation: continuation)
                    let seen = state.watching.filter { $0.count <= state.sleepers.count }
                    state.watching.removeAll { $0.count <= state.sleepers.count }
                    return seen.map(\.continuation)
                }
                for continuation in resumed { continuation.resume() }
            }
        } onCancel: {
            state.withLock { $0.sleepers.removeValue(forKey: id) }?.continuation.resume()
        }
    }
}
