internal import Glibc
internal import Synchronization

/// A thread that the system could not start (pthread_create(3)).
public struct ThreadError: Error, Sendable, CustomStringConvertible {
    /// The error number that pthread_create returned.
    public let code: Int32

    public var description: String { "no thread can be started (error \(code))" }
}

/// A thread for work that blocks, or for an event loop.
public final class SystemThread: Sendable {
    private final class Start: Sendable {
        let body: @Sendable () -> Void
        init(_ body: @escaping @Sendable () -> Void) { self.body = body }
    }

    /// The number of processors that are online, at least 1.
    public static var processorCount: Int { max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN))) }

    private let handle: Mutex<pthread_t?>

    /// Starts the thread at once.
    public init(_ body: @escaping @Sendable () -> Void) throws(ThreadError) {
        var handle = pthread_t()
        // The box is retained here and released by the started thread.
        let start = unsafe Unmanaged.passRetained(Start(body)).toOpaque()
        let code = unsafe pthread_create(
            &handle, nil,
            { argument in
                if let argument = unsafe argument {
                    unsafe Unmanaged<Start>.fromOpaque(argument).takeRetainedValue().body()
                }
                return nil
            }, start)
        guard code == 0 else {
            unsafe Unmanaged<Start>.fromOpaque(start).release()
            throw ThreadError(code: code)
        }
        self.handle = Mutex(handle)
    }

    deinit {
        if let thread = handle.withLock({ $0 }) { pthread_detach(thread) }
    }

    /// Lets threads of usual priority run before the calling one if there are not enough processors (nice(2) of 5, for
    /// this thread alone). If the system refuses, nothing changes.
    public static func runAfterOthers() {
        // Linux applies a "process" of 0 to the calling thread (setpriority(2), notes).
        _ = setpriority(__priority_which_t(PRIO_PROCESS.rawValue), 0, 5)
    }

    /// Lets a thread that waits for this processor run first (sched_yield(2)); returns at once if none waits.
    public static func letOthersRun() { sched_yield() }

    /// Waits until the thread's body has returned. A second call, and a call on the thread itself, return at once.
    public func join() {
        let thread = handle.withLock { handle in
            defer { handle = nil }
            return handle
        }
        guard let thread else { return }
        if pthread_equal(thread, pthread_self()) != 0 {
            pthread_detach(thread)
        } else {
            pthread_join(thread, nil)
        }
    }
}
