internal import Synchronization
public import Time

/// The executor of tasks that belong to no reactor: one thread, a queue and timers.
///
/// The Swift runtime's own pool uses libdispatch, which ends the process if it cannot open a file under `/proc`. A
/// client could therefore crash the gateway by using up its descriptors. This executor needs no descriptor. Its tasks
/// wait for other threads and never block.
public final class BackgroundExecutor: TaskExecutor {
    public static let shared = BackgroundExecutor()

    private struct Timer {
        let deadline: MonotonicTime
        let id: UInt64
    }

    private struct State {
        var jobs: [UnownedJob] = []
        /// Deadlines in order, the earliest last.
        var timers: [Timer] = []
        var sleepers: [UInt64: CheckedContinuation<Void, any Error>] = [:]
        var nextID: UInt64 = 0
        /// True if a timer was added that is earlier than all others.
        var isEarlier = false
    }

    private enum Wake {
        case work([UnownedJob], [CheckedContinuation<Void, any Error>])
        case newDeadline
    }

    private let state = Monitor(State())
    private let thread = Mutex<SystemThread?>(nil)

    init() {}

    public func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        state.change { $0.jobs.append(job) }
        start()
    }

    /// Starts the thread at first use. If the system cannot start one, the jobs wait and the next call tries again.
    private func start() {
        thread.withLock { thread in
            if thread == nil { thread = try? SystemThread { [self] in run() } }
        }
    }

    private func run() {
        var earliest: MonotonicTime?
        while true {
            if case .work(let jobs, let sleepers) = state.wait(until: earliest, for: BackgroundExecutor.take) {
                for sleeper in sleepers { sleeper.resume() }
                // Jobs are enqueued once and run once, here.
                for job in jobs { unsafe job.runSynchronously(on: asUnownedTaskExecutor()) }
            }
            earliest = state.wait { .some($0.timers.last?.deadline) } ?? nil
        }
    }

    private static func take(_ state: inout State) -> Wake? {
        let now = MonotonicTime.now()
        var due: [CheckedContinuation<Void, any Error>] = []
        while let timer = state.timers.last, timer.deadline <= now {
            state.timers.removeLast()
            if let sleeper = state.sleepers.removeValue(forKey: timer.id) { due.append(sleeper) }
        }
        defer {
            state.jobs = []
            state.isEarlier = false
        }
        if !state.jobs.isEmpty || !due.isEmpty { return .work(state.jobs, due) }
        return state.isEarlier ? .newDeadline : nil
    }

    // MARK: Sleeping

    /// Suspends the task for a time, measured by the monotonic clock.
    ///
    /// - Throws: `CancellationError` as soon as the task is cancelled.
    public func sleep(for duration: Duration) async throws {
        let id = state.change { state in
            state.nextID += 1
            return state.nextID
        }
        let deadline = MonotonicTime.now() + duration
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
                // The cancellation handler below may have run before the continuation was stored.
                guard !Task.isCancelled else { return continuation.resume(throwing: CancellationError()) }
                state.change { state in
                    state.sleepers[id] = continuation
                    let index = state.timers.firstIndex { $0.deadline <= deadline } ?? state.timers.endIndex
                    state.isEarlier = state.isEarlier || index == state.timers.endIndex
                    state.timers.insert(Timer(deadline: deadline, id: id), at: index)
                }
                start()
                if Task.isCancelled { cancel(id) }
            }
        } onCancel: {
            cancel(id)
        }
    }

    private func cancel(_ id: UInt64) {
        let sleeper = state.change { state in
            state.timers.removeAll { $0.id == id }
            return state.sleepers.removeValue(forKey: id)
        }
        sleeper?.resume(throwing: CancellationError())
    }
}

extension Task where Failure == Never {
    /// Starts a task that outlives its caller, on the background executor.
    @discardableResult
    public static func inBackground(_ work: @escaping @Sendable () async -> Success) -> Task<Success, Never> {
        Task.detached(executorPreference: BackgroundExecutor.shared, operation: work)
    }
}

extension Task where Success == Void, Failure == Never {
    /// Runs a task on the background executor, and waits for its end, but not longer than until a time; for a thread that
    /// may wait.
    public static func inBackgroundBlocking(before end: MonotonicTime, _ work: @escaping @Sendable () async -> Void) {
        let isDone = Monitor(false)
        inBackground {
            await work()
            isDone.change { $0 = true }
        }
        _ = isDone.wait(until: end) { $0 ? true : nil }
    }
}

extension Task where Success == Never, Failure == Never {
    /// Suspends the task for a time; see ``BackgroundExecutor/sleep(for:)``.
    public static func pause(for duration: Duration) async throws {
        try await BackgroundExecutor.shared.sleep(for: duration)
    }
}
