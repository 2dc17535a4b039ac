import Dispatch
import JSON
import Synchronization
import Testing
import Time

@testable import Telemetry

private let hostile = [
    "plain", "", "with space", "quo\"te", "back\\slash", "line\nbreak", "\r\n{\"level\":\"error\"}", "\u{1B}[31m",
    "\u{0}\u{7F}", "ümläut \u{2028}", "a=b c=d",
]

@Suite struct LogTests {
    private let lines = Lines()

    private func log(_ format: LogFormat) throws -> Log {
        let lines = lines
        return Log(format, to: try LogSink { lines.append($0) }, now: { Timestamp(seconds: 1_800_000_000) })
    }

    @Test("a line is one JSON object, whatever is logged", arguments: hostile)
    func json(_ text: String) throws {
        let log = try log(.json)
        log.write(.warning, text, requestID: text, fields: [("field", text)])
        log.sink.close()
        #expect(lines.text.utf8.count { $0 == 0x0A } == 1 && lines.text.hasSuffix("\n"))
        let root = try JSONDocument(parsing: Array(lines.text.utf8)).root
        #expect(root.member("time")?.string == "2027-01-15T08:00:00.000Z")
        #expect(root.member("level")?.string == "warning" && root.member("message")?.string == text)
        #expect(root.member("request_id")?.string == text && root.member("field")?.string == text)
    }

    @Test("a line for people stays one line without control characters", arguments: hostile)
    func text(_ text: String) throws {
        let log = try log(.text)
        log.write(.info, text, fields: [("field", text)])
        log.sink.close()
        #expect(lines.text.utf8.count { $0 < 0x20 } == 1 && lines.text.hasSuffix("\n"))
        #expect(lines.text.hasPrefix("2027-01-15T08:00:00.000Z level=info message="))
    }

    @Test("requests are logged with what is known of them")
    func access() throws {
        let log = try log(.json)
        let access = AccessLog(log)
        var record = AccessRecord()
        (record.requestID, record.method, record.route, record.status) = ("id", "GET", "/api/v1/me", 200)
        (record.nanoseconds, record.bytes, record.remoteAddress) = (1_234_567, 89, "192.0.2.1")
        access.append(record, at: Timestamp(seconds: 1_800_000_000))
        access.flush()
        access.flush()
        log.sink.close()
        #expect(
            lines.text
                == #"{"time":"2027-01-15T08:00:00.000Z","level":"info","message":"request","request_id":"id","#
                + #""method":"GET","route":"/api/v1/me","status":200,"duration_ms":1.234,"bytes":89,"#
                + #""remote_ip":"192.0.2.1"}"# + "\n")
    }

    @Test("whoever logs never waits: what finds no room is dropped and counted")
    func dropping() throws {
        let gate = DispatchSemaphore(value: 0)
        let begun = DispatchSemaphore(value: 0)
        let sink = try LogSink { _ in
            begun.signal()
            gate.wait()
        }
        sink.submit(Array("first\n".utf8))
        begun.wait()
        // The writer is stuck: one queue's worth fits, and nothing more.
        sink.submit(Array(repeating: 0x0A, count: LogSink.capacity))
        sink.submit(Array("a\nb\n".utf8))
        gate.signal()
        gate.signal()
        sink.close()
        #expect(sink.dropped == 2)
    }
}

@Suite struct FigureTests {
    @Test("counters and histograms are told in Prometheus' format")
    func format() throws {
        let family = CounterFamily("gatehouse_things_total", labels: ["kind", "place"], help: "Things.")
        family.counter(["a\"b", "back\\slash\n"]).add(3)
        family.counter(["c", ""]).add()
        #expect(family.counter(["c", ""]).value == 1)
        let histogram = Histogram()
        for nanoseconds: UInt64 in [1, 1_000_000, 3_000_000_000, 1_000_000_000_000] {
            histogram.record(nanoseconds: nanoseconds)
        }
        var page = PrometheusText()
        page.append(family)
        page.append("gatehouse_time_seconds", histogram, help: "Time.")
        let lines = page.text.split(separator: "\n")
        #expect(
            lines.contains("# HELP gatehouse_things_total Things.")
                && lines.contains("# TYPE gatehouse_things_total counter"))
        #expect(lines.contains(#"gatehouse_things_total{kind="a\"b",place="back\\slash\n"} 3"#))
        #expect(lines.contains("# TYPE gatehouse_time_seconds histogram"))
        let buckets = lines.filter { $0.hasPrefix("gatehouse_time_seconds_bucket") }
        let counts = buckets.compactMap { $0.split(separator: " ").last.flatMap { Int($0) } }
        #expect(counts == counts.sorted() && counts.last == 4 && buckets.last?.contains("le=\"+Inf\"") == true)
        #expect(lines.contains("gatehouse_time_seconds_count 4"))
    }

    @Test("request ids are 32 hexadecimal digits and do not repeat")
    func requestIDs() {
        var (first, second) = (RequestIDGenerator(), RequestIDGenerator())
        let ids = (0..<1000).flatMap { _ in [first.next(), second.next()] }
        #expect(Set(ids).count == 2000)
        #expect(
            ids.allSatisfy {
                $0.utf8.count == 32 && $0.utf8.allSatisfy { (0x30...0x39).contains($0) || (0x61...0x66).contains($0) }
            })
    }
}

private final class Lines: Sendable {
    private let bytes = Mutex<[UInt8]>([])

    func append(_ new: [UInt8]) { bytes.withLock { $0 += new } }

    var text: String { bytes.withLock { String(decoding: $0, as: UTF8.self) } }
}
