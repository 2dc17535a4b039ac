internal import JSON
public import Time

public enum LogLevel: String, Sendable, CaseIterable {
    case info, warning, error
}

public enum LogFormat: String, Sendable, CaseIterable {
    /// One JSON object a line.
    case json
    /// For people.
    case text
}

/// Lines about the process itself, from any thread. Requests have their ``AccessLog``.
public struct Log: Sendable {
    public let format: LogFormat
    public let sink: LogSink
    private let now: @Sendable () -> Timestamp

    public init(_ format: LogFormat, to sink: LogSink, now: @escaping @Sendable () -> Timestamp = Timestamp.now) {
        self.format = format
        self.sink = sink
        self.now = now
    }

    /// - Parameter fields: names and values beside the message; never a token, code, cookie or other secret.
    public func write(
        _ level: LogLevel, _ message: String, requestID: String? = nil, fields: [(name: String, value: String)] = []
    ) {
        var line = LogLine(format, at: now())
        line.string("level", level.rawValue)
        line.string("message", message)
        if let requestID { line.string("request_id", requestID) }
        for field in fields { line.string(field.name, field.value) }
        sink.submit(line.finish())
    }
}

/// Builds one line in either format.
struct LogLine {
    private let format: LogFormat
    private var bytes: [UInt8]

    init(_ format: LogFormat, at time: Timestamp) {
        self.init(format, timeText: time.rfc3339Bytes(milliseconds: true), reusing: [])
    }

    init(_ format: LogFormat, timeText: [UInt8], reusing bytes: [UInt8]) {
        self.format = format
        self.bytes = bytes
        if format == .json {
            self.bytes.append(contentsOf: "{\"time\":\"".utf8)
            self.bytes.append(contentsOf: timeText)
            self.bytes.append(UInt8(ascii: "\""))
        } else {
            self.bytes.append(contentsOf: timeText)
        }
    }

    mutating func string(_ name: String, _ value: String) {
        begin(name)
        let needsQuotes =
            format == .json || value.isEmpty || value.utf8.contains { $0 <= 0x20 || $0 == 0x22 || $0 == 0x7F }
        if needsQuotes {
            JSONWriter.append(quoted: value, to: &bytes)
        } else {
            bytes.append(contentsOf: value.utf8)
        }
    }

    mutating func number(_ name: String, _ value: Int) {
        begin(name)
        LogLine.append(value, to: &bytes)
    }

    /// Milliseconds with three digits of a fraction.
    mutating func milliseconds(_ name: String, nanoseconds: UInt64) {
        begin(name)
        let micro = Int(nanoseconds / 1000)
        LogLine.append(micro / 1000, to: &bytes)
        bytes.append(UInt8(ascii: "."))
        let fraction = micro % 1000
        bytes.append(UInt8(48 + fraction / 100))
        bytes.append(UInt8(48 + fraction / 10 % 10))
        bytes.append(UInt8(48 + fraction % 10))
    }

    consuming func finish() -> [UInt8] {
        if format == .json { bytes.append(UInt8(ascii: "}")) }
        bytes.append(0x0A)
        return bytes
    }

    private mutating func begin(_ name: String) {
        if format == .json {
            bytes.append(UInt8(ascii: ","))
            bytes.append(UInt8(ascii: "\""))
            bytes.append(contentsOf: name.utf8)
            bytes.append(UInt8(ascii: "\""))
            bytes.append(UInt8(ascii: ":"))
        } else {
            bytes.append(0x20)
            bytes.append(contentsOf: name.utf8)
            bytes.append(UInt8(ascii: "="))
        }
    }

    private static func append(_ number: Int, to bytes: inout [UInt8]) {
        if number >= 10 { append(number / 10, to: &bytes) }
        bytes.append(UInt8(48 + max(0, number) % 10))
    }
}
