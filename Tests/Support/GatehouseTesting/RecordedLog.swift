internal import Synchronization
public import Telemetry

/// A log in JSON whose lines are kept.
public final class RecordedLog: Sendable {
    public let log: Log
    private let lines: Lines

    private final class Lines: Sendable {
        struct State {
            var text = ""
            var waiting: [(text: String, continuation: CheckedContinuation<Void, Never>)] = []
        }

        let state = Mutex(State())

        func append(_ new: [UInt8]) {
            let arrived = state.withLock { state in
                state.text += String(decoding: new, as: UTF8.self)
                let arrived = state.waiting.filter { state.text.contains($0.text) }
                state.waiting.removeAll { state.text.contains($0.text) }
                return arrived
            }
            for waiter in arrived { waiter.continuation.resume() }
        }
    }

    public init() throws {
        let lines = Lines()
        self.lines = lines
        log = Log(.json, to: try LogSink { lines.append($0) })
    }

    deinit { log.sink.close() }

    /// The lines that the log's thread has written so far.
    public var written: String { lines.state.withLock { $0.text } }

    /// Returns once a text was written.
    public func arrived(_ text: String) async {
        await withCheckedContinuation { continuation in
            let isThere = lines.state.withLock { state in
                if state.text.contains(text) { return true }
                state.waiting.append((text, continuation))
                return false
            }
            if isThere { continuation.resume() }
        }
    }

    /// Returns all lines that were logged before the call.
    public func all() async -> String {
        let mark = "mark \(UInt64.random(in: 0...UInt64.max))"
        log.write(.info, mark)
        await arrived(mark)
        return written
    }
}
