internal import CLinux
public import Files
internal import Glibc
internal import Synchronization
public import Threads
public import Time

/// A handler of a descriptor's events at a reactor. All calls are made on the reactor's thread.
public protocol EventHandler: AnyObject {
    func ready(_ readiness: Readiness, at turn: Turn)
    /// Called after a deadline given to ``Reactor/wake(_:at:)`` has passed.
    func deadlinePassed(at turn: Turn)
}

/// The operations that a descriptor is ready for, or is watched for.
public struct Readiness: OptionSet, Sendable {
    public let rawValue: UInt8
    public init(rawValue: UInt8) { self.rawValue = rawValue }

    public static let read = Readiness(rawValue: 1)
    public static let write = Readiness(rawValue: 2)
    /// The connection failed, or both directions are closed.
    public static let hangUp = Readiness(rawValue: 4)
}

/// Readings of the clocks, made once per turn of the loop.
public struct Turn: Sendable {
    public let monotonic: MonotonicTime
    public let wall: Timestamp

    public init(monotonic: MonotonicTime, wall: Timestamp) {
        self.monotonic = monotonic
        self.wall = wall
    }

    static func now() -> Turn { Turn(monotonic: .now(), wall: .now()) }
}

/// An event loop: one thread, one epoll instance, and the Swift tasks that prefer it as their executor.
///
/// All members except ``perform(_:)``, ``enqueue(_:)`` and ``stop()`` must be called on the loop's thread. That makes
/// its handlers, which are not `Sendable`, safe.
public final class Reactor: TaskExecutor, @unchecked Sendable {
    // @unchecked: `inbox` is a mutex. Only the loop's thread touches all other state, before `run` begins or within it
    // (`isCurrent`).
    private struct Inbox {
        var jobs: [UnownedJob] = []
        var closures: [@Sendable () -> Void] = []
        var isStopping = false
    }

    private struct Slot {
        var handler: (any EventHandler)?
        var generation: UInt32 = 0
        /// The events that the system reports, and those that the handler awaits; the system may report `read` too much.
        var reported: Readiness = []
        var awaited: Readiness = []
        /// The watched descriptor; it stays open while it is registered.
        var descriptor: Int32 = -1
    }

    private let inbox = Mutex(Inbox())
    private let epoll: Descriptor
    private let wakeUp: Descriptor
    private var slots: [Slot] = []
    private var freeSlots: [UInt32] = []
    private var timers = TimerHeap()
    private var readyNextTurn: [RegistrationKey] = []
    private var endOfTurn: [() -> Void] = []

    /// The ownership of the loop's thread, for values that belong to it.
    public let confinement = Confinement()
    /// Watch that reports long steps; nil disables the measurement.
    public var stepWatch: StepWatch?
    /// Clock readings of the current turn.
    public private(set) var turn = Turn.now()
    /// Buffer that all connections of this loop read into.
    public var readBuffer: [UInt8] = Array(repeating: 0, count: 64 << 10)

    public init() throws(SystemError) {
        epoll = Descriptor(try systemCall("epoll_create1") { epoll_create1(Int32(EPOLL_CLOEXEC)) })
        wakeUp = Descriptor(try systemCall("eventfd") { eventfd(0, Int32(EFD_CLOEXEC | EFD_NONBLOCK)) })
        try control(EPOLL_CTL_ADD, wakeUp.number, EPOLLIN.rawValue, userData: .max)
    }

    /// True if the caller is on this loop's thread.
    public var isCurrent: Bool { confinement.isCurrent }

    /// True if no job, closure or early event waits for the loop.
    var hasNothingQueued: Bool {
        readyNextTurn.isEmpty && inbox.withLock { $0.jobs.isEmpty && $0.closures.isEmpty }
    }

    // MARK: Registrations

