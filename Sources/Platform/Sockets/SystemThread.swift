internal import Glibc
internal import Synchronization

/// A thread that runs a reactor, or anything else that blocks.
public final class SystemThread: Sendable {
    private final class Start: Sendable {
        let body: @Sendable () -> Void
        init(_ body: @escaping @Sendable () -> Void) { self.body = body }
    }

    private let handle: Mutex<pthread_t?>

    /// Starts at once. Throws where the system has no thread to give.
    public init(_ body: @escaping @Sendable () -> Void) throws(SocketFault) {
        var handle = pthread_t()
        // The box is retained here and released by the thread that it starts.
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
            throw SocketFault(call: "pthread_create", code: code)
        }
        self.handle = Mutex(handle)
    }

    /// Waits until the thread's body has returned; a second call returns at once.
    public func join() {
        let thread = handle.withLock { handle in
            defer { handle = nil }
            return handle
        }
        if let thread { pthread_join(thread, nil) }
    }
}
