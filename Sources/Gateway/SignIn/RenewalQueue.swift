internal import Synchronization
internal import Time

/// The renewals that one provider is asked for: a bounded number at the same time, and a bounded number behind them. The
/// queue also knows whether the provider answers.
final class RenewalQueue: Sendable {
    private struct State {
        /// Renewals that have a place; those that ask the provider, with the time since when.
        var places = 0
        var asking: [Int: MonotonicTime] = [:]
        var lastTicket = 0
        var waiting: [CheckedContinuation<Bool, Never>] = []
        var isClosed = false
        /// Of the last attempt, where it failed.
        var failedAt: MonotonicTime?
        var answeredAt: MonotonicTime?
    }

    /// How long a failure tells something about the provider. While requests come, renewals are tried more often.
    private static let memory: Duration = .seconds(300)

    private let mostAtOnce: Int
    private let mostWaiting: Int
    private let patience: Duration
    private let monotonic: @Sendable () -> MonotonicTime
    private let state = Mutex(State())

    /// - Parameter patience: a provider that says nothing for so long is taken for out.
    init(
        mostAtOnce: Int = 32, mostWaiting: Int = 1024, patience: Duration,
        monotonic: @escaping @Sendable () -> MonotonicTime
    ) {
        self.mostAtOnce = mostAtOnce
        self.mostWaiting = mostWaiting
        self.patience = patience
        self.monotonic = monotonic
    }

    /// Whether no renewal can be taken any more.
    var isFull: Bool { state.withLock { $0.isClosed || $0.waiting.count >= mostWaiting } }

    /// Whether the provider is known not to answer: the last attempt failed, or one has been hanging since the last
    /// answer.
    var isProviderOut: Bool {
        let now = monotonic()
        return state.withLock { state in
            if let failedAt = state.failedAt, !failedAt.isOver(RenewalQueue.memory, at: now) { return true }
            guard let oldest = state.asking.values.min(), oldest.isOver(patience, at: now) else { return false }
            return state.answeredAt.map { !oldest.isOver(patience, at: $0) } ?? true
        }
    }

    /// Does the work once there is a place.
    ///
    /// - Parameter work: returns whether the provider answered, and nil where it was not asked.
    /// - Returns: false where the queue is full or closed, and nothing was done.
    func run(_ work: () async -> Bool?) async -> Bool {
        guard await enter() else { return false }
        let start = monotonic()
        let ticket = state.withLock { state in
            state.lastTicket += 1
            state.asking[state.lastTicket] = start
            return state.lastTicket
        }
        let hasAnswered = await work()
        let end = monotonic()
        let next = state.withLock { state -> CheckedContinuation<Bool, Never>? in
            state.asking[ticket] = nil
            if let hasAnswered { state.failedAt = hasAnswered ? nil : end }
            if hasAnswered == true { state.answeredAt = end }
            // The place goes to the next one.
            guard state.waiting.isEmpty else { return state.waiting.removeFirst() }
            state.places -= 1
            return nil
        }
        next?.resume(returning: true)
        return true
    }

    /// Lets nothing begin any more; what asks the provider goes on.
    func close() {
        let waiting = state.withLock { state in
            state.isClosed = true
            defer { state.waiting = [] }
            return state.waiting
        }
        for continuation in waiting { continuation.resume(returning: false) }
    }

    private func enter() async -> Bool {
        await withCheckedContinuation { continuation in
            let isIn: Bool? = state.withLock { state in
                guard !state.isClosed else { return false }
                if state.places < mostAtOnce {
                    state.places += 1
                    return true
                }
                guard state.waiting.count < mostWaiting else { return false }
                state.waiting.append(continuation)
                return nil
            }
            if let isIn { continuation.resume(returning: isIn) }
        }
    }
}
