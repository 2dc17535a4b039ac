internal import Dispatch
internal import Files
internal import Synchronization
public import Threads

/// The destination of log lines: a bounded queue, and one thread that writes it out. Logging never waits; lines that do
/// not fit are dropped and counted.
public final class LogSink: Sendable {
    private struct Queue {
        var pending: [UInt8] = []
        var isClosed = false
    }

    static let capacity = 8 << 20
    /// Default time that ``close(within:)`` waits for a reader of standard error that has stopped reading.
    public static let closingTime: Duration = .seconds(3)

    private let queue = Mutex(Queue())
    private let arrived = DispatchSemaphore(value: 0)
    private let closing = DispatchSemaphore(value: 0)
    private let ended = DispatchSemaphore(value: 0)
    private let droppedLines = Atomic<Int>(0)
    private let write: @Sendable ([UInt8]) -> Void
    private let thread: Mutex<SystemThread?>

    /// Writes to standard error.
    public static func standardError() throws(ThreadError) -> LogSink {
        // An error means that the reader of standard error is gone, so it cannot be reported.
        try LogSink { bytes in try? Descriptor.standardError.write(bytes) }
    }

    /// Starts the writing thread.
    ///
    /// - Parameter write: called on that thread with complete lines; it may block.
    public init(write: @escaping @Sendable ([UInt8]) -> Void) throws(ThreadError) {
        self.write = write
        thread = Mutex(nil)
        let thread = try SystemThread { [weak self] in self?.run() }
        self.thread.withLock { $0 = thread }
    }

    /// Number of lines dropped so far.
    public var dropped: Int { droppedLines.load(ordering: .relaxed) }

    /// Queues complete lines; drops and counts them if the queue is full.
    public func submit(_ lines: [UInt8]) {
        guard !lines.isEmpty else { return }
        let isFirst = queue.withLock { queue -> Bool in
            guard !queue.isClosed, queue.pending.count + lines.count <= LogSink.capacity else {
                // Counted here, not by the writer: the number matters most while the writer is stuck.
                droppedLines.wrappingAdd(lines.count { $0 == 0x0A }, ordering: .relaxed)
                return false
            }
            defer { queue.pending.append(contentsOf: lines) }
            return queue.pending.isEmpty
        }
        if isFirst { arrived.signal() }
    }

    /// Writes queued lines, then ends the thread.
    ///
    /// - Parameter patience: the longest wait. After it the thread is abandoned with its remaining lines: an unread
    ///   pipe must not keep the process from ending.
    /// - Returns: false if the wait timed out.
    @discardableResult
    public func close(within patience: Duration = LogSink.closingTime) -> Bool {
        queue.withLock { $0.isClosed = true }
        arrived.signal()
        closing.signal()
        let milliseconds = Int(patience / .milliseconds(1))
        guard ended.wait(timeout: .now() + .milliseconds(milliseconds)) == .success else { return false }
        // The signal lets a second call return at once too.
        ended.signal()
        thread.withLock { $0 }?.join()
        return true
    }

    private func run() {
        while true {
            arrived.wait()
            // The delay collects lines, so that a busy process does not wake the thread for each turn of its reactors.
            _ = closing.wait(timeout: .now() + .milliseconds(20))
            let (lines, isClosed) = queue.withLock { queue in
                defer { queue.pending = [] }
                return (queue.pending, queue.isClosed)
            }
            if !lines.isEmpty { write(lines) }
            if isClosed {
                ended.signal()
                return
            }
        }
    }
}
