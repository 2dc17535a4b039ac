public import Time

/// The logged properties of a request. No field holds a query string, a token, a code or a cookie.
public struct AccessRecord: Sendable {
    public var requestID = ""
    public var method = ""
    /// Template of the route, never a path.
    public var route = ""
    public var status = 0
    /// Time from the complete head to the last byte.
    public var nanoseconds: UInt64 = 0
    /// Bytes of content sent.
    public var bytes = 0
    public var remoteAddress = ""
    /// Organization id; empty if none was named or the name is not a valid id.
    public var organization = ""
    public var subject = ""
    /// `permit`, `refuse`, or empty if nothing was decided.
    public var decision = ""
    public var reason = ""

    public init() {}
}

/// The access log of one reactor: lines are collected during a turn and written to the sink at its end.
public final class AccessLog {
    private let sink: LogSink
    private var lines: LogLines
    private var millisecond: Int64 = .min
    private var timeText: [UInt8] = []

    public init(_ log: Log) {
        lines = LogLines(log.format)
        sink = log.sink
    }

    /// Adds the line of a request to the current turn's lines.
    public func append(_ record: AccessRecord, at time: Timestamp) {
        if time.nanoseconds / 1_000_000 != millisecond {
            millisecond = time.nanoseconds / 1_000_000
            timeText = time.rfc3339Bytes(milliseconds: true)
        }
        lines.append(record, timeText)
    }

    /// Writes the collected lines to the sink.
    public func flush() {
        guard !lines.bytes.isEmpty else { return }
        sink.submit(lines.bytes)
        lines.removeAll()
    }
}

extension LogLines {
    fileprivate mutating func append(_ record: AccessRecord, _ timeText: [UInt8]) {
        begin(timeText, .info, "request")
        string("request_id", record.requestID)
        string("method", record.method)
        string("route", record.route)
        number("status", record.status)
        milliseconds("duration_ms", nanoseconds: record.nanoseconds)
        number("bytes", record.bytes)
        string("remote_ip", record.remoteAddress)
        if !record.organization.isEmpty { string("organization", record.organization) }
        if !record.subject.isEmpty { string("subject", record.subject) }
        if !record.decision.isEmpty { string("decision", record.decision) }
        if !record.reason.isEmpty { string("reason", record.reason) }
        end()
    }
}
