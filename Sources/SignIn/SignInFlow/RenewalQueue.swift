internal import Synchronization
package import Time

/// The places for concurrent renewals at all providers: each holds a connection.
package final class RenewalPlaces: Sendable {
    private let limit: Int
    private let taken = Mutex(0)

    package init(_ limit: Int) {
        self.limit = limit
    }

    package func take() -> Bool {
        taken.withLock { taken in
            guard taken < limit else { return false }
            taken += 1
            return true
        }
    }

    func giveBack() { taken.withLock { $0 -= 1 } }
}

/// The renewals at one provider: a bounded number at a time, and a bounded number of waiting ones. The queue also
/// records whether the provider responds. A provider that does not respond gets few renewals, so that it does not
/// occupy the places of the others.
package final class RenewalQueue: Sendable {
    /// The number of concurrent and of waiting renewals.
    package struct Limits {
        var atOnce = 32
        var waiting = 256
        /// The number of concurrent renewals while the provider is known not to respond. No renewal waits then.
        var whileOut = 2

        package init(atOnce: Int = 32, waiting: Int = 256, whileOut: Int = 2) {
            self.atOnce = atOnce
            self.waiting = waiting
            self.whileOut = whileOut
        }
    }

    private struct State {
        /// Renewals that have a place; `asking` holds those in progress, with their start.
        var places = 0
        var asking: [Int: MonotonicTime] = [:]
        var lastTicket = 0
        var waiting: [CheckedContinuation<Bool, Never>] = []
        var isClosed = false
        /// The time of the last attempt, if it failed.
        var failedAt: MonotonicTime?
        var answeredAt: MonotonicTime?
    }

    /// The time for which a failure counts against the provider. While requests come, renewals are tried more often.
    private static let memory: Duration = .seconds(300)

    private let shared: RenewalPlaces
    private let limits: Limits
    private let patience: Duration
    private let monotonic: @Sendable () -> MonotonicTime
    private let state = Mutex(State())

    /// - Parameters:
    ///   - shared: the places of all providers.
    ///   - patience: the time without a response after which a provider counts as down.
    package init(
        _ shared: RenewalPlaces, limits: Limits = Limits(), patience: Duration,
        monotonic: @escaping @Sendable () -> MonotonicTime
    ) {
        self.shared = shared
        self.limits = limits
        self.patience = patience
        self.monotonic = monotonic
    }

    /// Whether the provider is known not to respond: the last attempt failed, or one has been pending since the last
    /// response.
    package var isProviderOut: Bool {
        let now = monotonic()
        return state.withLock { isProviderOut($0, at: now) }
    }

    private func isProviderOut(_ state: State, at now: MonotonicTime) -> Bool {
        if let failedAt = state.failedAt, !failedAt.isOver(RenewalQueue.memory, at: now) { return true }
        guard let oldest = state.asking.values.min(), oldest.isOver(patience, at: now) else { return false }
        return state.answeredAt.map { !oldest.isOver(patience, at: $0) } ?? true
    }

    /// Whether no further renewal can be accepted.
    package var isFull: Bool {
        let now = monotonic()
        return state.withLock { state in
            if isProviderOut(state, at: now) { return state.isClosed || state.places >= limits.whileOut }
            return state.isClosed || state.places >= limits.atOnce && state.waiting.count >= limits.waiting
        }
    }

    /// Performs the work once there is a place.
    ///
    /// - Parameter work: returns true if the provider responded, and nil if no request was sent.
    /// - Returns: false if there is no room, or if the provider failed in the meantime; the work was not performed.
    package func run(_ work: () async -> Bool?) async -> Bool {
        guard await enter() else { return false }
        let start = monotonic()
        let ticket = state.withLock { state in
            state.lastTicket += 1
            state.asking[state.lastTicket] = start
            return state.lastTicket
        }
        let hasAnswered = await work()
        leave(ticket, hasAnswered)
        return true
    }

    /// Lets no further renewal begin; requests to the provider continue.
    package func close() {
        let waiting = state.withLock { state in
            state.isClosed = true
            defer { state.waiting = [] }
            return state.waiting
        }
        for continuation in waiting { continuation.resume(returning: false) }
    }

    private func enter() async -> Bool {
        let now = monotonic()
        return await withCheckedContinuation { continuation in
            let isIn: Bool? = state.withLock { state in
                let isOut = isProviderOut(state, at: now)
                guard !state.isClosed else { return false }
                if state.places < (isOut ? limits.whileOut : limits.atOnce), shared.take() {
                    state.places += 1
                    return true
                }
                // Waiting is possible only behind a renewal that has a place, since it passes the place on.
                guard !isOut, state.places > 0, state.waiting.count < limits.waiting else { return false }
                state.waiting.append(continuation)
                return nil
            }
            if let isIn { continuation.resume(returning: isIn) }
        }
    }

    private func leave(_ ticket: Int, _ hasAnswered: Bool?) {
        let end = monotonic()
        let (next, released) = state.withLock { state in
            state.asking[ticket] = nil
            if let hasAnswered { state.failedAt = hasAnswered ? nil : end }
            if hasAnswered == true { state.answeredAt = end }
            var next: CheckedContinuation<Bool, Never>?
            if hasAnswered != false, !state.waiting.isEmpty { next = state.waiting.removeFirst() }
            guard next == nil else { return (next, [CheckedContinuation<Bool, Never>]()) }
            state.places -= 1
            defer { state.waiting = [] }
            return (nil, state.waiting)
        }
        if let next { return next.resume(returning: true) }
        shared.giveBack()
        for continuation in released { continuation.resume(returning: false) }
    }
}