    /// Watches a descriptor until ``remove(_:_:)``.
    func add(_ descriptor: Descriptor, _ interest: Readiness, _ handler: any EventHandler) throws(SystemError)
        -> RegistrationKey
    {
        let key = take(handler)
        let slot = Int(key.slot)
        (slots[slot].reported, slots[slot].awaited) = (interest, interest)
        slots[slot].descriptor = descriptor.number
        do {
            try control(EPOLL_CTL_ADD, descriptor.number, mask(interest), userData: key.userData)
        } catch {
            remove(key)
            throw error
        }
        return key
    }

    /// Registers a handler that has only deadlines, set with ``wake(_:at:)``, until ``remove(_:)``.
    public func addTimer(_ handler: any EventHandler) -> RegistrationKey { take(handler) }

    /// Ends a registration made with ``addTimer(_:)``.
    public func remove(_ key: RegistrationKey) {
        guard self.handler(of: key) != nil else { return }
        slots[Int(key.slot)].handler = nil
        freeSlots.append(key.slot)
    }

    private func take(_ handler: any EventHandler) -> RegistrationKey {
        let slot: UInt32
        if let free = freeSlots.popLast() {
            slot = free
        } else {
            slot = UInt32(slots.count)
            slots.append(Slot())
        }
        slots[Int(slot)].generation &+= 1
        slots[Int(slot)].handler = handler
        return RegistrationKey(slot: slot, generation: slots[Int(slot)].generation)
    }

    /// Changes the awaited events. The system is told of further ones at once. That `read` is no longer awaited it is
    /// told only when it reports it: most connections await `read` again before anything arrives.
    func change(_ key: RegistrationKey, _ interest: Readiness) {
        guard handler(of: key) != nil else { return }
        let slot = Int(key.slot)
        slots[slot].awaited = interest
        if slots[slot].reported.subtracting(.read) == interest.subtracting(.read),
            slots[slot].reported.isSuperset(of: interest)
        {
            return
        }
        report(interest, to: key)
    }

    private func report(_ interest: Readiness, to key: RegistrationKey) {
        let slot = Int(key.slot)
        slots[slot].reported = interest
        // Modifying a registered, open descriptor fails only if memory is short; the connection then closes by its
        // deadline.
        try? control(EPOLL_CTL_MOD, slots[slot].descriptor, mask(interest), userData: key.userData)
    }

    func remove(_ key: RegistrationKey, _ descriptor: Descriptor) {
        guard handler(of: key) != nil else { return }
        try? control(EPOLL_CTL_DEL, descriptor.number, 0, userData: 0)
        remove(key)
    }

    /// Calls ``EventHandler/deadlinePassed(at:)`` at the deadline or shortly after.
    public func wake(_ key: RegistrationKey, at deadline: MonotonicTime) {
        timers.insert(TimerHeap.Entry(deadline: deadline, key: key))
    }

    /// Calls the handler's `ready` in the next turn, without waiting for the descriptor.
    public func resumeNextTurn(_ key: RegistrationKey) {
        readyNextTurn.append(key)
    }

    /// Adds an action that runs at the end of every turn.
    public func atEndOfTurn(_ action: @escaping () -> Void) {
        endOfTurn.append(action)
    }

    // MARK: From other threads

    /// Runs a closure on the loop's thread, soon.
    public func perform(_ closure: @escaping @Sendable () -> Void) {
        inbox.withLock { $0.closures.append(closure) }
        signal()
    }

