internal import Synchronization
public import Threads

/// Work that several requests ask for and one task performs. It continues even if the request that began it is gone.
///
/// A request may wait until the work ends, or only while the work is young. Work that is no longer young counts as
/// hanging, and brief waits for it end at once. The number of waiting requests is bounded.
public final class SingleFlight: Sendable {
    /// The time that a request waits.
    public enum Patience: Sendable {
        /// Waits until the work is done.
        case whole
        /// Waits until the work is done or no longer young.
        case brief
    }

    private struct State {
        /// Number of the current flight, so that the timer of an earlier one has no effect.
        var number: UInt64 = 0
        var isUnderWay = false
        var isYoung = false
        var brief: [CheckedContinuation<Void, Never>] = []
        var whole: [CheckedContinuation<Void, Never>] = []
    }

    private let state = Mutex(State())
    private let youth: Duration
    private let mostWaiting: Int
    private let clocks: Clocks

    /// - Parameters:
    /// - youth: the time for which the work counts as young.
    /// - mostWaiting: the most waiting requests; a further one returns at once.
    public init(youth: Duration, mostWaiting: Int, clocks: Clocks) {
        self.youth = youth
        self.mostWaiting = mostWaiting
        self.clocks = clocks
    }

    /// True while the work is running.
    public var isUnderWay: Bool { state.withLock { $0.isUnderWay } }

    /// True if the work is running and does not count as hanging.
    public var isYoung: Bool { state.withLock { $0.isUnderWay && $0.isYoung } }

    /// Begins the work, unless it is running.
    ///
    /// - Parameter isWanted: called only if the work is not running, by one caller at a time. It must be short and must
    ///   not call this type.
    public func begin(where isWanted: () -> Bool = { true }, _ work: @escaping @Sendable () async -> Void) {
        let number: UInt64? = state.withLock { state in
            guard !state.isUnderWay, isWanted() else { return nil }
            (state.isUnderWay, state.isYoung) = (true, true)
            state.number += 1
            return state.number
        }
        guard let number else { return }
        Task.inBackground { [self] in
            let timer = Task.inBackground { [self] in
                await clocks.sleep(youth)
                if !Task.isCancelled { release(number) }
            }
            await work()
            timer.cancel()
            end()
        }
    }

    /// Waits for the running work; returns at once if there is none.
    public func join(_ patience: Patience) async {
        await withCheckedContinuation { continuation in
            let isWaiting = state.withLock { state in
                guard state.isUnderWay, state.isYoung || patience == .whole,
                    state.brief.count + state.whole.count < mostWaiting
                else { return false }
                if patience == .brief { state.brief.append(continuation) } else { state.whole.append(continuation) }
                return true
            }
            if !isWaiting { continuation.resume() }
        }
    }

    /// Begins the work unless it is running, and waits for it.
    public func run(_ patience: Patience, _ work: @escaping @Sendable () async -> Void) async {
        begin(work)
        await join(patience)
    }

    private func release(_ number: UInt64) {
        let released = state.withLock { state in
            guard state.number == number, state.isUnderWay else { return [CheckedContinuation<Void, Never>]() }
            state.isYoung = false
            defer { state.brief = [] }
            return state.brief
        }
        for continuation in released { continuation.resume() }
    }

    private func end() {
        let released = state.withLock { state in
            defer { state = State(number: state.number) }
            return state.brief + state.whole
        }
        for continuation in released { continuation.resume() }
    }
}
