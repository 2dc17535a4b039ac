public import Time

/// What is logged of one request. There is no field for a query string, a token, a code or a cookie.
public struct AccessRecord: Sendable {
    public var requestID = ""
    public var method = ""
    /// A route's template, never a path.
    public var route = ""
    public var status = 0
    public var nanoseconds: UInt64 = 0
    public var bytes = 0
    public var remoteAddress = ""
    /// Empty where none was named, or what was named is not one.
    public var organization = ""
    public var subject = ""
    /// `permit`, `refuse`, or empty where there was nothing to decide.
    public var decision = ""
    public var reason = ""

    public init() {}
}

/// The access log of one reactor: lines are collected during a turn and handed over at its end.
public final class AccessLog {
    private let format: LogFormat
    private let sink: LogSink
    private var pending: [UInt8] = []
    private var millisecond: Int64 = .min
    private var timeText: [UInt8] = []

    public init(_ log: Log) {
        format = log.format
        sink = log.sink
    }

    public func append(_ record: AccessRecord, at time: Timestamp) {
        if time.nanoseconds / 1_000_000 != millisecond {
            millisecond = time.nanoseconds / 1_000_000
            timeText = time.rfc3339Bytes(milliseconds: true)
        }
        var line = LogLine(format, timeText: timeText, reusing: pending)
        pending = []
        line.string("level", "info")
        line.string("message", "request")
        line.string("request_id", record.requestID)
        line.string("method", record.method)
        line.string("route", record.route)
        line.number("status", record.status)
        line.milliseconds("duration_ms", nanoseconds: record.nanoseconds)
        line.number("bytes", record.bytes)
        line.string("remote_ip", record.remoteAddress)
        if !record.organization.isEmpty { line.string("organization", record.organization) }
        if !record.subject.isEmpty { line.string("subject", record.subject) }
        if !record.decision.isEmpty { line.string("decision", record.decision) }
        if !record.reason.isEmpty { line.string("reason", record.reason) }
        pending = line.finish()
    }

    /// Hands over what was collected.
    public func flush() {
        guard !pending.isEmpty else { return }
        sink.submit(pending)
        pending.removeAll(keepingCapacity: true)
    }
}
