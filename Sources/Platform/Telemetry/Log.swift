public import Time

public enum LogLevel: String, Sendable, CaseIterable {
    case info, warning, error
}

public enum LogFormat: String, Sendable, CaseIterable {
    /// One JSON object per line.
    case json
    /// Text for a terminal.
    case text
}

/// The log of the process, usable from any thread. Requests are logged by ``AccessLog``.
public struct Log: Sendable {
    public let format: LogFormat
    public let sink: LogSink
    private let now: @Sendable () -> Timestamp

    public init(_ format: LogFormat, to sink: LogSink, now: @escaping @Sendable () -> Timestamp = Timestamp.now) {
        self.format = format
        self.sink = sink
        self.now = now
    }

    /// - Parameter fields: names and values in addition to the message; never a token, code, cookie or other secret.
    public func write(
        _ level: LogLevel, _ message: String, requestID: String? = nil, fields: [(name: String, value: String)] = []
    ) {
        var lines = LogLines(format)
        lines.begin(now().rfc3339Bytes(milliseconds: true), level, message)
        if let requestID { lines.string("request_id", requestID) }
        for field in fields { lines.string(field.name, field.value) }
        lines.end()
        sink.submit(lines.bytes)
    }
}
