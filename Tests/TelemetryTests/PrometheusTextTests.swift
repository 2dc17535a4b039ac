import Testing

@testable import Telemetry

@Suite struct PrometheusTextTests {
    @Test("counters and histograms are written in the format of Prometheus")
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

    @Test(
        "a label's value never ends early",
        arguments: [
            ("a\r\nb", "a\r\\nb"), ("\"\u{301}", "\\\"\u{301}"), ("\\\u{301}", "\\\\\u{301}"), ("ü b", "ü b"),
            ("\n\n", "\\n\\n"), (String(decoding: [0x61, 0xFF, 0x22], as: UTF8.self), "a\u{FFFD}\\\""),
        ])
    func labels(_ value: String, _ escaped: String) {
        var page = PrometheusText()
        page.append("gatehouse_up", help: "Up.", labels: [("of", value)], 1)
        let expected = "# HELP gatehouse_up Up.\n# TYPE gatehouse_up gauge\ngatehouse_up{of=\"\(escaped)\"} 1\n"
        #expect(page.text.utf8.elementsEqual(expected.utf8))
    }

    @Test(
        "values are numbers that Prometheus reads", arguments: [(0, "0"), (-2, "-2"), (0.25, "0.25"), (1e16, "1e+16")])
    func values(_ value: Double, _ text: String) {
        var page = PrometheusText()
        page.append("x", kind: "counter", help: "X.", value)
        #expect(page.text.hasSuffix("# TYPE x counter\nx \(text)\n"))
    }

    @Test("a bucket holds what is at most its bound", arguments: Histogram.bounds.indices)
    func buckets(_ index: Int) {
        let histogram = Histogram()
        let bound = UInt64((Histogram.bounds[index] * 1e9).rounded())
        histogram.record(nanoseconds: bound)
        histogram.record(nanoseconds: bound + 1)
        var page = PrometheusText()
        page.append("x", histogram, help: "X.")
        let counts = page.text.split(separator: "\n").filter { $0.hasPrefix("x_bucket") }
            .compactMap { $0.split(separator: " ").last.flatMap { Int($0) } }
        #expect(counts == (0...Histogram.bounds.count).map { $0 < index ? 0 : $0 == index ? 1 : 2 })
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