    public func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        inbox.withLock { $0.jobs.append(job) }
        if !isCurrent { signal() }
    }

    /// Starts a thread that runs the loop until ``stop()``.
    public func start() throws(SystemError) -> SystemThread {
        do throws(ThreadError) {
            return try SystemThread { self.run() }
        } catch {
            throw SystemError(call: "pthread_create", code: error.code)
        }
    }

    /// Ends ``run()`` after the current turn.
    public func stop() {
        inbox.withLock { $0.isStopping = true }
        signal()
    }

    private func signal() {
        var one: UInt64 = 1
        // The write fails only if the counter is at its maximum, and then the loop is already awake.
        _ = unsafe Glibc.write(wakeUp.number, &one, 8)
    }

    // MARK: The loop

    /// Runs the loop on the calling thread until ``stop()``.
    public func run() {
        confinement.begin()
        var events = unsafe Array(repeating: epoll_event(), count: 256)
        var isStopping = false
        while !isStopping {
            let count = unsafe wait(&events)
            turn = Turn.now()
            for index in 0..<count {
                let event = unsafe events[index]
                dispatch(userData: unsafe event.data.u64, mask: unsafe event.events)
            }
            resumeReady()
            isStopping = runInbox()
            while let due = timers.removeDue(at: turn.monotonic) {
                watched(.deadline) { handler(of: due.key)?.deadlinePassed(at: turn) }
            }
            watched(.ending) { for action in endOfTurn { action() } }
        }
        confinement.end()
    }

    private func wait(_ events: inout [epoll_event]) -> Int {
        var timeout: Int32 = -1
        if !hasNothingQueued {
            timeout = 0
        } else if let earliest = timers.earliest {
            let nanoseconds = earliest.nanoseconds(since: .now())
            timeout = Int32(min(nanoseconds / 1_000_000 + 1, 60_000))
        }
        // The array is exactly as long as the count; a signal (EINTR) makes an empty turn.
        return Int(max(0, unsafe epoll_wait(epoll.number, &events, Int32(events.count), timeout)))
    }

    private func dispatch(userData: UInt64, mask: UInt32) {
        guard userData != .max else {
            var value: UInt64 = 0
            _ = unsafe Glibc.read(wakeUp.number, &value, 8)
            return
        }
        var readiness: Readiness = []
        if mask & EPOLLIN.rawValue != 0 { readiness.insert(.read) }
        if mask & EPOLLOUT.rawValue != 0 { readiness.insert(.write) }
        if mask & (EPOLLHUP.rawValue | EPOLLERR.rawValue) != 0 { readiness.insert(.hangUp) }
        let key = RegistrationKey(userData: userData)
        guard let handler = handler(of: key) else { return }
        let awaited = slots[Int(key.slot)].awaited
        if readiness.contains(.read), !awaited.contains(.read) {
            report(awaited, to: key)
            readiness.remove(.read)
            if readiness.isEmpty { return }
        }
        watched(.event) { handler.ready(readiness, at: turn) }
    }

    private func watched(_ step: StepWatch.Step, _ body: () -> Void) {
        guard let stepWatch else { return body() }
        stepWatch.measure(step, body)
    }

    private func resumeReady() {
        guard !readyNextTurn.isEmpty else { return }
        let keys = readyNextTurn
        readyNextTurn = []
        for key in keys { watched(.event) { handler(of: key)?.ready([], at: turn) } }
    }

    private func runInbox() -> Bool {
        let (jobs, closures, isStopping) = inbox.withLock { inbox in
            defer {
                inbox.jobs = []
                inbox.closures = []
            }
            return (inbox.jobs, inbox.closures, inbox.isStopping)
        }
        for closure in closures { watched(.closure) { closure() } }
        // Jobs are enqueued once and run once, here.
        for job in jobs { watched(.task) { unsafe job.runSynchronously(on: asUnownedTaskExecutor()) } }
        return isStopping
    }

    private func handler(of key: RegistrationKey) -> (any EventHandler)? {
        guard Int(key.slot) < slots.count, slots[Int(key.slot)].generation == key.generation else { return nil }
        return slots[Int(key.slot)].handler
    }

    private func mask(_ interest: Readiness) -> UInt32 {
        (interest.contains(.read) ? EPOLLIN.rawValue : 0) | (interest.contains(.write) ? EPOLLOUT.rawValue : 0)
    }

    private func control(
        _ operation: Int32, _ descriptor: Int32, _ mask: UInt32, userData: UInt64
    ) throws(SystemError) {
        // The union's number is the member that `run` reads back, never its pointer.
        var event = unsafe epoll_event()
        unsafe event.events = mask
        unsafe event.data.u64 = userData
        _ = try systemCall("epoll_ctl") { unsafe epoll_ctl(epoll.number, operation, descriptor, &event) }
    }
}
