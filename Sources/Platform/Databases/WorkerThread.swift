internal import Glibc
internal import Synchronization

/// A thread of our own, for what blocks.
final class WorkerThread: Sendable {
    private let handle: Mutex<pthread_t?>

    init(_ body: @escaping @Sendable () -> Void) throws(DatabaseError) {
        let start = unsafe Unmanaged.passRetained(ThreadStart(body))
        var thread = pthread_t()
        // The retained start is taken over by the thread, or taken back where there is none.
        let code = unsafe pthread_create(
            &thread, nil,
            { context in
                guard let context = unsafe context else { return nil }
                let start = unsafe Unmanaged<ThreadStart>.fromOpaque(context).takeRetainedValue()
                start.body()
                return nil
            }, start.toOpaque())
        guard code == 0 else {
            unsafe start.release()
            throw DatabaseError(.failed, cause: "no thread for the store (error \(code))")
        }
        handle = Mutex(thread)
    }

    deinit {
        if let thread = handle.withLock({ $0 }) { pthread_detach(thread) }
    }

    /// Waits until the thread is done. A thread that is asked for by itself is left to end alone.
    func join() {
        let thread = handle.withLock { handle -> pthread_t? in
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

private final class ThreadStart: Sendable {
    let body: @Sendable () -> Void

    init(_ body: @escaping @Sendable () -> Void) {
        self.body = body
    }
}
