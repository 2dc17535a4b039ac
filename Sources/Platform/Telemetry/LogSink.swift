internal import Dispatch
internal import Glibc
public import Sockets
internal import Synchronization

/// Where log lines go: a bounded queue, and one thread that writes it out. Whoever logs never waits; what does not fit
/// is dropped and counted.
public final class LogSink: Sendable {
    private struct Queue {
        var pending: [UInt8] = []
        var isClosed = false
    }

    static let capacity = 8 << 20

    private let queue = Mutex(Queue())
    private let arrived = DispatchSemaphore(value: 0)
    private let closing = DispatchSemaphore(value: 0)
    private let droppedLines = Atomic<Int>(0)
    private let write: @Sendable ([UInt8]) -> Void
    private let thread: Mutex<SystemThread?>

    /// Writes to standard error.
    public static func standardError() throws(SocketFault) -> LogSink {
        try LogSink { bytes in
            var rest = bytes[...]
            while !rest.isEmpty {
                // The slice is borrowed for the call, with its own count.
                let count = unsafe rest.withUnsafeBytes { unsafe Glibc.write(STDERR_FILENO, $0.baseAddress, $0.count) }
                if count < 0, errno == EINTR { continue }
                // Nobody reads standard error any more: there is no place left to say so.
                guard count > 0 else { return }
                rest = rest.dropFirst(count)
            }
        }
    }

    public init(write: @escaping @Sendable ([UInt8]) -> Void) throws(SocketFault) {
        self.write = write
        thread = Mutex(nil)
        let thread = try SystemThread { [weak self] in self?.run() }
        self.thread.withLock { $0 = thread }
    }

    /// How many lines have been dropped so far.
    public var dropped: Int { droppedLines.load(ordering: .relaxed) }

    /// Queues complete lines.
    public func submit(_ lines: [UInt8]) {
        guard !lines.isEmpty else { return }
        let isFirst = queue.withLock { queue -> Bool in
            guard !queue.isClosed, queue.pending.count + lines.count <= LogSink.capacity else {
                // Counted here, not by the writer: while it is stuck the number matters most.
                droppedLines.wrappingAdd(lines.count { $0 == 0x0A }, ordering: .relaxed)
                return false
            }
            defer { queue.pending.append(contentsOf: lines) }
            return queue.pending.isEmpty
        }
        if isFirst { arrived.signal() }
    }

    /// Writes what is queued, then ends.
    public func close() {
        queue.withLock { $0.isClosed = true }
        arrived.signal()
        closing.signal()
        thread.withLock { $0 }?.join()
    }

    private func run() {
        while true {
            arrived.wait()
            // Lines gather for a moment, so that a busy process is not woken for each turn of its reactors.
            _ = closing.wait(timeout: .now() + .milliseconds(20))
            let (lines, isClosed) = queue.withLock { queue in
                defer { queue.pending = [] }
                return (queue.pending, queue.isClosed)
            }
            if !lines.isEmpty { write(lines) }
            if isClosed { return }
        }
    }
}
