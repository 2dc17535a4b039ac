import Dispatch
import JSON
import Synchronization
import Testing
import Time

@testable import Telemetry

private let hostile = [
    "plain", "", "with space", "quo\"te", "back\\slash", "line\nbreak", "\r\n{\"level\":\"error\"}", "\u{1B}[31m",
    "\u{0}\u{7F}", "ümläut \u{2028}", "a=b c=d", "\u{9B}2J", "\u{9D}0;title\u{9C}", "\u{85}", "gpj\u{202E}exe",
    "\u{2066}a\u{2069}",
    "a\u{200B}b", "\u{FEFF}", "\u{E0041}",
]

/// What a terminal acts on, or does not show.
private func isActedOn(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0x00..<0x0A, 0x0B..<0x20, 0x7F...0x9F, 0x200B...0x200F, 0x2028...0x202E, 0x2060...0x206F, 0xFEFF,
        0xE0000...0xE0FFF:
        true
    default: false
    }
}

@Suite struct LogTests {
    private let lines = Lines()

    private func log(_ format: LogFormat) throws -> Log {
        let lines = lines
        return Log(format, to: try LogSink { lines.append($0) }, now: { Timestamp(seconds: 1_800_000_000) })
    }

    @Test("a line is one JSON object for every logged text", arguments: hostile)
    func json(_ text: String) throws {
        let log = try log(.json)
        log.write(.warning, text, requestID: text, fields: [("field", text)])
        log.sink.close()
        #expect(lines.text.utf8.count { $0 == 0x0A } == 1 && lines.text.hasSuffix("\n"))
        #expect(!lines.text.unicodeScalars.contains(where: isActedOn))
        let root = try JSONDocument(parsing: Array(lines.text.utf8)).root
        #expect(root.member("time")?.string == "2027-01-15T08:00:00.000Z")
        #expect(root.member("level")?.string == "warning" && root.member("message")?.string == text)
        #expect(root.member("request_id")?.string == text && root.member("field")?.string == text)
    }

    @Test("a line of text stays one line without control characters", arguments: hostile)
    func text(_ text: String) throws {
        let log = try log(.text)
        log.write(.info, text, fields: [("field", text)])
        log.sink.close()
        #expect(lines.text.utf8.count { $0 < 0x20 } == 1 && lines.text.hasSuffix("\n"))
        #expect(!lines.text.unicodeScalars.contains(where: isActedOn))
        #expect(lines.text.hasPrefix("08:00:00.000Z INFO    "))
    }

    @Test("requests are logged with their known properties")
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

    @Test("access and response are logged if they are known, and only then")
    func decided() throws {
        let log = try log(.text)
        let access = AccessLog(log)
        var record = AccessRecord()
        (record.organization, record.subject) = ("acme", "some one")
        (record.decision, record.reason) = ("refuse", "permission_missing")
        access.append(record, at: Timestamp(seconds: 1_800_000_000))
        access.append(AccessRecord(), at: Timestamp(seconds: 1_800_000_001))
        access.flush()
        log.sink.close()
        let written = lines.text.split(separator: "\n")
        #expect(written.count == 2)
        #expect(
            written.first?.hasSuffix(
                #"organization=acme subject="some one" decision=refuse reason=permission_missing"#) == true)
        #expect(written.last?.hasPrefix("08:00:01.000Z INFO    request request_id=") == true)
        #expect(written.last?.hasSuffix(#"duration_ms=0.000 bytes=0 remote_ip="""#) == true)
    }

    @Test("each level has its name", arguments: LogLevel.allCases)
    func levels(_ level: LogLevel) throws {
        let log = try log(.text)
        log.write(level, "two words", fields: [("key", "value")])
        log.sink.close()
        let name = level.rawValue.uppercased()
        let column = name + String(repeating: " ", count: 8 - name.count)
        #expect(lines.text == "08:00:00.000Z \(column)two words key=value\n")
    }

    /// Returns a sink whose writer hangs in its first line until the gate is signalled; each later write needs a signal.
    private func stuckSink() throws -> (sink: LogSink, gate: DispatchSemaphore) {
        let (gate, started) = (DispatchSemaphore(value: 0), DispatchSemaphore(value: 0))
        let sink = try LogSink { _ in
            started.signal()
            gate.wait()
        }
        sink.submit(Array("first\n".utf8))
        started.wait()
        return (sink, gate)
    }

    @Test("logging never waits: lines without room are dropped and counted")
    func dropping() throws {
        let (sink, gate) = try stuckSink()
        // The writer is stuck: one queue's worth fits, and nothing more.
        sink.submit(Array(repeating: 0x0A, count: LogSink.capacity))
        sink.submit(Array("a\nb\n".utf8))
        #expect(sink.dropped == 2, "counted while the writer is still stuck")
        gate.signal()
        gate.signal()
        sink.close()
        sink.submit(Array("late\n".utf8))
        #expect(sink.dropped == 3)
    }

    @Test("a reader that has stopped reading does not keep the log from closing")
    func closingWhileStuck() throws {
        let (sink, gate) = try stuckSink()
        #expect(!sink.close(within: .milliseconds(50)))
        gate.signal()
        #expect(sink.close(within: .seconds(60)))
        #expect(sink.close(within: .seconds(60)), "closing twice is harmless")
    }
}

private final class Lines: Sendable {
    private let bytes = Mutex<[UInt8]>([])

    func append(_ new: [UInt8]) { bytes.withLock { $0 += new } }

    var text: String { bytes.withLock { String(decoding: $0, as: UTF8.self) } }
}
